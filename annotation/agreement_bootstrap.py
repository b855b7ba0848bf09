"""Intervals of agreement by drawing whole documents.

Passages of one plan resemble each other, so that drawing passages makes every interval too short (Davison & Hinkley
1997, section 3.8; Field & Welsh 2007). Every measure here is a function of sums over documents: a draw is a vector of
how often each document came up, and all draws are answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import UsageError

RESAMPLES = 1_000
LEVEL = 0.95
CELLS = 2_000_000  # weights held at once: 16 MB

Floats = NDArray[np.float64]
Measure = Callable[[Floats], Mapping[str, Floats]]
"""From weights of documents, shape (draws, documents), to named values, each of shape (draws,); undefined is NaN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure with its percentile interval.

    Attributes
    ----------
    value : float or None
        None where the measure is undefined, as where both coders always say the same.
    low, high : float or None
        Ends of the 95 % interval; None with fewer than two documents, or where no draw defined the measure.
    undefined : int
        Draws that left the measure undefined and were left out.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def estimates(
    measures: Mapping[str, Measure], documents: int, *, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, dict[str, Estimate]]:
    """Percentile intervals of several measures on the same draws of documents.

    Parameters
    ----------
    measures : mapping of str to Measure
    documents : int
        How many there are; fewer than two give no interval.
    resamples : int
        How often documents are drawn, as many as there are, with replacement.
    seed : int
        Of the draws: the same seed and number of documents give the same draws, whatever the measures.

    Returns
    -------
    dict
        Under the name of each measure, an estimate for each value that it gives.

    Raises
    ------
    UsageError
        If there is nothing to draw, or no draw.
    """
    if documents < 1 or resamples < 1:
        raise UsageError(f"{resamples} draws of {documents} documents give no interval")
    values = {name: measure(np.ones((1, documents))) for name, measure in measures.items()}
    parts: dict[str, list[Mapping[str, Floats]]] = {name: [] for name in measures}
    if documents > 1:  # one document drawn again and again says nothing of others
        for weights in _draws(documents, resamples, seed):
            for name, measure in measures.items():
                parts[name].append(measure(weights))
    return {
        name: {key: _estimate(float(value[0]), [part[key] for part in parts[name]]) for key, value in found.items()}
        for name, found in values.items()
    }


def _draws(documents: int, resamples: int, seed: int) -> Iterator[Floats]:
    generator = np.random.default_rng(seed)
    chances = np.full(documents, 1 / documents)
    step = max(1, CELLS // documents)
    for start in range(0, resamples, step):  # the draws do not depend on the size of the chunks
        size = min(step, resamples - start)
        yield generator.multinomial(documents, chances, size=size).astype(np.float64)


def _estimate(value: float, parts: list[Floats]) -> Estimate:
    drawn = np.concatenate(parts) if parts else np.empty(0)
    defined = drawn[~np.isnan(drawn)]
    low, high = None, None
    if len(defined):
        low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return Estimate(value=None if np.isnan(value) else value, low=low, high=high, undefined=len(drawn) - len(defined))
