"""The weight that the machine's scores get in a corrected share, and what tuning it on the same labels does."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evaluation.design_variance import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The weight of the machine.

    Attributes
    ----------
    power : float
        Lambda, 0 or more: 0 where the labels stand alone, 1 where scores are taken at face value.
    drift : float
        How far the estimate lies too low, to first order, because power and estimate come from the same labels: it is
        to be added. 0 where the power was given.
    """

    power: float
    drift: float


def tuned(design: Design) -> Tuning:
    """Return the power that gives the corrected share the least variance under the design of the sample.

    Notes
    -----
    The slope ``C(labels, scores) / C(scores, scores)`` of PPI++ (Angelopoulos, Duchi & Zrnic 2023, section 6) and the
    regression estimator, with design covariances C. Two departures, both measured in ``docs/methods/valid-totals.md``:

    - The spread of the scores is known in all N passages, and that of a small sample tends to be off where few passages
      score high. The denominator is multiplied by ``sqrt(spread in N / spread in the sample)``: the sample's own spread
      alone gives intervals that cover too rarely, that of all N alone gives wider ones.
    - No upper bound of 1: the scores of a model trained on few labels are too small, and a greater weight mends that.

    A sample in which high scores happen to be frequent has both a greater power and a greater mean score, so that the
    correction is too strong: ``drift`` is their design covariance, by the infinitesimal jackknife.
    """
    sample = design.sample
    scores = sample.labelled_scores
    squares = (scores - design.mean(scores)) ** 2
    own, known = design.mean(squares), float(sample.scores.var())
    left, right = design.terms(sample.labels), design.terms(scores)
    shared, variance = float(left @ right), float(right @ right)
    if shared <= 0 or min(own, known, variance) <= 0:
        return Tuning(power=0.0, drift=0.0)
    power = shared / (variance * math.sqrt(known / own))
    # What each label (or cluster) adds to the logarithm of the power.
    change = (left / shared - right / variance) * right * design.thinning + design.terms(squares) / (2 * own)
    return Tuning(power=power, drift=power * float(change @ right))
