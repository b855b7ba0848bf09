"""The marked passages: the file is sound, holds no text, and every passage is found again."""

import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from careatlas.initiative import InitiativeStatus
from careatlas.period import Period, period_of, published_period

FILE = Path(__file__).with_name("marked_passages.jsonl")
MARKS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
FIELDS = {"area", "start", "end", "status", "initiative"}
LONGEST_VALUE = 80  # characters: a file name, a digest; a sentence would be longer

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(600)]
each = pytest.mark.parametrize("mark", MARKS, ids=[mark["id"] for mark in MARKS])


def test_there_are_sixty_and_none_twice():
    assert len(MARKS) == 60
    assert len({mark["text_sha256"] for mark in MARKS}) == 60
    assert [mark["id"] for mark in MARKS] == [f"m{number:02d}" for number in range(1, 61)]
    assert Counter(mark["initiative"] for mark in MARKS) == {True: 56, False: 4}


@each
def test_a_mark_is_well_formed(mark):
    assert re.fullmatch(r"[0-9a-f]{64}", mark["sha256"])
    assert re.fullmatch(r"[0-9a-f]{64}", mark["text_sha256"])
    assert all(re.fullmatch(r"E\d{8}", code) for code in [*mark["areas_also"], *filter(None, [mark["area"]])])
    assert mark["area"] not in mark["areas_also"]
    assert mark["area_basis"] in {"passage", "document"}
    assert set(mark["doubt"]) <= FIELDS
    if mark["initiative"]:
        assert InitiativeStatus(mark["status"])
        assert "status" in mark["spans"]
    else:
        assert (mark["status"], mark["period"]) == ("", "")
    if mark["area_basis"] == "passage":
        assert "area" in mark["spans"]


@each
def test_the_period_is_what_its_ends_say(mark):
    first, last = published_period(mark["start"]), published_period(mark["end"])
    assert bool(first) == ("start" in mark["spans"]) == bool(mark["start_role"])
    assert bool(last) == ("end" in mark["spans"]) == bool(mark["end_role"])
    if first is None and last is None:
        assert (mark["period"], mark["precision"]) == ("", "")
        return
    period = period_of(mark["period"], mark["precision"])
    ends = (first.start if first else None, last.end if last else None)
    assert period == Period(start=ends[0], end=ends[1], precision=period.precision)


@each
def test_a_mark_holds_no_text(mark):
    values = [str(value) for key, value in mark.items() if key not in {"spans", "areas_also", "doubt"}]
    assert max(map(len, values)) <= LONGEST_VALUE
    assert all(isinstance(at, int) for span in mark["spans"].values() for at in span)


@pytest.fixture(scope="module")
def marked_texts(plans):
    """The text of each marked passage that is found again, by its identifier."""
    return {
        mark["id"]: passage.text
        for mark in MARKS
        for passage in plans[mark["document"]].passages
        if passage.page == mark["page"] and sha256(passage.text.encode()).hexdigest() == mark["text_sha256"]
    }


def test_every_passage_is_found_again(marked_texts, shared):
    assert [mark["id"] for mark in MARKS if mark["id"] not in marked_texts] == []
    for name, digest in {(mark["document"], mark["sha256"]) for mark in MARKS}:
        assert sha256((shared / "corpus" / "pdfs" / name).read_bytes()).hexdigest() == digest


def test_offsets_are_those_of_whole_words(marked_texts):
    for mark in MARKS:
        text = marked_texts[mark["id"]]
        for name, (start, end) in mark["spans"].items():
            assert 0 <= start < end <= len(text), (mark["id"], name)
            assert text[start:end].strip() == text[start:end]
            edges = text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1]
            assert not any(len(edge) == 2 and (edge.isalpha() or edge.isdigit()) for edge in edges), (mark["id"], name)


def test_marked_dates_stand_in_their_words(marked_texts):
    for mark in MARKS:
        for name in ("start", "end"):
            if mark[name] and name not in mark["doubt"] and mark["precision"] != "financial-year":
                start, end = mark["spans"][name]
                assert mark[name][2:4] in marked_texts[mark["id"]][start:end], (mark["id"], name)


def test_no_passage_is_one_of_the_reference_labels(marked_texts, shared):
    gold = (shared / "gold" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    known = {_words(json.loads(line)["text"]) for line in gold}
    assert not known & {_words(text) for text in marked_texts.values()}


def test_documents_are_those_of_the_register(manifest):
    """Where only the document tells the area, it is the register's."""
    for mark in MARKS:
        of_document = manifest[mark["document"]]["area_code"]
        if mark["area_basis"] == "document":
            assert mark["area"] == of_document, mark["id"]


def _words(text):
    return tuple(re.findall(r"[a-z0-9]+", text.lower()))
