from __future__ import annotations

from pathlib import Path

import pytest

from annotation.adjudication import Standing
from annotation.adjudication_queue import Disputed, DisputeFilter
from careatlas.codebook_file import shipped
from careatlas.identifiers import DocumentId, PassageId
from careatlas.passage import Passage
from careatlas.project import open_project
from streamlit_app.adjudicate_query import disputed, matter, next_open, queue

BOOK = shipped("care-home-integration")


def test_the_matter_on_the_desk(root: Path, coded: list[Passage]) -> None:
    with open_project(root) as project:
        found = matter(project, BOOK, coded[1].passage_id)
        assert found.before.startswith("<script>")  # the last statement of the page before
        assert found.after == ""
        assert (found.page.number, found.page_count) == (2, 2)
        assert found.suggestion is not None
        assert found.suggestion.model_id == "cues-test"
        assert (found.likely, bool(found.no_model)) == ({}, True)
        every = disputed(project, BOOK)
        assert [one.passage_id for one in every] == [one.passage_id for one in coded]
        seen = queue(every, DisputeFilter(sample="second"))
        assert (seen.decided, seen.disputed, seen.locked, len(seen.listed)) == (0, 1, 0, 1)


def one_of(name: str, standing: Standing, *coders: str) -> Disputed:
    return Disputed(
        passage_id=PassageId(name),
        document_id=DocumentId("d1"),
        page=1,
        position=0,
        text=name,
        codes=(),
        coders=frozenset(coders),
        samples=frozenset(),
        standing=standing,
    )


@pytest.mark.parametrize(
    ("here", "person", "expected"),
    [
        ("p1", "cat", "p4"),  # p2 is decided, p3 was coded by cat
        ("p4", "cat", "p1"),  # from the start again
        ("p1", "", "p3"),
        ("", "cat", "p1"),
        ("gone", "cat", "p1"),
        ("p4", "ann", ""),
    ],
)
def test_the_next_open_passage(here: str, person: str, expected: str) -> None:
    listed = [
        one_of("p1", Standing.OPEN, "ann", "ben"),
        one_of("p2", Standing.DECIDED, "ann", "ben"),
        one_of("p3", Standing.OPEN, "ann", "Cat"),
        one_of("p4", Standing.OPEN, "ann", "ben"),
    ]
    assert next_open(listed, here, person) == expected


def test_progress_counts_what_passes_the_filters_whatever_its_standing() -> None:
    every = [
        one_of("p1", Standing.OPEN),
        one_of("p2", Standing.DECIDED),
        one_of("p3", Standing.LOCKED),
    ]
    seen = queue(every, DisputeFilter(standing="open"))
    assert (seen.decided, seen.disputed, seen.locked) == (2, 3, 1)
    assert [one.passage_id for one in seen.listed] == ["p1"]
