"""Text from outside, made safe for a terminal and for a spreadsheet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.plain_text import for_spreadsheet, for_terminal

FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # OWASP, "CSV Injection", with the full-width forms
anything = st.text(st.characters(exclude_categories=()), max_size=40)
cells = st.one_of(anything, st.tuples(st.sampled_from(FORMULA_STARTS), anything).map("".join))


@given(anything)
def test_nothing_that_reaches_the_terminal_acts_on_it(text: str):
    shown = for_terminal(text)
    acting = {character for character in shown if unicodedata.category(character) in {"Cc", "Cs"}}
    assert acting <= {"\n", "\t"}
    assert not any(unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI"} for c in shown)
    shown.encode("utf-8")


@given(anything)
def test_what_is_escaped_once_stays_as_it_is(text: str):
    assert for_terminal(for_terminal(text)) == for_terminal(text)


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M")), max_size=40))
def test_ordinary_text_is_shown_as_it_is(text: str):
    assert for_terminal(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\u001b[2J"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("a\x00b", "a\\u0000b"),
        ("over\rwritten", "over\\u000dwritten"),
        ("\x9b31m", "\\u009b31m"),
        ("\u202efdp.exe", "\\u202efdp.exe"),
        ("\u200f", "\\u200f"),
        ("\udcff", "\\udcff"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("café £5 – ’quoted’", "café £5 – ’quoted’"),
    ],
)
def test_control_and_direction_characters_are_written_out(text: str, shown: str):
    assert for_terminal(text) == shown


@given(cells)
def test_no_cell_starts_like_a_formula(text: str):
    assert not for_spreadsheet(text).startswith(tuple(FORMULA_STARTS))


@given(cells)
def test_a_cell_made_safe_is_left_alone_the_next_time_and_loses_nothing(text: str):
    safe = for_spreadsheet(text)
    assert for_spreadsheet(safe) == safe
    assert safe in (text, "'" + text)
    assert (safe == text) != text.startswith(tuple(FORMULA_STARTS))


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_each_formula_start_gets_an_apostrophe(start: str):
    assert for_spreadsheet(f"{start}1+1") == f"'{start}1+1"
    assert for_spreadsheet(f"a{start}1+1") == f"a{start}1+1"
