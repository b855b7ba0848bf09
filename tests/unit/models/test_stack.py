"""The tiers of a stack together: which of them answer, and what combines them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.label_matrix import any_code
from models.stack import Inputs, Tiers, combination, has_both
from models.tier_scores import TierScores

EVERY = ("cues", "words", "embedding", "exemplars", "neighbours")


def test_inputs_are_taken_by_rows(made_up, inputs_of):
    whole = replace(inputs_of(made_up(2, 3)), fine_tuned=np.arange(24.0).reshape(6, 4))
    some = whole.rows(np.array([4, 0]))
    assert some.texts == [whole.texts[4], whole.texts[0]]
    np.testing.assert_array_equal(some.embeddings, whole.embeddings[[4, 0]])
    np.testing.assert_array_equal(some.fine_tuned, whole.fine_tuned[[4, 0]])
    assert Inputs(texts=["a", "b"]).rows(np.array([1])).embeddings is None


@pytest.mark.parametrize("neighbours", [False, True])
@pytest.mark.parametrize("embedded", [False, True])
def test_those_tiers_answer_that_can(
    made_up, inputs_of, small_codebook, small_exemplars, small_config, embedded, neighbours
):
    examples = made_up(4, 6)
    inputs = inputs_of(examples, embedded=embedded)
    tiers = Tiers(small_codebook, small_exemplars if embedded else None, small_config)
    tiers.fit(inputs, examples.targets, np.ones(24), neighbours=neighbours)
    found = tiers.scores(inputs)
    assert found.tiers == (EVERY[: 4 + neighbours] if embedded else EVERY[:2])
    assert found.words.shape == (24, 4)
    assert found.cues.shape == (24, 3)


def test_without_vectors_a_stack_with_an_encoder_answers_in_words(small_stack, inputs_of, made_up):
    found = small_stack.tiers.scores(inputs_of(made_up(2, 2, seed=5), embedded=False))
    assert found.tiers == EVERY[:2]


def test_heads_find_the_codes(small_stack, inputs_of, made_up):
    examples = made_up(4, 30, seed=9)
    scores = small_stack.tiers.scores(inputs_of(examples))
    for logits in (scores.words, scores.embedding, scores.neighbours):
        truth = np.column_stack([examples.targets, any_code(examples.targets)])
        for column in range(4):
            present = truth[:, column] == 1
            assert logits[present, column].mean() > logits[~present, column].mean() + 0.5


def test_codes_that_are_unknown_everywhere_say_nothing_and_spoil_nothing(
    made_up, inputs_of, small_codebook, small_config
):
    examples = made_up(4, 10)
    targets = examples.targets.copy()
    targets[:, 1] = -1
    inputs = inputs_of(examples, embedded=False)
    found = Tiers(small_codebook, None, small_config).fit(inputs, targets, np.ones(40)).scores(inputs)
    whole = Tiers(small_codebook, None, small_config).fit(inputs, examples.targets, np.ones(40)).scores(inputs)
    assert found.words[:, 1] == pytest.approx(0.0)
    assert found.words[:, [0, 2]] == pytest.approx(whole.words[:, [0, 2]], abs=0.01)


def test_learning_again_keeps_the_vocabulary(made_up, inputs_of, small_codebook, small_exemplars, small_config):
    examples, more = made_up(4, 10), made_up(4, 12)
    tiers = Tiers(small_codebook, small_exemplars, small_config)
    tiers.fit(inputs_of(examples), examples.targets, np.ones(len(examples)))
    terms = tiers.words.terms
    tiers.fit(inputs_of(more), more.targets, np.ones(len(more)), again=True)
    assert tiers.words.terms == terms
    assert tiers.fit(inputs_of(more), more.targets, np.ones(len(more))).words.terms != terms


def test_the_combination_ranks_better_than_its_worst_tier(small_stack, inputs_of, made_up):
    examples = made_up(4, 30, seed=9)
    readout = small_stack.readouts[EVERY]
    codes, initiative = readout.combination.logits(small_stack.tiers.scores(inputs_of(examples)))
    present = examples.targets == 1
    assert codes.shape == present.shape
    assert initiative.shape == (len(examples),)
    assert codes[present].mean() > codes[~present].mean() + 2
    assert initiative[present.any(axis=1)].mean() > initiative[~present.any(axis=1)].mean() + 1


@pytest.mark.parametrize(
    ("targets", "there"),
    [
        ([[1, 0], [0, 0]], True),
        ([[1, 1], [1, 0]], False),  # nothing without any code
        ([[0, 0], [0, 0]], False),
        ([[1, -1], [0, -1]], False),  # of the second nobody knows
        ([[-1, -1]], False),
    ],
)
def test_something_present_and_something_absent_is_asked_for(targets, there):
    assert has_both(np.array(targets, dtype=np.int8)) is there


def test_a_combination_of_labels_of_one_kind_is_refused():
    scores = TierScores(cues=np.zeros((3, 2)), words=np.random.default_rng(0).normal(size=(3, 3)))
    for targets in ([[1, 0], [1, 0], [0, 1]], [[0, 0]] * 3):
        with pytest.raises(ValueError, match="one class"):
            combination(scores, np.array(targets, dtype=np.int8), learn_weights=True)
