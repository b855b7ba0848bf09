"""Two models on the same passages: the difference by hand, who is better, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import UsageError
from models.baselines import PRIMARY
from models.cluster_bootstrap import Difference, Interval
from models.comparison import COMPARED, MeasureDifference, compared_held_out, compared_on
from models.held_out import held_out
from models.label_evaluation import ModelScores
from models.measures import micro_f1
from models.ranking_measures import micro_average_precision

NAMES = ("old", "new")


@pytest.fixture
def held_of(labelled, scores_of):
    """Return a maker of held-out scores: ``held_of(noise, rows=slice(None), examples=...)``."""

    def make(noise, *, rows=None, examples=None, seed=1):
        known = labelled() if examples is None else examples
        chosen = np.arange(len(known)) if rows is None else np.asarray(rows)
        scores = scores_of(known, noise, seed)[chosen]
        folds = np.array([int(known.groups[row].rpartition("-")[2]) % 3 for row in chosen])
        return held_out(known, chosen, folds, scores, scores.max(axis=1), goal="micro-f1")

    return make


def compared(first, second, **facts):
    return compared_held_out(NAMES, first, second, **{"resamples": 200, **facts})


def test_the_better_model_is_named(held_of):
    found = compared(held_of(6.0), held_of(1.0))
    assert found.verdict == "new is better"
    assert set(found.measures) == set(COMPARED)
    assert {name: one.better for name, one in found.measures.items() if "precision" in name} == {
        "micro_average_precision": "second",
        "macro_average_precision": "second",
        "initiative_average_precision": "second",
    }
    assert (found.passages, found.documents, found.codes) == (120, 12, ("beds", "falls", "pay"))


def test_turned_round_the_difference_is_turned_round(held_of):
    one, other = held_of(6.0), held_of(1.0)
    there, back = compared(one, other), compared(other, one)
    assert back.verdict == "old is better"
    for name in COMPARED:
        assert there.measures[name].first == back.measures[name].second
        assert there.measures[name].difference.interval.value == pytest.approx(
            -back.measures[name].difference.interval.value
        )


def test_a_model_is_not_better_than_itself(held_of):
    found = compared(held_of(2.0), held_of(2.0))
    assert found.verdict == "it cannot be told which is better"
    assert {one.difference.interval.value for one in found.measures.values()} == {0.0}


def test_the_values_are_those_of_the_measures(held_of):
    one, other = held_of(3.0), held_of(2.0)
    found = compared(one, other)
    assert found.primary.first == pytest.approx(float(micro_average_precision(one.probabilities, one.targets)))
    assert found.primary.second == pytest.approx(float(micro_average_precision(other.probabilities, other.targets)))
    assert found.measures["micro_f1"].second == pytest.approx(float(micro_f1(other.accepted, other.targets)))
    difference = found.primary.difference.interval
    assert difference.value == pytest.approx(found.primary.second - found.primary.first)
    assert difference.low <= difference.value <= difference.high


def test_only_passages_of_both_are_compared_in_whatever_order_they_stand(held_of):
    one, other = held_of(2.0, rows=range(80)), held_of(1.0, rows=[*range(119, 39, -1)])
    found = compared(one, other)
    assert found.passages == 40
    kept = [one.codes.index(code) for code in found.codes]
    for noise, value in ((2.0, found.primary.first), (1.0, found.primary.second)):
        alone = held_of(noise, rows=range(40, 80))
        expected = micro_average_precision(alone.probabilities[:, kept], alone.targets[:, kept])
        assert value == pytest.approx(float(expected))


def test_the_same_name_on_other_words_is_another_passage(held_of, labelled):
    with pytest.raises(UsageError, match="tested on no passage in common") as caught:
        compared(held_of(1.0), held_of(1.0, examples=labelled(seed=4)))
    assert "--labels" in caught.value.mend


def test_where_labels_changed_those_of_the_second_count_and_it_is_said(held_of, labelled):
    examples = labelled()
    turned = examples.targets.copy()
    turned[:10, 0] = 1 - turned[:10, 0]
    found = compared(held_of(1.0), held_of(1.0, examples=replace(examples, targets=turned)))
    assert found.notes == ("10 passages have other labels now: those of new count",)
    assert found.primary.first < 1.0


def test_codes_of_one_model_alone_are_left_out(held_of):
    one, other = held_of(2.0), held_of(1.0)
    fewer = replace(
        one,
        codes=("pay", "beds"),
        targets=one.targets[:, [2, 0]],
        probabilities=one.probabilities[:, [2, 0]],
        accepted=one.accepted[:, [2, 0]],
    )
    found = compared(fewer, other)
    assert found.codes == ("beds", "pay")
    kept = [0, 2]
    assert found.primary.first == pytest.approx(
        float(micro_average_precision(one.probabilities[:, kept], one.targets[:, kept]))
    )
    with pytest.raises(UsageError, match="no code in common"):
        compared(replace(one, codes=("x", "y", "z")), other)


def test_from_one_document_nothing_can_be_told(held_of, labelled):
    alone = labelled(documents=1)
    one, other = (replace(held_of(noise), groups=("plan",) * 120, ids=alone.ids) for noise in (6.0, 1.0))
    found = compared(one, other)
    assert found.documents == 1
    assert found.primary.difference.interval.low is None
    assert found.verdict == "it cannot be told which is better"


def test_of_an_error_less_is_better():
    def difference(low, high):
        interval = Interval(value=0, low=low, high=high, level=0.95, n=1, clusters=2, resamples=1, undefined=0)
        return Difference(interval=interval, share_better=None)

    def better(name, low, high):
        return MeasureDifference(name=name, first=0, second=0, difference=difference(low, high)).better

    assert better(PRIMARY, 0.1, 0.2) == better("expected_calibration_error", -0.2, -0.1) == "second"
    assert better(PRIMARY, -0.2, -0.1) == better("expected_calibration_error", 0.1, 0.2) == "first"
    assert better(PRIMARY, -0.1, 0.2) == better(PRIMARY, 0.0, 0.2) == better(PRIMARY, None, None) == "cannot be told"


def test_on_labels_scores_are_compared_as_they_are(labelled, scores_of):
    examples = labelled()
    one, other = (
        ModelScores(
            probabilities=scores,
            initiative=scores.max(axis=1),
            accepted=scores > 0.5,
            initiative_accepted=(scores > 0.5).any(axis=1),
        )
        for scores in (scores_of(examples, 6.0), scores_of(examples, 1.0))
    )
    found = compared_on(NAMES, (one, other), examples, basis="labels in x", notes=["a note"], resamples=100)
    assert (found.basis, found.notes, found.verdict) == ("labels in x", ("a note",), "new is better")
    plain = found.as_dict()
    assert plain["decided_by"] == PRIMARY
    assert plain["measures"][PRIMARY]["better"] == "second"
    assert plain["measures"][PRIMARY]["difference"]["clusters"] == 12
