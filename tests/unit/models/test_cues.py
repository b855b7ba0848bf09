"""Cues: whole words, any case, any ending where the codebook says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.identifiers import Code, CodebookId
from models.cues import CueCounter


def book(*cues: tuple[str, ...]) -> Codebook:
    return Codebook(
        id=CodebookId("test"),
        version="1.0.0",
        title="Test",
        provenance=Provenance.RECONSTRUCTED,
        source="made for this test",
        codes=tuple(
            CodeDefinition(id=Code(f"c{number}"), label=f"C{number}", definition="x", cues=entry)
            for number, entry in enumerate(cues)
        ),
    )


@pytest.mark.parametrize(
    ("cue", "text", "found"),
    [
        ("trusted assessor*", "Two Trusted Assessors work at the hub.", 1),
        ("trusted assessor", "Two trusted assessors work at the hub.", 0),
        ("trusted assessor", "A trusted\nassessor works here.", 1),
        ("step-down", "step down beds", 1),
        ("step down", "step-down beds", 1),
        ("ppe", "a stepped approach to PPE", 1),
        ("ppe", "stepped", 0),
        ("s75", "the s75 agreement", 1),
        ("section 75", "Section  75 pooled fund", 1),
        ("section 75", "section 751", 0),
    ],
)
def test_a_cue_is_found_as_whole_words(cue: str, text: str, found: int) -> None:
    assert CueCounter(book((cue,))).counts([text]).tolist() == [[found]]


def test_a_cue_counts_once_however_often_it_stands_there() -> None:
    counter = CueCounter(book(("falls", "red bag", "uplift*", "virtual ward")))
    assert counter.counts(["falls falls falls"]).tolist() == [[1]]
    assert counter.counts(["falls, the red bag, an uplift and a virtual ward"]).tolist() == [[3]]  # three is the most


def test_codes_are_counted_apart() -> None:
    counter = CueCounter(book(("falls",), (), ("falls", "home")))
    assert counter.counts(["falls at home", "nothing"]).tolist() == [[1, 0, 2], [0, 0, 0]]


@given(st.text(max_size=200), st.text(alphabet="abc .*+?()[]\\|^$-", min_size=1, max_size=12))
def test_no_text_and_no_cue_can_break_it(text: str, cue: str) -> None:
    if any(character.isalnum() for character in cue):
        assert CueCounter(book((cue,))).counts([text]).shape == (1, 1)


@given(st.lists(st.sampled_from(["home", "falls", "hub", "pooled", "budget"]), max_size=8))
def test_joining_texts_never_loses_a_cue(words: list[str]) -> None:
    counter = CueCounter(book(("home",), ("falls",), ("pooled",)))
    whole = counter.counts([" ".join(words)])[0]
    for word in words:
        assert (counter.counts([word])[0] <= whole).all()
