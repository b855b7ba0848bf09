"""The matrix of reference labels: which codes a passage carries, which it does not, and which nobody has looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import UsageError

PRESENT, ABSENT, UNKNOWN = 1, 0, -1

Floats = NDArray[np.float64]
Targets = NDArray[np.int8]
Mask = NDArray[np.bool_]


def checked(scores: ArrayLike, targets: ArrayLike) -> tuple[NDArray[Any], Targets]:
    """Return scores and targets as matrices of one shape, or say what is wrong with them.

    Parameters
    ----------
    scores : array of float or bool, shape (n, codes) or (n,)
        Probabilities, or whether a code was accepted. One column may be given as a vector.
    targets : array of int, the same shape
        1 present, 0 absent, -1 unknown.

    Raises
    ------
    UsageError
        If shapes differ, a score is not finite, or a target is none of 1, 0, -1.
    """
    first, second = _matrix(scores), _matrix(targets)
    if first.shape != second.shape:
        raise UsageError(f"{first.shape} scores do not go with {second.shape} targets")
    if first.dtype != np.bool_ and not np.isfinite(first).all():
        raise UsageError("a score is not a finite number", mend="leave out passages that were not scored")
    if not np.isin(second, (PRESENT, ABSENT, UNKNOWN)).all():
        raise UsageError("a target is none of 1 (present), 0 (absent), -1 (unknown)")
    return first, second.astype(np.int8)


def any_code(targets: ArrayLike) -> Targets:
    """Whether a passage carries any code at all, shape (n,): present, absent if all are known to be absent, unknown."""
    matrix = _matrix(targets)
    nothing = np.where((matrix == ABSENT).all(axis=1), ABSENT, UNKNOWN)
    return np.where((matrix == PRESENT).any(axis=1), PRESENT, nothing).astype(np.int8)


def with_positives(targets: ArrayLike, least: int = 1) -> Mask:
    """Which codes are present in at least ``least`` passages, shape (codes,)."""
    mask: Mask = (_matrix(targets) == PRESENT).sum(axis=0) >= least
    return mask


def _matrix(values: ArrayLike) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim == 1:
        return array[:, None]
    if array.ndim != 2:
        raise UsageError(f"a matrix of passages by codes was expected, not {array.ndim} dimensions")
    return array
