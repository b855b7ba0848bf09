"""Boxes on a page, in points (1/72 inch) from the top left corner of the page as it is displayed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle: left ``x0``, top ``y0``, right ``x1``, bottom ``y1``, in points from the top left of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Box:
        """Make a box from four numbers ``(x0, y0, x1, y1)``."""
        x0, y0, x1, y1 = numbers
        return cls(x0=x0, y0=y0, x1=x1, y1=y1)

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    def as_list(self) -> list[float]:
        """Return ``[x0, y0, x1, y1]``, the form in which boxes are stored and exported."""
        return [self.x0, self.y0, self.x1, self.y1]

    def holds(self, other: Box, *, slack: float = 0.5) -> bool:
        """Tell whether ``other`` lies inside this box, give or take ``slack`` points."""
        return (
            self.x0 - slack <= other.x0
            and self.y0 - slack <= other.y0
            and other.x1 <= self.x1 + slack
            and other.y1 <= self.y1 + slack
        )


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all ``boxes``.

    Raises
    ------
    ValueError
        If there is no box.
    """
    items = list(boxes)
    if not items:
        msg = "the union of no boxes is not a box"
        raise ValueError(msg)
    return Box(
        x0=min(box.x0 for box in items),
        y0=min(box.y0 for box in items),
        x1=max(box.x1 for box in items),
        y1=max(box.y1 for box in items),
    )
