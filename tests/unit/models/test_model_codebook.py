"""A model answers for the codebook that it was trained with, and for no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from careatlas.errors import InputError
from models.model_codebook import check_codebook, codebook_facts


def with_first(codebook, **changes):
    return replace(codebook, codes=(replace(codebook.codes[0], **changes), *codebook.codes[1:]))


def test_its_own_codebook_is_accepted_after_json(small_codebook):
    facts = json.loads(json.dumps(codebook_facts(small_codebook)))
    check_codebook(facts, small_codebook, where="here")
    assert facts["codes"] == [code.id for code in small_codebook.codes]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda book: replace(book, id="other"), "another id: small there, other here"),
        (lambda book: replace(book, version="2"), r"another version: 1\.0\.0 there, 2 here"),
        (lambda book: replace(book, codes=book.codes[::-1]), "other codes"),
        (lambda book: replace(book, codes=book.codes[:2]), "other codes"),
        (lambda book: with_first(book, cues=("another",)), "other cues"),
    ],
)
def test_another_codebook_is_refused(small_codebook, change, what):
    with pytest.raises(InputError, match=what) as caught:
        check_codebook(codebook_facts(small_codebook), change(small_codebook), where="the folder")
    assert caught.value.where == "the folder"
    assert "careatlas train" in caught.value.mend


def test_what_no_tier_reads_anew_may_change(small_codebook):
    # Its texts are in the model as vectors, so that a mended spelling does not make the model useless.
    check_codebook(codebook_facts(small_codebook), with_first(small_codebook, label="Better"), where="")


def test_facts_that_lack_something_are_refused(small_codebook):
    facts = {name: value for name, value in codebook_facts(small_codebook).items() if name != "cues"}
    with pytest.raises(InputError, match="cues"):
        check_codebook(facts, small_codebook, where="")
