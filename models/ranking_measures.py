"""Measures of an order: average precision, area under the curve, and what can stay unread in screening.

They take weights of passages as ``models.measures`` does. Formulae, sources and checks: ``docs/methods/measures.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.label_matrix import PRESENT, UNKNOWN, Floats, checked
from models.measures import mean_defined, ratio, row_weights

TOLERANCE = 1e-9  # .95 of 20 is not 19 in floating point on every machine


def micro_average_precision(scores: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Average precision over all known cells in one order.

    Parameters
    ----------
    scores : array of float, shape (n, codes) or (n,)
        The higher, the likelier.
    targets : array of int, the same shape
        1 present, 0 absent, -1 unknown.
    weights : array of float, shape (n,) or (samples, n), optional
        Weights of passages; 1 by default.

    Returns
    -------
    array of float, shape () or (samples,)
        Undefined where no code is present.
    """
    score, truth = checked(scores, targets)
    weight = row_weights(weights, len(truth))
    rows, columns = np.nonzero(truth != UNKNOWN)
    return _average_precision(_Order.of(score[rows, columns], truth[rows, columns], rows), weight)


def average_precisions(scores: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Average precision of each code, shape (codes,) or (samples, codes); undefined where a code is not present."""
    score, truth = checked(scores, targets)
    weight = row_weights(weights, len(truth))
    found = np.full((*weight.shape[:-1], truth.shape[1]), np.nan)
    for code, order in enumerate(_per_code(score, truth)):
        found[..., code] = _average_precision(order, weight)
    return found


def macro_average_precision(scores: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean of the average precisions of the codes that are present at least once in the sample."""
    return mean_defined(average_precisions(scores, targets, weights))


def area_under_curve(scores: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Chance that a present cell scores above an absent one, ties counted half; parameters as above.

    Undefined where one of the two is missing. For ``is an initiative`` give one column.
    """
    score, truth = checked(scores, targets)
    weight = row_weights(weights, len(truth))
    rows, columns = np.nonzero(truth != UNKNOWN)
    order = _Order.of(score[rows, columns], truth[rows, columns], rows)
    found, read = order.cumulated(weight)
    unwanted = np.diff(read - found, axis=-1, prepend=0.0)
    before = np.concatenate([np.zeros_like(found[..., :1]), found[..., :-1]], axis=-1)
    above = (unwanted * (before + found) / 2).sum(axis=-1)
    present, absent = _last(found), _last(read - found)
    return ratio(above, present * absent)


def unread_share(
    scores: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None, *, recall: float = 0.95
) -> Floats:
    """Share of passages that may stay unread when they are read by falling score until ``recall`` is found.

    Parameters
    ----------
    scores, targets : arrays, shape (n,)
        Score and truth of "is an initiative". Passages of which the truth is unknown are left out.
    weights : array of float, shape (n,) or (samples, n), optional
        Weights of passages; 1 by default.
    recall : float
        The share of the initiatives that must be found.

    Notes
    -----
    Of passages with equal scores all are read before one of them counts as found: the cautious reading. Work saved
    over sampling (Cohen et al. 2006) is this number less ``1 - recall``.
    """
    score, truth = checked(scores, targets)
    weight = row_weights(weights, len(truth))
    rows, columns = np.nonzero(truth != UNKNOWN)
    found, read = _Order.of(score[rows, columns], truth[rows, columns], rows).cumulated(weight)
    wanted = recall * _last(found) - TOLERANCE
    if not found.shape[-1]:
        return np.full(weight.shape[:-1], np.nan)
    stop = (found < wanted[..., None]).sum(axis=-1, keepdims=True)
    needed = np.take_along_axis(read, stop, axis=-1)[..., 0]
    return np.where(_last(found) > 0, 1.0 - ratio(needed, _last(read)), np.nan)


def unread_share_at_random(targets: ArrayLike, *, recall: float = 0.95) -> float:
    """Return the unread share to expect if passages are read in random order.

    Exact, by negative hypergeometric sampling: the k-th of P wanted ones among n stands at k (n + 1) / (P + 1) on
    average. Not a number without wanted ones.
    """
    truth = np.asarray(targets).ravel()
    total, wanted = int((truth != UNKNOWN).sum()), int((truth == PRESENT).sum())
    if not wanted:
        return math.nan
    return 1.0 - math.ceil(recall * wanted - TOLERANCE) * (total + 1) / (wanted + 1) / total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """Cells by falling score: their passages, their truth, and where a run of equal scores ends."""

    rows: NDArray[np.intp]
    present: NDArray[np.bool_]
    ends: NDArray[np.intp]

    @classmethod
    def of(cls, scores: NDArray[Any], truth: NDArray[Any], rows: NDArray[np.intp]) -> _Order:
        order = np.argsort(-scores.astype(float), kind="stable")
        ends = np.nonzero(np.diff(scores[order].astype(float), append=-np.inf))[0] if len(order) else order
        return cls(rows=rows[order], present=truth[order] == PRESENT, ends=ends)

    def cumulated(self, weight: Floats) -> tuple[Floats, Floats]:
        """Weight of the present cells and of all cells read down to each distinct score."""
        of_cells = weight[..., self.rows]
        read = np.cumsum(of_cells, axis=-1)[..., self.ends]
        found = np.cumsum(of_cells * self.present, axis=-1)[..., self.ends]
        return found, read


def _per_code(score: NDArray[Any], truth: NDArray[Any]) -> list[_Order]:
    known = [np.nonzero(column != UNKNOWN)[0] for column in truth.T]
    return [_Order.of(score[rows, code], truth[rows, code], rows) for code, rows in enumerate(known)]


def _average_precision(order: _Order, weight: Floats) -> Floats:
    found, read = order.cumulated(weight)
    precision = np.nan_to_num(ratio(found, read))
    gained = np.diff(found, axis=-1, prepend=0.0)
    return ratio((gained * precision).sum(axis=-1), _last(found))


def _last(cumulated: Floats) -> Floats:
    if cumulated.shape[-1]:
        return cumulated[..., -1]
    return np.zeros(cumulated.shape[:-1])
