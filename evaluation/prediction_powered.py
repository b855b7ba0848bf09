"""PPI++ for a mean, as published: labels of a simple random sample, and machine scores of it and of further passages.

It is the reference that the corrected share is held against. Its interval is the normal one, which misses small shares
too often (``docs/methods/valid-totals.md``): reports use ``evaluation.corrected_share``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.labelled_sample import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PoweredMean:
    """A prediction-powered mean with its interval; ``power`` is the lambda that was used, 0 for labels alone."""

    estimate: float
    low: float
    high: float
    standard_error: float
    power: float


def prediction_powered_mean(
    labels: Floats, labelled_scores: Floats, other_scores: Floats, *, level: float = 0.95, power: float | None = None
) -> PoweredMean:
    """Return the mean of the labels in the process that both sets of passages came from.

    Parameters
    ----------
    labels, labelled_scores : array of float, shape (n,)
        What people say and what the machine says of the same passages, all drawn with the same chance.
    other_scores : array of float, shape (N,)
        What the machine says of passages without labels.
    level : float
        Of the two-sided interval.
    power : float, optional
        The weight of the machine; by default the one of least variance, kept in [0, 1].

    Notes
    -----
    Angelopoulos, Duchi & Zrnic (2023), PPI++: Efficient Prediction-Powered Inference, arXiv 2311.01453, sections 2 and
    6. The estimate is ``power * mean(other) + mean(labels - power * labelled)``; its variance adds those of the two
    independent means. Equal to ``ppi_py.ppi_mean_ci`` to rounding, with tuned and with given power.
    """
    from scipy.special import ndtri

    n, others = labels.size, other_scores.size
    if power is None:
        every = np.concatenate([labelled_scores, other_scores])
        spread = float(every.var(ddof=1)) * (1 + n / others)
        shared = float(np.mean((labels - labels.mean()) * (labelled_scores - labelled_scores.mean())))
        power = min(max(shared / spread, 0.0), 1.0) if spread > 0 else 0.0
    rest = labels - power * labelled_scores
    estimate = power * float(other_scores.mean()) + float(rest.mean())
    error = np.sqrt(power**2 * other_scores.var() / others + rest.var() / n)
    half = float(ndtri(0.5 + level / 2) * error)
    return PoweredMean(
        estimate=estimate, low=estimate - half, high=estimate + half, standard_error=float(error), power=power
    )
