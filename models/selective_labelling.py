"""Which machine labels may go without review, at a stated share of wrong ones among them.

The question of "Conformal labeling" (arXiv 2510.14581), answered by the conformal p-values of Bates, Candès, Lei,
Romano & Sesia (2023) and the procedure of Benjamini & Hochberg (1995). What is promised, and when:
``docs/methods/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from careatlas.errors import UsageError
from models.label_matrix import Floats, Mask, checked


def conformal_p_values(
    calibration_scores: ArrayLike,
    calibration_targets: ArrayLike,
    scores: ArrayLike,
    *,
    groups: Sequence[str] | None = None,
) -> Floats:
    """How seldom a passage without the code scores as high, one value per new passage.

    Parameters
    ----------
    calibration_scores, calibration_targets : arrays, shape (m,)
        Of one code on labelled passages that the model has not learned from; only those without the code are used.
    scores : array of float, shape (n,)
        Of the new passages.
    groups : sequence of str, length m, optional
        Documents of the labelled passages. With them every document weighs the same and the smallest value is
        1 / (1 + documents): right for a passage of a new document, and weak. Without them passages are taken for
        exchangeable, which those of one document are not.

    Returns
    -------
    array of float, shape (n,)
        Above 0 and at most 1.

    Raises
    ------
    UsageError
        If shapes do not fit or no labelled passage is without the code.
    """
    reference, truth = checked(calibration_scores, calibration_targets)
    without = truth[:, 0] == 0
    if truth.shape[1] != 1 or not without.any():
        raise UsageError("p-values need one code, and labelled passages without it")
    units = (
        np.arange(len(truth)) if groups is None else np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    )
    if len(units) != len(truth):
        raise UsageError(f"{len(units)} documents do not go with {len(truth)} passages")
    unit = units[without]
    sizes = np.bincount(unit)
    order = np.argsort(-reference[without, 0], kind="stable")
    shares = np.concatenate([[0.0], np.cumsum(1.0 / sizes[unit[order]])])
    as_high = np.searchsorted(-reference[without, 0][order], -np.asarray(scores, dtype=float), side="right")
    values: Floats = (1.0 + shares[as_high]) / (1.0 + (sizes > 0).sum())
    return np.minimum(values, 1.0)  # sums of shares may be above their number in the last digit


def accepted_at(p_values: ArrayLike, false_share: float) -> Mask:
    """Which passages may be accepted so that an expected ``false_share`` of them at most is wrong, shape (n,).

    Raises
    ------
    UsageError
        If the share is not between 0 and 1.
    """
    if not 0 < false_share < 1:
        raise UsageError(f"{false_share:g} is no share above 0 and below 1")
    values = np.asarray(p_values, dtype=float)
    rising = np.sort(values)
    kept = np.nonzero(rising <= false_share * np.arange(1, len(values) + 1) / max(1, len(values)))[0]
    if not len(kept):
        return np.zeros(len(values), dtype=bool)
    mask: Mask = values <= rising[kept[-1]]
    return mask
