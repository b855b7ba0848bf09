"""The word tier: it learns from words, forgets none that tell a plan from a wish, and refits quickly and rightly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from careatlas.errors import InputError
from models.word_tier import WordTier

TEXTS = ["falls clinic will open", "falls clinic is open", "budget will be pooled", "budget is pooled", "the park", ""]
TARGETS = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 0], [0, 0]], dtype=np.int8)
WEIGHTS = np.ones(len(TEXTS))


@pytest.fixture
def tier() -> WordTier:
    return WordTier(0.1).fit(TEXTS, TARGETS, WEIGHTS)


def test_each_code_learns_its_words(tier):
    logits = tier.logits(["a falls clinic", "the budget", "weather"])
    assert logits.shape == (3, 2)
    assert logits[0].argmax() == 0
    assert logits[1].argmax() == 1
    assert (logits[2] <= logits[:2].max(axis=0)).all()


def test_no_word_is_left_out_for_being_common(tier):
    assert {"will", "is", "the", "will be", "is open"} <= set(tier.terms)


def test_in_many_texts_a_word_of_two_of_them_is_left_out(made_up):
    examples = made_up(10, 50)
    texts = [*examples.texts, "onlyhere twice", "onlyhere again"]
    targets = np.vstack([examples.targets, np.zeros((2, 3), dtype=np.int8)])
    terms = set(WordTier().fit(texts, targets, np.ones(len(texts))).terms)
    assert "onlyhere" not in terms
    assert "fall" in terms


def test_texts_without_a_word_are_refused():
    with pytest.raises(InputError, match="no word in the 2 texts") as caught:
        WordTier().fit(["", "!"], TARGETS[:2], WEIGHTS[:2])
    assert "label more passages" in caught.value.mend


def test_unknown_words_leave_the_intercept(tier):
    assert tier.logits(["zzz qqq"])[0] == pytest.approx(tier.head.intercept_)


def test_weights_count(tier):
    lighter = WordTier(0.1).fit(TEXTS, TARGETS, np.array([1, 1, 1e-6, 1e-6, 1, 1]))
    assert lighter.logits(["the budget"])[0, 1] < tier.logits(["the budget"])[0, 1] - 1


def test_a_refit_keeps_the_vocabulary_and_is_a_fit_with_it(tier):
    terms = tier.terms
    texts, targets = [*TEXTS, "falls at home", "falls clinic is open"], np.vstack([TARGETS, [[0, 1], [0, 1]]])
    tier.refit(texts, targets, np.ones(len(texts)))
    assert tier.terms == terms
    fresh = WordTier.from_arrays(terms, tier.to_arrays(), ridge=0.1)
    fresh.head.set_params(warm_start=False)
    fresh._words.idf_ = tier._words.idf_  # not rounded
    fresh.refit(texts, targets, np.ones(len(texts)))
    assert tier.logits(texts) == pytest.approx(fresh.logits(texts), abs=1e-3)


def test_a_refit_counts_only_the_words_of_new_texts(tier, monkeypatch):
    asked: list[str] = []
    transform = tier._words.transform

    def noted(texts: list[str]) -> object:
        asked.extend(texts)
        return transform(texts)

    monkeypatch.setattr(tier._words, "transform", noted)
    for texts in ([*TEXTS, "falls at home"], ["falls at home", *TEXTS[::-1], "budget"]):
        tier.refit(texts, np.resize(TARGETS, (len(texts), 2)), np.ones(len(texts)))
        np.testing.assert_allclose(tier._kept_rows(texts).toarray(), transform(texts).toarray(), atol=1e-15)
    assert asked == ["falls at home", "budget"]


def test_texts_that_are_repeated_keep_their_own_labels():
    texts = ["falls", "falls", "budget", "budget"]
    tier = WordTier(0.1).fit(texts, TARGETS[:4], WEIGHTS[:4])
    targets = np.array([[1, 0], [0, 0], [0, 1], [0, 1]], dtype=np.int8)
    tier.refit(texts, targets, WEIGHTS[:4])
    assert tier.logits(["falls"])[0, 0] == pytest.approx(tier.head.intercept_[0] + tier.head.coef_[0, 1], abs=1e-6)
    assert tier._kept_rows(texts).shape == (4, 2)


def test_what_was_learned_can_be_stored_at_half_precision(tier):
    again = WordTier.from_arrays(tier.terms, tier.to_arrays(), ridge=0.1)
    # A weight and an inverse frequency are each rounded by at most 2 ** -11 of themselves.
    assert again.logits(TEXTS) == pytest.approx(tier.logits(TEXTS), rel=5e-3, abs=5e-3)
    again.refit(TEXTS, TARGETS, WEIGHTS)
    assert again.logits(TEXTS) == pytest.approx(tier.logits(TEXTS), abs=5e-3)


def test_texts_may_come_from_any_sequence(tier):
    def words() -> Iterator[str]:
        yield from TEXTS

    np.testing.assert_array_equal(tier.logits(tuple(words())), tier.logits(TEXTS))
