"""Krippendorff's alpha: any number of coders, missing values, and four levels of measurement.

Krippendorff (2011), Computing Krippendorff's alpha-reliability. 1 - observed / expected disagreement, from the values
that can be paired: a unit with a single value says nothing of agreement and takes no part, not even in what is
expected.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Level(StrEnum):
    """Level of measurement: what makes two values differ more than two others."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def krippendorff_alpha(ratings: ArrayLike, level: Level = Level.NOMINAL) -> float | None:
    """Return alpha of a table of values.

    Parameters
    ----------
    ratings : array of float, shape (units, coders)
        NaN where a coder gave no value.
    level : Level

    Returns
    -------
    float or None
        None where no disagreement is to be expected, because a single value was given or nothing can be paired.
    """
    table = np.asarray(ratings, dtype=np.float64)
    scale = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == scale).sum(axis=1)
    found = float(alpha_of(coincidences(counts), scale, level))
    return None if np.isnan(found) else found


def coincidences(counts: ArrayLike) -> Floats:
    """Return how often each value meets each other one within a unit, each value counted once.

    Parameters
    ----------
    counts : array, shape (units, values)
        How many coders gave each unit each value.

    Returns
    -------
    array of float, shape (values, values)
        Symmetric; its sums are the numbers of values that can be paired.
    """
    table = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(axis=1) > 1]
    shares = table / (table.sum(axis=1, keepdims=True) - 1)
    found: Floats = shares.T @ table - np.diag(shares.sum(axis=0))
    return found


def alpha_of(met: Floats, scale: ArrayLike, level: Level) -> Floats:
    """Return alpha of coincidences.

    Parameters
    ----------
    met : array, shape (..., values, values)
        As ``coincidences`` gives them, or sums of such.
    scale : array, shape (values,)
        The values in rising order; of no matter to the nominal level, and only their order to the ordinal one.

    Returns
    -------
    array of float, shape (...)
        NaN where no disagreement is to be expected.
    """
    given = met.sum(axis=-1)
    apart = _differences(given, np.asarray(scale, dtype=np.float64), level)
    total = given.sum(axis=-1)
    observed = (met * apart).sum(axis=(-2, -1))
    expected = (given[..., :, None] * given[..., None, :] * apart).sum(axis=(-2, -1))
    return beyond_chance(observed * (total - 1), expected)


def beyond_chance(observed: Floats, expected: Floats) -> Floats:
    """Return 1 - observed / expected disagreement, NaN where none is to be expected."""
    defined = expected > 0
    return np.where(defined, 1 - observed / np.where(defined, expected, 1.0), np.nan)


def _differences(given: Floats, scale: Floats, level: Level) -> Floats:
    """Return squared differences, shape (values, values); for the ordinal level with the shape of ``given`` ahead."""
    match level:
        case Level.NOMINAL:
            return 1 - np.eye(len(scale))
        case Level.ORDINAL:  # the number of values between two, half of either's own: a difference of mid-ranks
            place = given.cumsum(axis=-1) - given / 2
            return (place[..., :, None] - place[..., None, :]) ** 2
        case Level.INTERVAL:
            return (scale[:, None] - scale) ** 2
        case Level.RATIO:
            both = scale[:, None] + scale
            return np.where(both != 0, (scale[:, None] - scale) / np.where(both != 0, both, 1.0), 0.0) ** 2
