"""What is done, in a few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.initiative_title import MOST_CHARACTERS, title_of
from nlp.service_names import service_names


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("From May on, the Bridge Hub takes calls.", "Bridge Hub"),
        ("With Nether Lamps, the Quiet Hour began.", "Quiet Hour"),
        ("We will train staff to lift safely, with cushions.", "Train staff to lift safely"),
        ("In April 2022, the council has begun to buy beds together.", "Begun to buy beds together"),
        ("• Nurses visit.", "Nurses visit"),
        ("3.5 The approach helps everybody who lives there", "The approach helps everybody who lives there"),
        ("31; How will you tell residents?", "How will you tell residents?"),
        ("(b) train the staff of every home", "Train the staff of every home"),
        ("24 homes get tablets this year", "24 homes get tablets this year"),
        ("1.5 million pounds go to homes", "1.5 million pounds go to homes"),
        ("7.", "7"),
        ("", ""),
    ],
)
def test_titles(text, title):
    assert title_of(text, service_names(text)) == title


def test_a_long_clause_is_cut_between_words():
    title = title_of("carers visit the ward and the home " * 9, ())
    assert len(title) <= MOST_CHARACTERS
    assert title.endswith("…")
    assert not title.removesuffix("…").endswith(("and", "the", " "))


@given(st.text(max_size=300))
def test_any_text_has_a_short_title_of_one_line(text):
    title = title_of(text, service_names(text))
    assert len(title) <= MOST_CHARACTERS
    assert "\n" not in title
