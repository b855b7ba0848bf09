"""Classes of values: what a colour of a map stands for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_SMALLEST = 1e-300  # a step that arithmetic with doubles still tells from nothing
COLOURS = 5  # shades in areamap.css, from few to many


@dataclass(frozen=True, slots=True)
class MapClasses:
    """Classes by their upper bounds, which belong to them; the first begins above 0.

    Attributes
    ----------
    bounds : tuple of float
        Rising, at most five. What is above the last belongs to the last class all the same: ``colour`` never fails.
    whole : bool
        Whether values are counts, so that a class reads ``4-9`` and not ``over 3 to 9``.
    percent : bool
        Whether values are shares (0 to 1), written as percentages.

    Raises
    ------
    ValueError
        If the bounds do not rise from above 0 or are more than the colours.
    """

    bounds: tuple[float, ...]
    whole: bool = False
    percent: bool = False

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in zip((0.0, *self.bounds), self.bounds, strict=False))
        if not rising or len(self.bounds) > COLOURS:
            raise ValueError(f"bounds of classes must rise from above 0, at most {COLOURS}: {self.bounds}")

    @property
    def colours(self) -> tuple[int, ...]:
        """The shade of each class, spread over all there are: the last class always has the strongest."""
        count = len(self.bounds)
        if count == 1:
            return (COLOURS - 1,)
        return tuple(round(index * (COLOURS - 1) / (count - 1)) for index in range(count))

    def colour(self, value: float) -> int:
        """Return the shade of a value above 0."""
        for bound, shade in zip(self.bounds, self.colours, strict=True):
            if value <= bound:
                return shade
        return COLOURS - 1

    @property
    def texts(self) -> tuple[str, ...]:
        """What the legend says of each class."""
        lows = (0.0, *self.bounds)
        return tuple(self._text(low, high) for low, high in zip(lows, self.bounds, strict=False))

    def _text(self, low: float, high: float) -> str:
        if self.whole:
            return self._said(high) if high == low + 1 else f"{self._said(low + 1)}\u2013{self._said(high)}"
        return f"over {self._said(low)} to {self._said(high)}"

    def _said(self, value: float) -> str:
        return f"{100 * value:.3g}%" if self.percent else f"{value:,.6g}"


def map_classes(values: Iterable[float], *, limit: int = COLOURS) -> MapClasses:
    """Return classes for values: of counts, about as many areas in each; of other numbers, equal steps.

    Values of 0 are none of these classes. Without a value above 0 there is no class.
    """
    above = sorted(value for value in values if value > 0)
    if not above:
        return MapClasses((), whole=True)
    if all(value == int(value) for value in above):
        ranks = (math.ceil((index + 1) * len(above) / limit) - 1 for index in range(limit))
        return MapClasses(tuple(sorted({above[max(rank, 0)] for rank in ranks})), whole=True)
    step = _rounded_up(max(above[-1] / limit, _SMALLEST))
    count = max(math.ceil(above[-1] / step - 1e-9), 1)
    return MapClasses(tuple(float(f"{step * (index + 1):.6g}") for index in range(count)))


def share_classes() -> MapClasses:
    """Return classes for shares: five steps of 20%."""
    return MapClasses((0.2, 0.4, 0.6, 0.8, 1.0), percent=True)


def _rounded_up(step: float) -> float:
    """Return the next of 1, 2, 2.5, 5 and 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return power * next(one for one in (1, 2, 2.5, 5, 10) if one * power >= step * (1 - 1e-9))
