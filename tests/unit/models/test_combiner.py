"""The combiner: little more than its prior where labels are few, learned where they are many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.combiner import Combiner
from models.tier_scores import PairFeatures

CODES = 4
PRIOR = np.array([1.0, 0.5, 0.0])
NAMES = ("words", "exemplars", "cues")


def made(passages: int, truth: tuple[float, ...] = (2.0, 1.0, 0.0), seed: int = 0) -> tuple[PairFeatures, np.ndarray]:
    """Return features and the labels that weights ``truth`` would give them."""
    chance = np.random.default_rng(seed)
    values = chance.normal(size=(passages, CODES, len(PRIOR))) * [1.0, 0.1, 30.0] + [0.0, 2.0, -5.0]
    standard = (values - [0.0, 2.0, -5.0]) / [1.0, 0.1, 30.0]
    logits = standard @ np.array(truth) - 2.0
    targets = (logits + chance.logistic(size=logits.shape) > 0).astype(np.int8)
    return PairFeatures(values=values, names=NAMES, prior=PRIOR), targets


def weights(combiner: Combiner) -> np.ndarray:
    return np.array([combiner.weights[name] for name in NAMES])


def test_with_few_labels_the_weights_are_near_the_prior():
    # Labels that contradict the prior: the third feature alone decides.
    few = Combiner().fit(*made(5, (0.0, 0.0, 2.0)))
    many = Combiner().fit(*made(3_000, (0.0, 0.0, 2.0)))
    assert np.abs(weights(few) - PRIOR).max() < 0.5
    assert weights(many) == pytest.approx([0.0, 0.0, 2.0], abs=0.15)


def test_a_code_has_an_intercept_of_its_own_that_is_drawn_to_that_of_all():
    features, targets = made(400)
    rare = targets.copy()
    rare[:, 0] = 0
    features_of_one = PairFeatures(
        values=np.zeros((1, CODES, 3)) + features.values.mean((0, 1)), names=NAMES, prior=PRIOR
    )
    usual = Combiner().fit(features, targets).logits(features_of_one)[0]
    found = Combiner().fit(features, rare).logits(features_of_one)[0]
    assert usual.std() < 0.5
    assert found[0] < found[1:].min() - 1
    few = Combiner().fit(PairFeatures(values=features.values[:4], names=NAMES, prior=PRIOR), rare[:4])
    spread = np.ptp(few.logits(features_of_one)[0])
    assert spread < np.ptp(found) / 2


@given(st.permutations(range(40)))
@settings(max_examples=15)
def test_the_order_of_passages_does_not_matter(order):
    features, targets = made(40)
    shuffled = PairFeatures(values=features.values[order], names=NAMES, prior=PRIOR)
    one, other = Combiner().fit(features, targets), Combiner().fit(shuffled, targets[order])
    assert weights(other) == pytest.approx(weights(one), abs=1e-4)
    assert other.logits(shuffled) == pytest.approx(one.logits(features)[order], abs=1e-3)


def test_a_blank_is_not_a_negative():
    features, targets = made(400)
    hidden = (targets == 1) & (np.random.default_rng(1).uniform(size=targets.shape) < 0.6)
    hidden |= (targets == 0) & (np.random.default_rng(2).uniform(size=targets.shape) < 0.6)
    whole, blank, negative = (
        Combiner().fit(features, labels).logits(features).mean()
        for labels in (targets, np.where(hidden, -1, targets), np.where(hidden, 0, targets))
    )
    assert blank == pytest.approx(whole, abs=0.3)
    assert negative < whole - 0.8


def test_weights_that_are_not_learned_keep_their_proportions():
    found = weights(Combiner().fit(*made(500), learn_weights=False))
    assert found / found[0] == pytest.approx(PRIOR / PRIOR[0])
    assert found[0] > 1.2  # the scale is learned: the truth is twice the prior


def test_not_even_contrary_labels_turn_the_order_round():
    features, targets = made(500)
    found = weights(Combiner().fit(features, 1 - targets, learn_weights=False))
    assert found / found[0] == pytest.approx(PRIOR / PRIOR[0])
    assert found[0] > 0


def test_what_was_learned_can_be_stored():
    features, targets = made(50)
    for learned in (True, False):
        combiner = Combiner().fit(features, targets, learn_weights=learned)
        again = Combiner.from_arrays(NAMES, combiner.to_arrays())
        np.testing.assert_array_equal(again.logits(features), combiner.logits(features))
        assert again.weights == combiner.weights


def test_a_feature_that_never_varies_does_no_harm():
    features, targets = made(50)
    features.values[:, :, 1] = 7.0
    assert np.isfinite(Combiner().fit(features, targets).logits(features)).all()


@pytest.mark.parametrize("learned", [True, False])
@pytest.mark.parametrize("label", [0, 1])
def test_labels_of_one_kind_are_refused(label, learned):
    features, targets = made(10)
    with pytest.raises(ValueError, match="one class"):
        Combiner().fit(features, np.full_like(targets, label), learn_weights=learned)


def test_a_feature_that_hardly_differed_in_training_is_not_the_loudest_later():
    features, targets = made(200)
    features.values[:, :, 2] = 1e-6 * np.random.default_rng(0).normal(size=targets.shape)
    combiner = Combiner().fit(features, targets)
    later = features.values.copy()
    later[:, :, 2] = 5.0
    calm = combiner.logits(features)
    moved = combiner.logits(PairFeatures(values=later, names=NAMES, prior=PRIOR))
    assert np.abs(moved - calm).max() < 1.0
