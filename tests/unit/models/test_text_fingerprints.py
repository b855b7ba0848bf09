"""Fingerprints: the same near copies as the families find, and no words in what is stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import InputError
from models.families import families
from models.text_fingerprints import TextFingerprints, near_copies, text_fingerprints

TEXTS = st.lists(st.sampled_from(["care", "home", "nurse", "visit", "a", "12", "the"]), max_size=14).map(" ".join)
TEXT = "The team visits every care home in the district on a Monday morning and again on Friday."


@given(TEXTS, TEXTS)
def test_two_texts_are_near_copies_exactly_if_they_are_of_one_family(one, other):
    same = families([one, other])
    assert (near_copies([one], text_fingerprints([other]))[0] >= 0) == bool(same[0] == same[1])


@given(st.lists(TEXTS, min_size=1, max_size=6), TEXTS)
def test_the_first_near_copy_is_named(seen, text):
    alone = [near_copies([text], text_fingerprints([one]))[0] >= 0 for one in seen]
    assert near_copies([text], text_fingerprints(seen))[0] == (alone.index(True) if any(alone) else -1)


def test_case_numbers_and_punctuation_do_not_hide_a_copy():
    seen = text_fingerprints(["Another passage about roads and bridges.", TEXT.replace("district", "12 districts")])
    assert near_copies([TEXT.upper().replace(",", " ;").replace("DISTRICT", "99 DISTRICTS")], seen).tolist() == [1]


def test_a_cut_out_part_is_a_copy_and_a_rewritten_text_is_none():
    seen = text_fingerprints([TEXT])
    assert near_copies([TEXT[:50]], seen).tolist() == [0]
    assert near_copies(["Twice a week each care home in the district sees the visiting team."], seen).tolist() == [-1]


def test_a_text_without_words_is_near_to_none():
    seen = text_fingerprints(["", "...", TEXT])
    assert near_copies(["", "- - -"], seen).tolist() == [-1, -1]


def test_of_nothing_there_are_no_copies():
    assert near_copies([TEXT], text_fingerprints([])).tolist() == [-1]
    assert near_copies([], text_fingerprints([TEXT])).shape == (0,)


def test_half_of_a_surrogate_pair_and_a_very_long_text_are_taken():
    long = " ".join(f"word{number}" for number in range(20_000))
    seen = text_fingerprints(["a \ud800 b c d e f", long])
    assert near_copies([long[50_000:60_000], "a \ud800 b c d e f"], seen).tolist() == [1, 0]


def test_they_come_back_as_they_were_stored_and_hold_no_words():
    made = text_fingerprints([TEXT, "", "Roads and bridges."])
    stored = made.to_arrays()
    again = TextFingerprints.from_arrays(stored)
    assert len(again) == 3
    assert again.of(0).tolist() == made.of(0).tolist()
    assert again.of(1).tolist() == []
    assert all(values.dtype.kind in "iu" for values in stored.values())
    assert b"care" not in b"".join(values.tobytes() for values in stored.values())


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"starts": np.array([0, 1])},
        {"starts": np.array([], dtype=int), "hashes": np.array([], dtype=np.uint32)},
        {"starts": np.array([0, 3]), "hashes": np.array([1], dtype=np.uint32)},
        {"starts": np.array([1, 1]), "hashes": np.array([1], dtype=np.uint32)},
        {"starts": np.array([0, 2, 1]), "hashes": np.array([1], dtype=np.uint32)},
    ],
)
def test_what_does_not_fit_together_is_refused(arrays):
    with pytest.raises(InputError):
        TextFingerprints.from_arrays(arrays)
