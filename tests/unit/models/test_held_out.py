"""Held-out scores: cut-offs of the other folds, files that come back, and no words in them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from careatlas.errors import InputError, UsageError
from models.examples import joined
from models.held_out import ARRAYS, ROWS, HeldOut, accepted_across, held_out, read_held_out, save_held_out, text_digest


@pytest.fixture
def found(labelled, scores_of):
    examples = labelled()
    scores = scores_of(examples, 2.0)
    folds = np.arange(len(examples)) % 4
    return held_out(examples, np.arange(len(examples)), folds, scores, scores.max(axis=1), goal="micro-f1")


def test_a_fold_is_accepted_by_the_cut_offs_of_the_others():
    scores = np.array([[0.9], [0.8], [0.1], [0.6], [0.5], [0.2]])
    targets = np.array([[1], [1], [0], [1], [0], [0]])
    folds = np.array([0, 0, 0, 1, 1, 1])
    accepted = accepted_across(scores, targets, list("aabbcc"), folds, "micro-f1")
    # Fold 1 parts present from absent at 0.55, fold 0 at 0.45: each is applied to the other.
    assert accepted[:, 0].tolist() == [True, True, False, True, True, False]


def test_its_own_labels_do_not_move_a_folds_cut_off(labelled, scores_of):
    examples = labelled()
    scores, folds = scores_of(examples, 2.0), np.arange(len(examples)) % 4
    before = accepted_across(scores, examples.targets, examples.groups, folds, "micro-f1")
    turned = np.where((folds == 2)[:, None], 1 - examples.targets, examples.targets)
    after = accepted_across(scores, turned, examples.groups, folds, "micro-f1")
    assert (before[folds == 2] == after[folds == 2]).all()
    assert (before != after).any()


def test_only_the_tested_rows_are_taken_in_their_order(labelled, scores_of):
    examples = joined(labelled(rows=24), labelled(rows=6, prefix="seed", origin="seed", seed=5))
    rows = np.array([5, 3, 4, 0, 1, 2])
    scores = scores_of(examples.subset(rows), 1.0)
    found = held_out(examples, rows, np.array([0, 0, 0, 1, 1, 1]), scores, scores.max(axis=1), goal="micro-f1")
    assert found.ids == ("p5", "p3", "p4", "p0", "p1", "p2")
    assert (found.targets == examples.targets[rows]).all()
    assert found.digests[0] == text_digest(examples.texts[5])
    assert found.known_initiative.tolist() == examples.initiative()[rows].tolist()


def test_they_come_back_from_files(found, tmp_path):
    save_held_out(found, tmp_path)
    again = read_held_out(tmp_path)
    for name in ("ids", "groups", "digests", "codes"):
        assert getattr(again, name) == getattr(found, name)
    for name in ("targets", "folds", "accepted", "initiative_accepted"):
        assert (getattr(again, name) == getattr(found, name)).all()
    assert np.abs(again.probabilities - found.probabilities).max() < 1e-7
    assert again.accepted.dtype == again.initiative_accepted.dtype == np.bool_


def test_no_words_are_kept(found, labelled, tmp_path):
    save_held_out(found, tmp_path)
    kept = (tmp_path / ROWS).read_bytes() + (tmp_path / ARRAYS).read_bytes()
    word = labelled().texts[0].split()[0]
    assert word.encode() not in kept


def test_a_passage_is_known_by_its_identifier_and_its_words_together(found):
    keys = found.keys()
    assert keys[found.ids[7], found.digests[7]] == 7
    assert (found.ids[7], found.digests[8]) not in keys


def test_of_a_passage_that_stands_twice_the_first_counts(labelled, scores_of):
    examples = labelled(rows=12)
    twice = np.concatenate([np.arange(12), [3]])
    scores = scores_of(examples.subset(twice), 1.0)
    found = held_out(examples, twice, np.arange(13) % 2, scores, scores.max(axis=1), goal="micro-f1")
    assert found.keys()["p3", found.digests[3]] == 3


@pytest.mark.parametrize(
    "change", [{"groups": ("a",)}, {"folds": np.zeros(3, dtype=int)}, {"accepted": np.zeros((2, 2))}]
)
def test_what_does_not_fit_together_is_refused(found, change):
    parts = {name: getattr(found, name) for name in HeldOut.__slots__}
    with pytest.raises(UsageError, match=f"{next(iter(change))} do not go with 120 passages"):
        HeldOut(**{**parts, **change})


@pytest.mark.parametrize("name", [ARRAYS, ROWS])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff" * 20])
def test_missing_and_broken_files_are_input_errors(found, tmp_path, name, content):
    save_held_out(found, tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_held_out(tmp_path)
    assert caught.value.mend == "train the model again"


def test_files_of_different_lengths_are_refused(found, tmp_path):
    save_held_out(found, tmp_path)
    rows = json.loads((tmp_path / ROWS).read_text())
    (tmp_path / ROWS).write_text(json.dumps({name: values[:-1] for name, values in rows.items()}))
    with pytest.raises(InputError, match="no held-out scores"):
        read_held_out(tmp_path)


def test_an_unknown_goal_is_refused(labelled, scores_of):
    examples = labelled(rows=24)
    scores = scores_of(examples, 1.0)
    with pytest.raises(UsageError, match="goal"):
        held_out(examples, np.arange(24), np.arange(24) % 2, scores, scores.max(axis=1), goal="luck")
