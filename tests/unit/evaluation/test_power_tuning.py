from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.design_variance import Design
from evaluation.labelled_sample import Floats, LabelledSample
from evaluation.power_tuning import tuned


def sample_of(scores: Floats, truth: Floats, position: Floats, inclusion: Floats, **more: Floats) -> LabelledSample:
    at = position.astype(np.intp)
    return LabelledSample(
        scores=scores, accepted=scores >= 0.5, position=at, labels=truth[at], inclusion=inclusion, **more
    )


def population(seed: int, total: int = 600, share: float = 0.2) -> tuple[Floats, Floats]:
    chance = np.random.default_rng(seed)
    truth = (np.arange(total) < share * total).astype(float)
    return 1 / (1 + np.exp(-(2 * truth - 2 + chance.normal(size=total)))), truth


def test_equal_probabilities_give_the_slope_between_both_denominators() -> None:
    scores, truth = population(1)
    at = np.random.default_rng(1).permutation(600)[:80]
    found = tuned(Design(sample=sample_of(scores, truth, at, np.full(80, 80 / 600))))
    shared = np.mean((truth[at] - truth[at].mean()) * (scores[at] - scores[at].mean()))
    assert found.power == pytest.approx(shared / math.sqrt(scores[at].var() * scores.var()))


def test_power_undoes_the_scale_of_the_scores() -> None:
    scores, truth = population(2)
    at = np.random.default_rng(2).permutation(600)[:80]
    whole = tuned(Design(sample=sample_of(scores, truth, at, np.full(80, 0.1))))
    tenth = tuned(Design(sample=sample_of(scores / 10, truth, at, np.full(80, 0.1))))
    assert tenth.power == pytest.approx(10 * whole.power)
    assert tenth.power > 1
    assert tenth.drift == pytest.approx(whole.drift)


@pytest.mark.parametrize("how", ["alone", "one by one", "strata", "documents"])
def test_drift_is_what_is_missing_on_average(how: str) -> None:
    """Over 3,000 samples: once the drift is added, no more than a third of the mean error is left, or only chance."""
    scores, truth = population(3, share=0.1)
    chance = np.random.default_rng(3)
    size = np.minimum(1, 60 * (scores + 0.1) / (scores + 0.1).sum())
    without, drifts = [], []
    order = np.argsort(scores)
    for _ in range(3_000):
        more: dict[str, Floats] = {}
        if how == "one by one":
            at = np.flatnonzero(chance.random(600) < size)
            inclusion = size[at]
        elif how == "strata":
            at = np.concatenate([order[chance.permutation(500)[:30]], order[500 + chance.permutation(100)[:30]]])
            inclusion, more = np.repeat([0.06, 0.3], 30), {"strata": np.repeat([0, 1], 30)}
        elif how == "documents":
            documents = chance.permutation(120)[:20]  # passages 5 k to 5 k + 4 of a shuffled order
            at = (np.arange(600).reshape(5, 120).T[documents]).ravel()
            inclusion, more = np.full(100, 20 / 120), {"clusters": np.repeat(np.arange(20), 5)}
        else:
            at, inclusion = chance.permutation(600)[:60], np.full(60, 0.1)
        sample = sample_of(scores, truth, at, inclusion, **more)
        design = Design(sample=sample)
        found = tuned(design)
        rest = sample.labels - found.power * sample.labelled_scores
        without.append(found.power * scores.mean() + design.mean(rest) - truth.mean())
        drifts.append(found.drift)
    error = np.std(without) / math.sqrt(3_000)
    assert abs(np.mean(without) + np.mean(drifts)) < max(0.3 * abs(np.mean(without)), 3 * error)
    if how == "alone":
        assert np.mean(without) < -5 * error  # without it there is something to mend


@pytest.mark.parametrize("scores", [np.full(600, 0.4), np.linspace(1, 0, 600)])
def test_scores_of_no_help_get_no_weight(scores: Floats) -> None:
    truth = (np.arange(600) >= 300).astype(float)
    found = tuned(Design(sample=sample_of(scores, truth, np.arange(0, 600, 10), np.full(60, 0.1))))
    assert (found.power, found.drift) == (0.0, 0.0)


def test_no_positive_no_weight() -> None:
    scores, truth = population(4)
    found = tuned(Design(sample=sample_of(scores, 0 * truth, np.arange(0, 600, 10), np.full(60, 0.1))))
    assert (found.power, found.drift) == (0.0, 0.0)
