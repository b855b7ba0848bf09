"""Parts of a passage that tell of different initiatives, and the codes of each."""

from __future__ import annotations

import pytest

from careatlas.codebook_file import shipped
from nlp.language import BLANK, pipeline, read_text
from nlp.passage_parts import MOST_PARTS, codes_of_parts, parts_of
from nlp.service_names import service_names

TWO = "We met in May. The Bridge Hub takes calls. It is busy. The Quiet Nights Service began. All agree."


def parts(text):
    return parts_of(read_text(text, pipeline(BLANK)), service_names(text))


def test_another_named_service_begins_another_part():
    found = parts(TWO)
    assert [TWO[one.char_start : one.char_end].strip() for one in found] == [
        "We met in May. The Bridge Hub takes calls. It is busy.",
        "The Quiet Nights Service began. All agree.",
    ]
    assert [[name.words for name in one.names] for one in found] == [["Bridge Hub"], ["Quiet Nights Service"]]


def test_the_core_is_what_names_the_service():
    found = parts(TWO)
    cores = [TWO[slice(*one.core)].strip() for one in found]
    assert cores == ["The Bridge Hub takes calls.", "The Quiet Nights Service began."]


@pytest.mark.parametrize(
    "text",
    [
        "The Bridge Hub takes calls. The Bridge Hub is busy.",
        "The Bridge Hub and the Quiet Nights Service share a base.",
        "Calls are taken. They are many.",
        "The Bridge Hub works with Nether Lamps. Nether Lamps is glad.",
        "",
    ],
)
def test_one_part(text):
    (one,) = parts(text)
    assert (one.char_start, one.char_end) == (0, len(text))


def test_parts_follow_each_other_without_a_gap_and_are_bounded():
    text = " ".join(f"The {chr(65 + at % 26)}{chr(97 + at // 26)} Hub opened." for at in range(60))
    found = parts(text)
    assert len(found) == MOST_PARTS
    assert [one.char_start for one in found[1:]] == [one.char_end for one in found[:-1]]
    assert (found[0].char_start, found[-1].char_end) == (0, len(text))


def test_codes_go_where_their_cues_stand():
    book = shipped("care-home-integration")
    texts = ["A care workforce academy opened.", "The home round comes weekly."]
    assert codes_of_parts(("home-workforce", "primary-care"), texts, book) == [("home-workforce",), ("primary-care",)]


def test_a_part_without_a_cue_keeps_all_codes():
    book = shipped("care-home-integration")
    both = ("home-workforce", "primary-care")
    assert codes_of_parts(both, ["Nothing.", "Neither."], book) == [both, both]
    assert codes_of_parts(both, ["care workforce and home round", "Neither."], book)[1] == both
    assert codes_of_parts(("unknown", "primary-care"), ["x", "home round"], book)[0] == ("unknown",)
