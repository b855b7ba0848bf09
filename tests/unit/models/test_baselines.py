"""Baselines: what they score by hand, and that a fold never tells on itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import UsageError
from models.baselines import CUES, MAJORITY, PRIMARY, baselines
from models.held_out import held_out
from models.ranking_measures import micro_average_precision

EVERY = np.ones(3, dtype=bool)


@pytest.fixture
def held(labelled, scores_of):
    examples = labelled()
    scores = scores_of(examples, 1.0)
    folds = np.array([int(group.rpartition("-")[2]) % 3 for group in examples.groups])
    return held_out(examples, np.arange(len(examples)), folds, scores, scores.max(axis=1), goal="micro-f1")


def measured(held, **others):
    cues = (held.targets == 1).astype(int)  # a cue wherever the code is present, and nowhere else
    return baselines(held, EVERY, cues=cues, others=others, resamples=40)


def test_the_majority_of_rare_codes_is_absent(held):
    found = measured(held)[MAJORITY]
    assert found.totals["micro_f1"].value == found.totals["macro_f1"].value == 0.0
    # Its score is the share in the other folds, the same for all passages of a fold: little more than chance.
    assert found.totals[PRIMARY].value < 0.35


def test_the_majority_of_a_frequent_code_is_present(held):
    common = replace(held, targets=np.where(np.arange(120)[:, None] % 6 > 0, 1, 0).astype(np.int8).repeat(3, axis=1))
    assert measured(common)[MAJORITY].totals["micro_f1"].value == pytest.approx(10 / 11)


def test_cues_accept_at_the_first_one(held):
    found = measured(held)[CUES]
    assert found.totals["micro_f1"].value == 1.0
    assert found.totals["initiative_f1"].value == 1.0
    assert found.totals[PRIMARY].value == 1.0


def test_the_model_is_ahead_of_a_worse_baseline_and_level_with_itself(held):
    chance = np.random.default_rng(0).normal(size=held.targets.shape)
    found = measured(held, same=held.probabilities, noise=chance)
    assert found["same"].ahead.interval.value == 0.0
    assert not found["same"].ahead.better
    assert found["noise"].ahead.better
    own = float(micro_average_precision(held.probabilities, held.targets))
    other = float(micro_average_precision(chance, held.targets))
    assert found["noise"].ahead.interval.value == pytest.approx(own - other)


def test_logits_and_probabilities_are_measured_alike(held):
    logits = np.log(held.probabilities / (1 - held.probabilities))
    found = measured(held, probabilities=held.probabilities, logits=logits)
    for name, one in found["logits"].totals.items():
        assert one.value == pytest.approx(found["probabilities"].totals[name].value), name


def test_a_last_column_more_is_the_score_of_any_code(held):
    known = held.known_initiative[:, None].astype(float)
    chance = np.random.default_rng(0).normal(size=held.targets.shape)
    found = measured(held, plain=chance, told=np.column_stack([chance, known]))
    assert found["told"].totals["initiative_f1"].value == 1.0
    assert found["plain"].totals["initiative_f1"].value < 1.0
    assert found["told"].totals["micro_f1"] == found["plain"].totals["micro_f1"]


def test_codes_that_do_not_count_change_no_total(held):
    spoiled = held.probabilities.copy()
    spoiled[:, 2] = 0.0
    one, other = (
        baselines(
            held,
            np.array([True, True, False]),
            cues=np.zeros(held.targets.shape),
            others={"x": np.column_stack([scores, held.initiative])},
            resamples=5,
        )["x"]
        for scores in (held.probabilities, spoiled)
    )
    for name in (PRIMARY, "macro_average_precision", "recall_at_3", "initiative_f1"):
        assert one.totals[name] == other.totals[name]
    assert one.ahead == other.ahead


def test_a_baseline_says_nothing_of_calibration(held):
    assert not {"expected_calibration_error", "brier"} & set(measured(held)[CUES].totals)


@pytest.mark.parametrize("shape", [(120, 2), (119, 3), (120, 5), (120,)])
def test_scores_of_another_shape_are_named(held, shape):
    with pytest.raises(UsageError, match="'wrong'"):
        measured(held, wrong=np.zeros(shape))


def test_cues_of_another_shape_are_refused(held):
    with pytest.raises(UsageError, match="cues of shape"):
        baselines(held, EVERY, cues=np.zeros((120, 2)), others={}, resamples=5)
