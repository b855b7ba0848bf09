"""The marks of named areas are whole, and of the documents of the corpus."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from careatlas.areas.area_register import area_register

pytestmark = pytest.mark.corpus
MARKS = Path(__file__).with_name("marked_places.csv")


def test_marks_are_of_the_corpus_and_hold_no_text(shared):
    with (shared / "corpus" / "MANIFEST_pdfs.csv").open(encoding="utf-8", newline="") as file:
        digests = {row["sha256"] for row in csv.DictReader(file)}
    with MARKS.open(encoding="utf-8", newline="") as file:
        marks = list(csv.DictReader(file))
    assert Counter(mark["sample"] for mark in marks) == {"1": 60, "2": 60}
    assert (
        len({(mark["text_sha256"], mark["char_start"]) for mark in marks}) > 110
    )  # a sentence may stand in two papers
    for mark in marks:
        assert mark["document_sha256"] in digests
        assert area_register().has(mark["code"])
        assert int(mark["char_start"]) < int(mark["char_end"])
        assert mark["is_right"] in {"0", "1"}
        assert (mark["is_right"] == "1") == (mark["note"] == "")
