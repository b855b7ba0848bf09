"""Families of near-duplicates: the same as comparing all pairs, and quick."""

from __future__ import annotations

import re
import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.families import Components, families

TEN = "the quick brown fox jumps over one lazy old dog"


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", re.sub(r"\d+(?:[.,]\d+)*", "0", text.lower()))
    if 0 < len(words) < 5:
        return {tuple(words)}
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


def by_all_pairs(texts: list[str], share: float = 0.5) -> list[int]:
    sets = [shingles_of(text) for text in texts]
    family = list(range(len(texts)))
    for one, other in combinations(range(len(texts)), 2):
        smaller = min(len(sets[one]), len(sets[other]))
        if smaller and len(sets[one] & sets[other]) / smaller >= share:
            old, new = family[other], family[one]
            family = [new if name == old else name for name in family]
    numbers: dict[int, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in family]


@st.composite
def lists_of_texts(draw: st.DrawFn) -> list[str]:
    """Texts of few words, some of which begin like an earlier one: all shares of overlap come up."""
    words = draw(st.sampled_from((["a", "b"], ["a", "b", "c", "7"], list("abcdefghijklmnop"))))
    texts: list[str] = []
    for _ in range(draw(st.integers(0, 12))):
        text = draw(st.lists(st.sampled_from(words), max_size=20))
        if texts and draw(st.booleans()):
            earlier = draw(st.sampled_from(texts)).split()
            text = earlier[: draw(st.integers(0, len(earlier)))] + text
        texts.append(" ".join(text))
    return texts


@given(lists_of_texts(), st.sampled_from((0.2, 0.5, 0.51, 1.0)))
def test_families_are_those_of_all_pairs(texts: list[str], share: float) -> None:
    assert families(texts, share=share).tolist() == by_all_pairs(texts, share)


@given(lists_of_texts(), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(texts: list[str], random: object) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)
    shuffled = families([texts[index] for index in order])
    found = families(texts)
    for one, other in combinations(range(len(texts)), 2):
        assert (shuffled[one] == shuffled[other]) == (found[order[one]] == found[order[other]])


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (TEN, TEN.upper() + "!", True),
        (TEN, f"{TEN} and then many other words that stand behind it for a long while", True),
        ("In 2023/24 we spent £1,200.50 on 14 beds", "in 2019/20 we spent £7 on 9 beds.", True),
        (TEN, "a quick brown cat jumps over no lazy old dog", False),
        ("four words are here", "Four words, are here!", True),
        ("four words are here", "four words are here now", False),
        ("one two three four five", "zero one two three four five six", True),
        ("", "", False),
        ("!", "?", False),
    ],
)
def test_what_is_near(one: str, other: str, near: bool) -> None:
    found = families([one, other])
    assert (found[0] == found[1]) == near


def test_half_of_the_smaller_is_enough_and_less_is_not() -> None:
    text = [f"w{letter}" for letter in "abcdefghijklmn"]  # ten shingles
    other = [f"x{letter}" for letter in "abcdefghijklmn"]
    assert len(set(families([" ".join(text), " ".join(text[:9] + other[:9])]))) == 1  # five of ten
    assert len(set(families([" ".join(text), " ".join(text[:8] + other[:9])]))) == 2  # four of ten


def test_a_chain_is_one_family() -> None:
    words = [chr(97 + index // 26) + chr(97 + index % 26) for index in range(40)]
    windows = [" ".join(words[start : start + 16]) for start in (0, 6, 12, 18)]
    assert families([*windows, "something else"]).tolist() == [0, 0, 0, 0, 1]
    assert families([windows[0], windows[3]]).tolist() == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_components_are_those_of_the_joins(joins: list[tuple[int, int]]) -> None:
    components, labels = Components(12), list(range(12))
    for one, other in joins:
        components.join(one, other)
        old, new = labels[other], labels[one]
        labels = [new if label == old else label for label in labels]
    ids = components.ids()
    assert [[a == b for a in ids] for b in ids] == [[a == b for a in labels] for b in labels]
    assert [name for index, name in enumerate(ids) if name not in ids[:index]] == list(range(len(set(labels))))


def test_what_has_equal_keys_is_joined() -> None:
    components = Components(4)
    components.join_equal(["x", "y", "x", "z"])
    components.join_equal([1, 2, 3, 2])
    assert components.ids().tolist() == [0, 1, 0, 1]


def test_a_template_in_every_passage_is_quick() -> None:
    generator = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghij"])
    template = " ".join(words[:30])
    texts = [f"{template} {' '.join(generator.choice(words, 10))}" for _ in range(3_000)]
    started = time.process_time()
    assert families(texts).max() == 0
    assert time.process_time() - started < 2  # comparing all pairs takes a minute
