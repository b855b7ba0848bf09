"""Agreement of two annotators on one code, beyond chance.

Every measure takes ``weights`` of passages, shape (samples, n), and answers for each sample at once, as
``models.cluster_bootstrap`` asks for. What is undefined (both always say the same) is not a number, never 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.label_matrix import Floats

Said = NDArray[np.bool_]


def cohen_kappa(first: Said, second: Said, weights: Floats) -> Floats:
    """Cohen's kappa: (observed - expected) / (1 - expected), expected from each annotator's own share of the code.

    Cohen (1960), A coefficient of agreement for nominal scales.

    Parameters
    ----------
    first, second : array of bool, shape (n,)
        Whether each annotator gave the code.
    weights : array of float, shape (samples, n)

    Returns
    -------
    array of float, shape (samples,)
    """
    total = weights.sum(axis=1)
    one, other, differing = weights @ first, weights @ second, weights @ (first != second)
    expected = (one * other + (total - one) * (total - other)) / total**2
    return _beyond_chance(differing / total, 1 - expected)


def krippendorff_alpha(first: Said, second: Said, weights: Floats) -> Floats:
    """Krippendorff's alpha for nominal data of two annotators who both saw every passage.

    1 - observed / expected disagreement, expected from the values of both together, drawn without putting back.
    Krippendorff (2011), Computing Krippendorff's alpha-reliability. Parameters and answer as for ``cohen_kappa``;
    weights stand for numbers of passages.
    """
    total = weights.sum(axis=1)
    values = 2 * total
    given, differing = weights @ first + weights @ second, weights @ (first != second)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = 2 * given * (values - given) / (values * (values - 1))
    return _beyond_chance(differing / total, expected)


def _beyond_chance(observed: Floats, expected: Floats) -> Floats:
    """Return 1 - observed / expected disagreement, not a number where none is to be expected."""
    defined = expected > 0
    found: Floats = np.where(defined, 1 - observed / np.where(defined, expected, 1.0), np.nan)
    return found
