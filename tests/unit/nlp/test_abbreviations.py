import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.abbreviations import abbreviations, is_short_form, long_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kent County Council (KCC) leads.", {"KCC": "Kent County Council"}),
        ("the Integrated Care Board (ICB)", {"ICB": "Integrated Care Board"}),
        ("KCC (Kent County Council) leads.", {"KCC": "Kent County Council"}),
        ("Bath & North East Somerset (B&NES)", {"B&NES": "Bath & North East Somerset"}),
        ("the Better Care Fund (hereafter BCF)", {"BCF": "Better Care Fund"}),
        ("Greater Manchester Combined Authority (the “GMCA”)", {"GMCA": "Greater Manchester Combined Authority"}),
        ("Discharge to Assess (D2A) beds", {}),  # as published: the digit must stand in the long form
        ("Homes were full. Better Care Fund (BCF; see part 2)", {"BCF": "Better Care Fund"}),
        ("St Helens Borough Council (SHBC)", {"SHBC": "St Helens Borough Council"}),
        ("the council (see below) and homes (2023/24)", {}),
        ("nothing alike here (XQZ)", {}),
        ("the service (ABC", {}),
        ("Care (CARE) Homes", {}),
    ],
)
def test_what_a_text_defines(text, expected):
    assert abbreviations([text]) == expected


def test_a_long_form_does_not_reach_into_the_sentence_before():
    assert abbreviations(["We met Kent. County Council (KCC)"]) == {}


def test_of_several_long_forms_the_one_defined_most_often_then_first():
    once = "Local Authority Partnership (LAP)"
    twice = "Learning and Action Plan (LAP)"
    assert abbreviations([once, twice, twice]) == {"LAP": "Learning and Action Plan"}
    assert abbreviations([once, twice]) == {"LAP": "Local Authority Partnership"}


def test_at_most_so_many_words_as_published():
    # |A| + 5 words for |A| = 3 are not reached: 2 |A| = 6 is less.
    assert long_form("ABC", "Alpha one two three four Beta Cox") == ""
    assert long_form("ABC", "Alpha one two three Beta Cox") == "Alpha one two three Beta Cox"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("KCC", True),
        ("B&NES", True),
        ("A", False),
        ("lower", False),
        ("ABCDEFGHIJK", False),
        ("A B C", False),
        ("-AB", False),
    ],
)
def test_short_forms(words, expected):
    assert is_short_form(words) is expected


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True), min_size=2, max_size=5))
def test_initials_of_capitalised_words_are_found_again(words):
    short, long = "".join(word[0] for word in words), " ".join(words)
    found = abbreviations([f"Led by {long} ({short})."])
    # A shorter run of the same words may spell the initials too; it still ends where the long form ends.
    assert long.endswith(found[short])


@given(st.text(alphabet="ABab() ;.\"'&“”", max_size=200))
def test_any_text_is_read_and_long_forms_stand_in_it(text):
    for short, long in abbreviations([text]).items():
        assert is_short_form(short)
        assert long in " ".join(text.split()) or long in text
        assert len(long) > len(short)


@pytest.mark.parametrize("piece", ["(", "A (B) ", "(AB", "hereafter the ", "(or the or the ", "Aa (AA) "])
def test_rubbish_is_read_in_linear_time(piece):
    started = time.perf_counter()
    abbreviations([(piece * 100_000)[:100_000]])
    assert time.perf_counter() - started < 3
