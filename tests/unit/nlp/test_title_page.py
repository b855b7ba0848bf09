"""The head of a document: cover, labelled lines, running heads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.passage import Passage, PassageKind
from nlp.title_page import LineRole, label_of, title_lines

LONG = "The council and its partners will work together. " * 8


@pytest.fixture(scope="session")
def passages_of(document_of, reading_of):
    """Return ``passages_of([[text or (text, kind), ...], ...])``: the passages of pages."""

    def make(pages: list[list[str | tuple[str, PassageKind]]]) -> list[Passage]:
        plain = [[one if isinstance(one, str) else one[0] for one in page] for page in pages]
        kinds = [PassageKind.PARAGRAPH if isinstance(one, str) else one[1] for page in pages for one in page]
        found = reading_of(document_of("plan.pdf"), plain).passages
        return [replace(one, kind=kind) for one, kind in zip(found, kinds, strict=True)]

    return make


def roles(passages: list[Passage]) -> list[tuple[str, LineRole, int]]:
    return [(one.passage.text[:20], one.role, one.page) for one in title_lines(passages)]


def test_short_lines_before_the_text_are_the_cover_and_what_follows_is_not(passages_of) -> None:
    found = roles(passages_of([["TOWN COUNCIL", "A plan", LONG, "Short again"]]))
    assert found == [
        ("TOWN COUNCIL", LineRole.COVER, 1),
        ("A plan", LineRole.COVER, 1),
        (LONG[:20], LineRole.LEAD, 1),
        ("Short again", LineRole.LEAD, 1),
    ]


def test_pages_after_the_contents_are_not_the_head(passages_of) -> None:
    assert roles(passages_of([["A plan"], ["Contents", "Part 1"], ["May 2024"]])) == [("A plan", LineRole.COVER, 1)]
    line = ("Part 1 ... 4", PassageKind.CONTENTS)
    assert roles(passages_of([["A plan", line, "May 2024"]])) == [("A plan", LineRole.COVER, 1)]


def test_pages_without_words_do_not_count_and_later_ones_say_less(passages_of) -> None:
    lines = title_lines(passages_of([[], ["A plan"], ["May 2024"], ["Page three"], ["Page four"]]))
    assert [(one.passage.text, one.page, one.nearness) for one in lines] == [
        ("A plan", 1, 1.0),
        ("May 2024", 2, 0.85),
        ("Page three", 3, 0.7),
    ]


def test_running_heads_are_told_once_and_page_numbers_not_at_all(passages_of) -> None:
    head = PassageKind.FURNITURE
    pages = [[("A plan of Town 1", head), LONG, (str(number), head)] for number in (1, 2, 3)]
    pages[0].append(("Only here", head))
    found = [one for one in title_lines(passages_of(pages)) if one.role is LineRole.RUNNING]
    assert [(one.passage.text, one.page) for one in found] == [("A plan of Town 1", 0)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("To: Cabinet - 4 March 2025", "to"),
        ("Date of Meeting : 4 March", "date of meeting"),
        ("Date:; 27 January 2025", "date"),
        ("Subject; A report", "subject"),
        ("Together: a plan", ""),
        ("The date: soon", ""),
        ("", ""),
    ],
)
def test_labels(text: str, label: str) -> None:
    assert label_of(text) == label


def test_a_document_without_words_has_no_head() -> None:
    assert title_lines([]) == ()
