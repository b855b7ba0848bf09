"""Strata of passages: bands of the model's score, areas, types of document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from annotation.inclusion import Floats, Places
from annotation.sampling_design import StratumKey
from annotation.sampling_frame import SamplingFrame

BANDS = (0.5, 0.8, 0.95)  # shares of the passages below each edge: half, then narrower where codes are likelier
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """The stratum of each passage.

    Attributes
    ----------
    keys : tuple of StratumKey
        What passages of one stratum have in common; none: there is one stratum.
    values : tuple of tuple of str
        Of each stratum, one value per key, in order.
    numbers : array of int, shape (N,)
        The stratum of each passage.
    edges : tuple of float
        Scores at which bands meet.
    """

    keys: tuple[StratumKey, ...]
    values: tuple[tuple[str, ...], ...]
    numbers: Places
    edges: tuple[float, ...] = ()

    @property
    def names(self) -> list[str]:
        """A name for each stratum."""
        return [" / ".join(values) or "all" for values in self.values]


def strata_of(frame: SamplingFrame, keys: Sequence[StratumKey]) -> Strata:
    """Return the strata of a frame; bands of score come first, so that the sample is even over them whatever the rest.

    Raises
    ------
    ValueError
        If strata by score are asked for without scores.
    """
    columns: list[Sequence[str]] = []
    edges: tuple[float, ...] = ()
    ordered = tuple(key for key in StratumKey if key in keys)
    for key in ordered:
        if key is StratumKey.SCORE:
            if frame.top is None:
                raise ValueError("there are no scores")
            edges = score_edges(frame.top)
            columns.append(_bands(frame.top, edges))
        else:
            column = frame.areas if key is StratumKey.AREA else frame.doc_types
            columns.append([value or UNKNOWN for value in column])
    rows = list(zip(*columns, strict=True)) if columns else [()] * len(frame.passages)
    values = tuple(sorted(set(rows)))
    number = {value: at for at, value in enumerate(values)}
    return Strata(
        keys=ordered, values=values, numbers=np.array([number[row] for row in rows], dtype=np.intp), edges=edges
    )


def score_edges(scores: Floats) -> tuple[float, ...]:
    """Return the scores at which bands meet: quantiles of the scores themselves, as uncalibrated ones have no scale."""
    if not scores.size:
        return ()
    found = np.unique(np.quantile(scores, BANDS, method="higher"))
    return tuple(float(edge) for edge in found if edge > scores.min())


def _bands(scores: Floats, edges: tuple[float, ...]) -> list[str]:
    bounds = ["", *(f"{edge:.3g}" for edge in edges), ""]
    names = [
        f"score {number} of {len(edges) + 1}"
        + (f", from {low}" if low else "")
        + (f"{' ' if low else ', '}below {high}" if high else "")
        for number, (low, high) in enumerate(pairwise(bounds), start=1)
    ]
    return [names[band] for band in np.searchsorted(edges, scores, side="right").tolist()]
