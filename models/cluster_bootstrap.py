"""Intervals of measures by drawing whole documents, and the paired difference of two models on the same draws.

Passages of a document resemble each other, so that drawing passages would make every interval too short (Davison &
Hinkley 1997, section 3.8; Field & Welsh 2007). Documents are drawn with replacement and passages get the number of
draws of their document as their weight. Formulae, measured coverage and limits: ``docs/methods/measures.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import UsageError
from models.label_matrix import Floats

RESAMPLES = 1_000
LEVEL = 0.95
CELLS = 250_000  # weights held at once: a chunk that stays in the cache, and a micro average of 13 codes in 26 MB

Statistic = Callable[[Floats], Floats]
"""From weights of passages, shape (samples, n), to a value per sample: ``partial(micro_f1, accepted, targets)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value with its percentile interval.

    Attributes
    ----------
    value : float or None
        Of the sample itself; None where the measure is undefined.
    low, high : float or None
        Ends of the interval; None with fewer than two documents or where no draw defined the measure.
    level : float
        Nominal coverage.
    n, clusters : int
        Passages and documents.
    resamples, undefined : int
        Draws, and those of them that left the measure undefined (no passage with a code) and were left out.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    clusters: int
    resamples: int
    undefined: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """New model less old model, both on the same draws of documents.

    Attributes
    ----------
    interval : Interval
        Of the difference.
    share_better : float or None
        Share of the draws in which the new model is strictly better. Not a probability of being better.
    """

    interval: Interval
    share_better: float | None

    @property
    def better(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.interval.low is not None and self.interval.low > 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {**self.interval.as_dict(), "share_better": self.share_better, "better": self.better}


def interval(
    statistic: Statistic,
    groups: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """Percentile interval of one measure.

    Parameters
    ----------
    statistic : callable
        From weights of passages, shape (samples, n), to values, shape (samples,).
    groups : sequence of str, length n
        The document of each passage.
    weights : array of float, shape (n,), optional
        Weights that passages have anyway, as the inverse of their inclusion probability.
    resamples : int
        How often documents are drawn.
    level : float
        Nominal coverage.
    seed : int
        Of the draws. The same seed and documents give the same draws whatever the measure.

    Raises
    ------
    UsageError
        If there is no passage, or level, resamples or weights make no sense.
    """
    return intervals({"": statistic}, groups, weights=weights, resamples=resamples, level=level, seed=seed)[""]


def intervals(
    statistics: Mapping[str, Statistic],
    groups: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> dict[str, Interval]:
    """Percentile intervals of several measures on the same draws. Parameters and errors as for ``interval``."""
    draws = _Draws.of(groups, weights, resamples=resamples, level=level, seed=seed)
    values = {name: statistic(draws.base[None, :])[0] for name, statistic in statistics.items()}
    drawn = _drawn(statistics, draws)
    return {name: _summary(values[name], drawn[name], draws) for name in statistics}


def difference(
    new: Statistic,
    old: Statistic,
    groups: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Difference:
    """Paired difference of two models: both are measured on every draw. Parameters and errors as for ``interval``."""
    draws = _Draws.of(groups, weights, resamples=resamples, level=level, seed=seed)
    both = _drawn({"new": new, "old": old}, draws)
    apart = both["new"] - both["old"]
    value = (new(draws.base[None, :]) - old(draws.base[None, :]))[0]
    defined = apart[~np.isnan(apart)]
    share = float((defined > 0).mean()) if len(defined) else None
    return Difference(interval=_summary(value, apart, draws), share_better=share)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draws:
    """Documents drawn with replacement, as weights of passages in chunks."""

    base: Floats
    place: NDArray[np.intp]
    clusters: int
    resamples: int
    level: float
    seed: int

    @classmethod
    def of(cls, groups: Sequence[str], weights: ArrayLike | None, *, resamples: int, level: float, seed: int) -> _Draws:
        if not len(groups):
            raise UsageError("there is no passage to measure anything on")
        if resamples < 1 or not 0 < level < 1:
            raise UsageError(f"{resamples} draws at level {level:g} give no interval")
        names, place = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        base = np.ones(len(place)) if weights is None else np.asarray(weights, dtype=float)
        if base.shape != place.shape:
            raise UsageError(f"{base.shape} weights do not go with {len(place)} passages")
        return cls(base=base, place=place, clusters=len(names), resamples=resamples, level=level, seed=seed)

    def chunks(self) -> Iterator[Floats]:
        """Weights of passages, shape (samples, n)."""
        generator = np.random.default_rng(self.seed)
        # The draws themselves do not depend on the size of the chunks.
        times = generator.multinomial(self.clusters, np.full(self.clusters, 1 / self.clusters), size=self.resamples)
        step = max(1, CELLS // len(self.place))
        for start in range(0, self.resamples, step):
            yield times[start : start + step][:, self.place] * self.base


def _drawn(statistics: Mapping[str, Statistic], draws: _Draws) -> dict[str, Floats]:
    if draws.clusters < 2:  # one document drawn again and again says nothing of others
        return {name: np.full(draws.resamples, np.nan) for name in statistics}
    found: dict[str, list[Floats]] = {name: [] for name in statistics}
    for chunk in draws.chunks():
        for name, statistic in statistics.items():
            found[name].append(statistic(chunk))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _summary(value: float, drawn: Floats, draws: _Draws) -> Interval:
    defined = drawn[~np.isnan(drawn)]
    tail = (1 - draws.level) / 2
    low, high = np.quantile(defined, [tail, 1 - tail]).tolist() if len(defined) else (None, None)
    return Interval(
        value=None if np.isnan(value) else float(value),
        low=low,
        high=high,
        level=draws.level,
        n=len(draws.place),
        clusters=draws.clusters,
        resamples=draws.resamples,
        undefined=len(drawn) - len(defined),
    )
