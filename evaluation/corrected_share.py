"""The share of passages that carry a code: machine scores of all of them, corrected by people's labels for a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from careatlas.errors import InputError
from careatlas.share_interval import share_interval
from evaluation.design_variance import Design
from evaluation.labelled_sample import Floats, LabelledSample
from evaluation.power_tuning import Tuning, tuned
from evaluation.prediction_powered import prediction_powered_mean


class ShareMethod(StrEnum):
    """How a share was estimated."""

    DESIGN_BASED = "design-based"  # machine scores corrected by labels of known inclusion probability: the default
    HUMAN_ONLY = "human-only"  # the labels alone, weighted (Hajek)
    PPI = "ppi++"  # as published: equal probabilities, the process behind the passages, normal interval


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedShare:
    """A corrected share first, the machine's raw numbers second.

    Attributes
    ----------
    estimate, low, high : float
        The share and the bounds of its two-sided interval, in [0, 1] (``ppi++`` can leave it).
    level : float
        The nominal coverage of the interval.
    method : ShareMethod
        How it was estimated.
    n_labelled, n_total : int
        Labels that entered, and passages that the share is of.
    power : float
        The weight lambda of the machine: 0 where the labels stand alone, 1 where its scores are taken at face value.
    standard_error : float
        Of the estimate before it is put into an interval; it takes no account of how few positives there are.
    width_ratio : float or None
        Width of the interval over that of the labels alone; ``None`` where the latter has no width.
    raw_count : int
        Passages that the machine accepts. Not an estimate of anything.
    raw_share, raw_mean_score : float
        The share of them, and the mean of the scores.
    """

    estimate: float
    low: float
    high: float
    level: float
    method: ShareMethod
    n_labelled: int
    n_total: int
    power: float
    standard_error: float
    width_ratio: float | None
    raw_count: int
    raw_share: float
    raw_mean_score: float

    @property
    def total(self) -> tuple[float, float, float]:
        """How many of the passages carry the code: estimate and bounds of the interval."""
        return self.estimate * self.n_total, self.low * self.n_total, self.high * self.n_total


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDifference:
    """One share less another, with its interval."""

    estimate: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estimate:
    share: float
    low: float
    high: float
    error: float
    power: float


def corrected_share(
    sample: LabelledSample,
    *,
    method: ShareMethod = ShareMethod.DESIGN_BASED,
    level: float = 0.95,
    power: float | None = None,
) -> CorrectedShare:
    """Estimate the share of all passages that carry the code.

    Parameters
    ----------
    sample : LabelledSample
        Scores of all passages, labels and inclusion probabilities of some.
    method : ShareMethod
        ``design-based`` unless there is a reason.
    level : float
        Of the interval, in (0, 1).
    power : float, optional
        The weight of the machine, where it was fixed before the labels were seen; by default tuned to least variance.

    Raises
    ------
    InputError
        If ``level`` is no level, or ``ppi++`` is asked for on labels of unequal probability, of strata or of clusters.

    Notes
    -----
    Design-based supervised learning for a mean (Egami, Hinck, Stewart & Wei 2023, arXiv 2306.04746) is the difference
    estimator of survey sampling; with lambda tuned it is PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453) for
    unequal probabilities. Formulas, the choice of the interval, its coverage: ``docs/methods/valid-totals.md``.
    """
    if not 0 < level < 1:
        raise InputError(f"the level {level} is not between 0 and 1")
    if method is ShareMethod.PPI:
        chosen, human = (_published(sample, level, weight) for weight in (power, 0.0))
    else:
        design = Design(sample=sample)
        human = _design_based(design, level, 0.0)
        chosen = human if method is ShareMethod.HUMAN_ONLY else _design_based(design, level, power)
    width = human.high - human.low
    return CorrectedShare(
        estimate=chosen.share,
        low=chosen.low,
        high=chosen.high,
        level=level,
        method=method,
        n_labelled=sample.n_labelled,
        n_total=sample.n_total,
        power=chosen.power,
        standard_error=chosen.error,
        width_ratio=(chosen.high - chosen.low) / width if width > 0 else None,
        raw_count=int(sample.accepted.sum()),
        raw_share=float(sample.accepted.mean()),
        raw_mean_score=float(sample.scores.mean()),
    )


def share_difference(one: CorrectedShare, other: CorrectedShare) -> ShareDifference:
    """Return ``one`` less ``other``, two groups whose samples were drawn independently.

    Raises
    ------
    InputError
        If their intervals are of different levels.

    Notes
    -----
    The interval squares and adds the distances between estimates and bounds ("MOVER": Newcombe 1998, Statistics in
    Medicine 17, 873-890, method 10; Zou & Donner 2008), so that it inherits what the single intervals do near 0 and 1.
    """
    if one.level != other.level:
        raise InputError(f"the intervals are of different levels: {one.level} and {other.level}")
    difference = one.estimate - other.estimate
    below = math.hypot(one.estimate - one.low, other.high - other.estimate)
    above = math.hypot(one.high - one.estimate, other.estimate - other.low)
    return ShareDifference(estimate=difference, low=difference - below, high=difference + above, level=one.level)


def _design_based(design: Design, level: float, power: float | None) -> _Estimate:
    sample = design.sample
    if sample.n_labelled == sample.n_total:  # a census: its result is known, whatever chances it was drawn with
        share = float(sample.labels.mean())
        return _Estimate(share=share, low=share, high=share, error=0.0, power=power or 0.0)
    tuning = tuned(design) if power is None else Tuning(power=power, drift=0.0)
    rest = sample.labels - tuning.power * sample.labelled_scores
    found = tuning.power * float(sample.scores.mean()) + design.mean(rest) + tuning.drift
    variance = design.covariance(rest, rest)
    if power is None:  # tuning spends a degree of freedom, as a slope does
        variance *= design.degrees_of_freedom / (design.degrees_of_freedom - 1)
    # What people saw is certain: at least the positives carry the code, and at most what the negatives leave.
    positives = float(sample.labels.sum())
    least, most = positives / sample.n_total, 1 - (sample.n_labelled - positives) / sample.n_total
    share = min(max(found, least), most)
    worth = _effective_n(design, rest, variance, share)
    low, high = share_interval(share, worth, _quantile(level, design.degrees_of_freedom))
    return _Estimate(
        share=share, low=max(low, least), high=min(high, most), error=math.sqrt(variance), power=tuning.power
    )


def _effective_n(design: Design, rest: Floats, variance: float, share: float) -> float:
    """Return how many labels of a simple random sample would be as sure as this estimate.

    A variance that rests on few labels is hardly known, and mostly too small: one label for which neither the machine
    nor the design helps is added to those that it rests on.
    """
    whole, human = design.effective_n, design.mean(design.sample.labels)
    one_sided = not 0 < design.sample.labels.sum() < design.sample.n_labelled
    of_one = share * (1 - share) if one_sided else human * (1 - human)
    if math.isinf(whole) or of_one <= 1e-12:  # rounding of a share that is 0 or 1
        return whole
    ratio = variance * whole / of_one
    known = design.concentration(rest) or design.concentration(design.sample.labels)
    return whole / max(ratio, (known * ratio + 1) / (known + 1))


def _quantile(level: float, degrees_of_freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, 0.5 + level / 2))


def _published(sample: LabelledSample, level: float, power: float | None) -> _Estimate:
    if not sample.is_equal_probability or sample.strata is not None or sample.clusters is not None:
        raise InputError(
            "ppi++ as published takes labels that were all drawn alike", mend="use the method 'design-based'"
        )
    rest = np.delete(sample.scores, sample.position)
    if not rest.size:
        raise InputError("ppi++ as published needs passages without labels", mend="use the method 'design-based'")
    mean = prediction_powered_mean(sample.labels, sample.labelled_scores, rest, level=level, power=power)
    return _Estimate(share=mean.estimate, low=mean.low, high=mean.high, error=mean.standard_error, power=mean.power)
