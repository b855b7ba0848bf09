"""Identifiers come from content and place, and different parts never give the same one."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import Sha256, document_id, judgement_id, passage_id, run_id, sha256_of

parts = st.lists(st.text(max_size=8), min_size=1, max_size=4)
SHAPE = re.compile(r"[dpjr][a-z2-7]{16}")


def test_sha256_is_the_digest_that_every_other_tool_gives():
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_of(b"plan") == hashlib.sha256(b"plan").hexdigest()


def test_identifiers_stay_what_they_were():
    # These stand in stores, exports and Label Studio projects: a change here orphans them.
    digest = sha256_of(b"plan")
    assert document_id(digest) == "dmomq3w7clcdff2qd"
    assert passage_id(digest, 3, 0, "1.0") == "pfusch6d7aj5g4nd2"
    assert judgement_id("p1", "discharge", "ann", "2025-01-01") == "jnwdf5ueywn5vjtnm"


@given(parts)
def test_every_kind_has_its_letter_and_sixteen_base_32_characters(values: list[str]):
    for made, letter in ((judgement_id(*values), "j"), (run_id(*values), "r")):
        assert SHAPE.fullmatch(made)
        assert made[0] == letter
    assert judgement_id(*values)[1:] == run_id(*values)[1:]


@given(parts, parts)
def test_different_parts_give_different_identifiers(first: list[str], second: list[str]):
    assert (judgement_id(*first) == judgement_id(*second)) == (first == second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a", "b"), ("ab",)),
        (("a", "b"), ("a\x1fb",)),
        (("a\x1f", "b"), ("a", "\x1fb")),
        (("a", "", "b"), ("a", "b")),
        (("", "a"), ("a", "")),
        (("\x1e",), ("\x1f",)),
        (("\x1e1",), ("\x1f",)),
        (("\ud800",), ("\ufffd",)),
    ],
)
def test_a_separator_inside_a_part_is_not_a_boundary(first: tuple[str, ...], second: tuple[str, ...]):
    assert judgement_id(*first) != judgement_id(*second)


@given(st.integers(1, 9_999), st.integers(0, 9_999), st.integers(1, 9_999), st.integers(0, 9_999))
def test_a_passage_is_its_place(page: int, position: int, other_page: int, other_position: int):
    digest = sha256_of(b"plan")
    same = passage_id(digest, page, position, "1") == passage_id(digest, other_page, other_position, "1")
    assert same == ((page, position) == (other_page, other_position))


def test_the_same_place_in_another_plan_or_by_another_reader_is_another_passage():
    one, other = sha256_of(b"one"), sha256_of(b"other")
    made = {
        passage_id(one, 1, 0, "1"),
        passage_id(other, 1, 0, "1"),
        passage_id(one, 1, 0, "2"),
        passage_id(one, 11, 0, "1"),
        passage_id(one, 1, 10, "1"),
    }
    assert len(made) == 5


def test_ten_thousand_places_do_not_clash():
    digest = Sha256("0" * 64)
    assert len({passage_id(digest, page, at, "v") for page in range(1, 101) for at in range(100)}) == 10_000
