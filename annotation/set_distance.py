"""How far two sets of codes are apart: 0 the same, 1 nothing in common. Two empty sets are the same.

Distances take sizes, not sets, so that a whole table of pairs is answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Distance = Callable[[ArrayLike, ArrayLike, ArrayLike], Floats]
"""From sizes of the intersection, of the first set and of the second, all of one shape, to distances."""


def jaccard_distance(shared: ArrayLike, first: ArrayLike, second: ArrayLike) -> Floats:
    """Return 1 - intersection / union (Jaccard 1912); 0 for two empty sets, 1 where one alone is empty."""
    inside = np.asarray(shared, dtype=np.float64)
    union = np.asarray(first) + np.asarray(second) - inside
    return np.where(union > 0, 1 - inside / np.where(union > 0, union, 1), 0.0)


def masi_distance(shared: ArrayLike, first: ArrayLike, second: ArrayLike) -> Floats:
    """Return 1 - Jaccard's similarity times a weight: 1 equal, 2/3 nested, 1/3 overlapping.

    Passonneau (2006), Measuring agreement on set-valued items (MASI), LREC. Of empty sets as for Jaccard's distance:
    the source does not say, and they are the commonest answer.
    """
    inside, least, most = np.asarray(shared), np.minimum(first, second), np.maximum(first, second)
    weight = np.where(inside == least, np.where(least == most, 1.0, 2 / 3), 1 / 3)
    found: Floats = 1 - (1 - jaccard_distance(shared, first, second)) * weight
    return found


DISTANCES: Mapping[str, Distance] = MappingProxyType({"masi": masi_distance, "jaccard": jaccard_distance})
