"""Whether probabilities mean what they say: observed frequency by stated probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models import cluster_bootstrap
from models.label_matrix import PRESENT, UNKNOWN, Floats, checked
from models.measures import ratio, row_weights

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """The cells (passage and code) whose probability lies above ``low`` and at most at ``high``.

    Attributes
    ----------
    probability, frequency : float
        Mean of what was said, and share of the cells in which the code is present.
    frequency_low, frequency_high : float or None
        95 % interval of the frequency, by drawing whole documents.
    """

    low: float
    high: float
    cells: int
    probability: float
    frequency: float
    frequency_low: float | None
    frequency_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Bins from the lowest probability to the highest, those without a cell left out."""

    bins: tuple[ReliabilityBin, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def reliability(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    bins: int = BINS,
    resamples: int = cluster_bootstrap.RESAMPLES,
) -> Reliability:
    """Compare probabilities with frequencies over bins of equal width, all codes together.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n, codes)
        Held-out probabilities; 1 present, 0 absent, -1 unknown (left out).
    groups : sequence of str, length n
        The document of each passage.

    Raises
    ------
    UsageError
        If shapes do not fit, or there is no passage.
    """
    score, truth = checked(probabilities, targets)
    known = truth != UNKNOWN
    place = np.where(known, np.clip(np.ceil(score * bins).astype(int) - 1, 0, bins - 1), bins)
    cells = np.stack([(place == at).sum(axis=1) for at in range(bins)], axis=1).astype(float)
    present = np.stack([((place == at) & (truth == PRESENT)).sum(axis=1) for at in range(bins)], axis=1).astype(float)
    said = np.stack([np.where(place == at, score, 0.0).sum(axis=1) for at in range(bins)], axis=1)
    there = np.flatnonzero(cells.sum(axis=0) > 0)
    found = cluster_bootstrap.intervals(
        {str(at): partial(_frequency, present[:, at], cells[:, at]) for at in there}, groups, resamples=resamples
    )
    return Reliability(
        bins=tuple(
            ReliabilityBin(
                low=float(at / bins),
                high=float((at + 1) / bins),
                cells=int(cells[:, at].sum()),
                probability=float(said[:, at].sum() / cells[:, at].sum()),
                frequency=float(present[:, at].sum() / cells[:, at].sum()),
                frequency_low=found[str(at)].low,
                frequency_high=found[str(at)].high,
            )
            for at in there
        )
    )


def _frequency(present: Floats, cells: Floats, weights: Floats) -> Floats:
    weight = row_weights(weights, len(cells))
    return ratio(weight @ present, weight @ cells)
