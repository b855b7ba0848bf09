"""Shingles: equal runs of words have equal numbers, and only they."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from careatlas.shingles import shingle_sets, words_of

TEN = "the quick brown fox jumps over one lazy old dog"


def runs_of(text: str, *, fold_numbers: bool) -> set[tuple[str, ...]]:
    words = words_of(text, fold_numbers=fold_numbers)
    words += [""] * (5 - len(words)) if words else []
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


def test_shingles_have_equal_numbers_only_where_they_are_equal() -> None:
    texts = [TEN, "brown fox jumps over one lazy old dog", "lazy dog", ""]
    sets = shingle_sets(texts)
    numbered = [set(sets.of(index).tolist()) for index in range(len(texts))]
    assert [len(one) for one in numbered] == [6, 4, 1, 0]
    assert len(numbered[0] & numbered[1]) == 4
    assert min(numbered[0] - numbered[1]) < max(numbered[0] & numbered[1])  # the rarer, the smaller


@given(st.lists(st.lists(st.sampled_from(["a", "b", "7", "8.5"]), max_size=12), max_size=6), st.booleans())
def test_what_two_texts_share_is_what_their_runs_share(made: list[list[str]], fold_numbers: bool) -> None:
    texts = [" ".join(words) for words in made]
    sets = shingle_sets(texts, fold_numbers=fold_numbers)
    numbered = [set(sets.of(index).tolist()) for index in range(len(texts))]
    runs = [runs_of(text, fold_numbers=fold_numbers) for text in texts]
    assert [[len(one & other) for one in numbered] for other in numbered] == [
        [len(one & other) for one in runs] for other in runs
    ]


def test_numbers_are_folded_unless_they_are_to_differ() -> None:
    text = "The £1,234.50 of 2023-24, Q1."
    assert words_of(text) == ["the", "0", "of", "0", "0", "q0"]
    assert words_of(text, fold_numbers=False) == ["the", "1", "234", "50", "of", "2023", "24", "q1"]
