"""The codebooks and crosswalks that ship: sound, complete, and honest about where each code comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from careatlas.codebook import Codebook, Provenance, problems
from careatlas.codebook_file import crosswalk_problems, shipped, shipped_crosswalks, shipped_names
from careatlas.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs" / "codebooks.md"
NAMES = shipped_names()
DEFAULT = Settings().suggest.codebook
CODES = [pytest.param(shipped(name), code, id=f"{name}:{code.id}") for name in NAMES for code in shipped(name).codes]


def test_the_shelf_holds_what_the_documentation_lists():
    assert set(NAMES) == {
        "bcf-2025",
        "care-home-integration",
        "ehch-v2",
        "high-impact-change-model",
        "rainbow",
        "selfie",
    }
    assert DEFAULT in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_codebook_is_sound_and_named_like_its_file(name: str):
    book = shipped(name)
    assert book.id == name
    assert problems(book) == ()
    assert book.title
    assert book.source
    assert book.none_definition
    assert book.rules


@pytest.mark.parametrize("name", NAMES)
def test_a_codebook_is_verified_only_if_all_its_codes_are(name: str):
    book = shipped(name)
    verified = [code for code in book.codes if code.provenance is Provenance.VERIFIED]
    assert (book.provenance is Provenance.VERIFIED) == (len(verified) == len(book.codes))


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_gives_the_numbers_of_the_codebook(name: str):
    book = shipped(name)
    (row,) = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}`")]
    _, _, version, number, provenance, *_ = (cell.strip() for cell in row.split("|"))
    assert (version, int(number)) == (book.version, len(book.codes))
    verified = sum(code.provenance is Provenance.VERIFIED for code in book.codes)
    mixed = f"{verified} verified, {len(book.codes) - verified} reconstructed"
    assert provenance == (mixed if 0 < verified < len(book.codes) else book.provenance)


@pytest.mark.parametrize(("book", "code"), CODES)
def test_every_code_can_be_coded_with(book: Codebook, code):
    assert len(code.definition.split()) >= 5
    assert code.include, "what the code takes in"
    assert code.exclude, "what the code leaves out"
    assert len(code.cues) >= 3
    assert len(code.positive) >= 2, "what a classifier without labels learns from"
    assert code.negative, "a near miss"


@pytest.mark.parametrize(("book", "code"), CODES)
def test_a_verified_code_names_what_was_read(book: Codebook, code):
    if code.provenance is Provenance.VERIFIED:
        assert code.source


@pytest.mark.parametrize(("book", "code"), CODES)
def test_cues_are_what_the_classifier_looks_for(book: Codebook, code):
    for cue in code.cues:
        assert cue == cue.lower()
        assert re.fullmatch(r"[^*]{2,}\*?", cue), "a star stands at the end of a cue, if anywhere"
    assert len(set(code.cues)) == len(code.cues)


@pytest.mark.parametrize("name", NAMES)
def test_no_passage_stands_for_two_things(name: str):
    book = shipped(name)
    examples = [text for code in book.codes for text in code.positive] + list(book.background)
    doubled = {text for text in examples if examples.count(text) > 1}
    assert not doubled


def test_from_the_default_codebook_there_is_a_way_to_every_other():
    ways = {walk.target_id for walk in shipped_crosswalks() if walk.source_id == DEFAULT}
    assert ways == set(NAMES) - {DEFAULT}


@pytest.mark.parametrize("walk", shipped_crosswalks(), ids=lambda walk: f"{walk.source_id}--{walk.target_id}")
def test_a_crosswalk_fits_its_codebooks(walk):
    assert crosswalk_problems(walk, shipped(walk.source_id), shipped(walk.target_id)) == ()
    assert walk.links
    assert walk.provenance is Provenance.RECONSTRUCTED  # our own reading, as the documentation says
