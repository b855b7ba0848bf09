"""Measures of accepted codes and of probabilities. Formulae, sources and checks: ``docs/methods/measures.md``.

Every measure takes ``weights`` of passages, shape (n,) or (samples, n), and answers for each sample at once: that is
what lets ``models.cluster_bootstrap`` draw a thousand resamples without copying a passage. Cells of unknown target
are left out. What is undefined is not a number, never 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from careatlas.errors import UsageError
from models.label_matrix import PRESENT, UNKNOWN, Floats, checked

ECE_BINS = 15


def counts(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> tuple[Floats, Floats, Floats]:
    """Count what was accepted rightly, accepted wrongly and missed, per code.

    Parameters
    ----------
    accepted : array of bool, shape (n, codes)
        Whether a code was accepted: probabilities at or above the cut-offs.
    targets : array of int, shape (n, codes)
        1 present, 0 absent, -1 unknown.
    weights : array of float, shape (n,) or (samples, n), optional
        Weights of passages; 1 by default.

    Returns
    -------
    hits, false, missed : arrays of float, shape (codes,) or (samples, codes)
    """
    took, truth = checked(accepted, targets)
    took = took.astype(np.bool_)
    weight = row_weights(weights, len(truth))
    present, absent = truth == PRESENT, truth == 0
    hits, false, missed = took & present, took & absent, ~took & present
    return weight @ hits.astype(float), weight @ false.astype(float), weight @ missed.astype(float)


def micro_f1(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """F1 over all cells together; undefined where no code is present. Parameters as for ``counts``."""
    return f1_of(*_all_codes(accepted, targets, weights))


def micro_precision(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Share of the accepted cells that are right; undefined where nothing is accepted."""
    hits, false, _ = _all_codes(accepted, targets, weights)
    return ratio(hits, hits + false)


def micro_recall(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Share of the present cells that were accepted; undefined where no code is present."""
    hits, _, missed = _all_codes(accepted, targets, weights)
    return ratio(hits, hits + missed)


def macro_f1(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean of the F1 of the codes that are present at least once in the sample."""
    return mean_defined(f1_of(*counts(accepted, targets, weights)))


def macro_precision(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean precision of the codes that are present; one of which nothing is accepted counts as 0."""
    hits, false, missed = counts(accepted, targets, weights)
    precision = np.nan_to_num(ratio(hits, hits + false))
    return mean_defined(np.where(hits + missed > 0, precision, np.nan))


def macro_recall(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean recall of the codes that are present at least once in the sample."""
    hits, _, missed = counts(accepted, targets, weights)
    return mean_defined(ratio(hits, hits + missed))


def recall_at(probabilities: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None, *, k: int = 3) -> Floats:
    """Share of the present codes that are among the ``k`` likeliest of their passage, over all labels.

    What an annotator sees who is shown ``k`` suggestions. Codes of which nobody knows whether they are present do not
    take a place; of equal probabilities the first column goes first.
    """
    score, truth = checked(probabilities, targets)
    order = np.argsort(np.where(truth == UNKNOWN, np.inf, -score), axis=1, kind="stable")[:, :k]
    found = (np.take_along_axis(truth, order, axis=1) == PRESENT).sum(axis=1)
    weight = row_weights(weights, len(truth))
    return ratio(weight @ found.astype(float), weight @ (truth == PRESENT).sum(axis=1).astype(float))


def brier(probabilities: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean squared difference of probability and truth over all known cells (Brier 1950, for two classes)."""
    score, truth = checked(probabilities, targets)
    known = truth != UNKNOWN
    weight = row_weights(weights, len(truth))
    squares = np.where(known, (score - truth) ** 2, 0.0).sum(axis=1)
    return ratio(weight @ squares, weight @ known.sum(axis=1).astype(float))


def expected_calibration_error(
    probabilities: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None, *, bins: int = ECE_BINS
) -> Floats:
    """Mean distance of probability and frequency over bins of equal width, weighted by the cells in them.

    All known cells of all codes are taken together (Naeini, Cooper & Hauskrecht 2015). A bin includes its upper edge.
    Rare codes make this small by themselves: read it beside the Brier score and the per-code table.
    """
    score, truth = checked(probabilities, targets)
    known = truth != UNKNOWN
    # An extra bin takes the unknown cells; it is cut off again.
    place = np.where(known, np.clip(np.ceil(score * bins).astype(int) - 1, 0, bins - 1), bins)
    gaps = np.zeros((len(truth), bins + 1))
    np.add.at(gaps, (np.arange(len(truth))[:, None], place), score - truth)
    weight = row_weights(weights, len(truth))
    distance = np.abs(weight @ gaps[:, :bins]).sum(axis=-1)
    return ratio(distance, weight @ known.sum(axis=1).astype(float))


def cardinality_cut_off(probabilities: ArrayLike, cardinality: float) -> float:
    """Return the one cut-off for all codes at which passages get ``cardinality`` codes on average.

    Needs no label of the passages at hand: the cardinality comes from the training labels. Equal probabilities at the
    cut-off are all accepted.

    Raises
    ------
    UsageError
        If the cardinality is negative or more than there are codes.
    """
    scores = np.asarray(probabilities, dtype=float)
    codes = scores.shape[1] if scores.ndim == 2 else 1
    if not 0 <= cardinality <= codes:
        raise UsageError(f"{cardinality:g} codes per passage are not possible with {codes} codes")
    wanted = round(cardinality * len(scores))
    falling = np.sort(scores, axis=None)[::-1]
    if not wanted:
        return float(np.nextafter(falling[0], np.inf)) if falling.size else 1.0
    return float(falling[wanted - 1])


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, and say "not a number" where there is nothing to divide by."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    result: Floats = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return result


def f1_of(hits: Floats, false: Floats, missed: Floats) -> Floats:
    """F1 from counts; undefined where nothing is present."""
    return np.where(hits + missed > 0, ratio(2 * hits, 2 * hits + false + missed), np.nan)


def mean_defined(values: Floats) -> Floats:
    """Mean over the last axis of what is defined; undefined where nothing is."""
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=-1), defined.sum(axis=-1).astype(float))


def row_weights(weights: ArrayLike | None, rows: int) -> Floats:
    """Return the weights of passages, shape (n,) or (samples, n), after checking them.

    Raises
    ------
    UsageError
        If there are more or fewer weights than passages.
    """
    if weights is None:
        return np.ones(rows)
    array = np.asarray(weights, dtype=float)
    if array.ndim not in (1, 2) or array.shape[-1] != rows:
        raise UsageError(f"weights of shape {array.shape} do not go with {rows} passages")
    return array


def _all_codes(accepted: ArrayLike, targets: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    hits, false, missed = counts(accepted, targets, weights)
    return hits.sum(axis=-1), false.sum(axis=-1), missed.sum(axis=-1)
