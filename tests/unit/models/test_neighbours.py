"""Neighbours: a vote of the nearest, in which a blank does not vote."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import neighbours
from models.neighbours import Neighbours


def unit(*angles: float) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def share(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits)  # (share + 0.02) / (1 - share + 0.02)
    return (odds * 1.02 - 0.02) / (1 + odds)


def test_the_nearer_a_passage_is_the_more_its_label_counts():
    votes = Neighbours(unit(0.0, 0.6), np.array([[1], [0]], dtype=np.int8), np.ones(2))
    found = share(votes.logits(unit(0.0, 0.3, 0.6)))[:, 0]
    weight = np.exp((np.cos(0.6) - 1) / 0.05)
    assert found == pytest.approx([1 / (1 + weight), 0.5, weight / (1 + weight)], abs=1e-4)


def test_only_the_nearest_twelve_vote():
    near, far = unit(*np.linspace(0, 0.01, 12)), unit(*np.linspace(0.1, 0.2, 30))
    targets = np.array([[1]] * 12 + [[0]] * 30, dtype=np.int8)
    votes = Neighbours(np.vstack([far, near]), targets[::-1], np.ones(42))
    assert share(votes.logits(unit(0.0))) == pytest.approx(np.array([[1.0]]), abs=1e-6)


def test_a_blank_does_not_vote():
    targets = np.array([[1, -1], [0, -1], [-1, -1]], dtype=np.int8)
    votes = Neighbours(unit(0.0, 0.0, 0.0), targets, np.ones(3))
    assert share(votes.logits(unit(0.0)))[0] == pytest.approx([0.5, 0.0], abs=1e-6)


def test_a_passage_that_weighs_more_counts_more():
    votes = Neighbours(unit(0.0, 0.0), np.array([[1], [0]], dtype=np.int8), np.array([3.0, 1.0]))
    assert share(votes.logits(unit(0.0)))[0] == pytest.approx([0.75], abs=1e-6)


def test_agreement_of_all_stays_finite():
    votes = Neighbours(unit(0.0), np.array([[1, 0]], dtype=np.int8), np.ones(1))
    assert votes.logits(unit(2.0))[0] == pytest.approx([np.log(1.02 / 0.02), -np.log(1.02 / 0.02)])


@given(st.integers(0, 9), st.integers(1, 4))
@settings(max_examples=20)
def test_passages_are_scored_alike_however_many_there_are_at_once(passages, at_once):
    chance = np.random.default_rng(0)
    votes = Neighbours(
        unit(*chance.uniform(0, 3, 20)), chance.integers(-1, 2, size=(20, 2)).astype(np.int8), chance.uniform(size=20)
    )
    rows = unit(*chance.uniform(0, 3, passages))
    whole = votes.logits(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "_ROWS", at_once)
        assert votes.logits(rows) == pytest.approx(whole, abs=1e-5)
    assert whole.shape == (passages, 2)


def test_what_is_stored_answers_alike():
    chance = np.random.default_rng(0)
    vectors = unit(*chance.uniform(0, 3, 20)).astype(np.float16)  # as embeddings come
    votes = Neighbours(vectors, chance.integers(-1, 2, size=(20, 2)).astype(np.int8), chance.uniform(size=20))
    again = Neighbours.from_arrays(votes.to_arrays())
    np.testing.assert_array_equal(again.logits(unit(0.3, 1.0)), votes.logits(unit(0.3, 1.0)))
