from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from careatlas.codebook_file import shipped
from careatlas.identifiers import DocumentId, PassageId
from careatlas.project import Project, open_project
from careatlas.store import documents, passages, readings
from streamlit_app.evidence_query import page_content, place_of


@pytest.fixture
def project(root: Path) -> Iterator[Project]:
    with open_project(root) as opened:
        yield opened


@pytest.fixture
def ids(project: Project, first: DocumentId) -> list[str]:
    with project.store.read() as connection:
        return [one.passage_id for number in (1, 2) for one in passages.of_page(connection, first, number)]


def test_a_document_opens_at_its_first_page(project: Project, first: DocumentId) -> None:
    place = place_of(project, {"document": first})
    assert (place.number, place.passage, place.said) == (1, None, ())
    assert place.page is not None


def test_a_passage_alone_is_enough(project: Project, ids: list[str], first: DocumentId) -> None:
    place = place_of(project, {"passage": ids[4]})
    assert place.document is not None
    assert (place.document.document_id, place.number, place.said) == (first, 2, ())


def test_a_whole_link(project: Project, ids: list[str], first: DocumentId) -> None:
    place = place_of(project, {"document": first, "page": "2", "passage": ids[4]})
    assert place.passage is not None
    assert (place.number, place.passage.passage_id, place.said) == (2, ids[4], ())


@pytest.mark.parametrize("page", ["0", "3", "-1", "x", "1.5", "\u0663", "9" * 5_000])
def test_a_wrong_page_is_said(project: Project, first: DocumentId, page: str) -> None:
    place = place_of(project, {"document": first, "page": page})
    assert place.number == 1
    assert "There is no page" in place.said[0]
    assert len(place.said[0]) < 300


def test_an_unknown_document_is_said(project: Project) -> None:
    place = place_of(project, {"document": "[x](javascript:1)"})
    assert place.document is None
    assert "There is no document" in place.said[0]
    assert "](" not in place.said[0]


def test_an_unknown_passage_is_said_and_the_page_shown(project: Project, first: DocumentId) -> None:
    place = place_of(project, {"document": first, "page": "2", "passage": "pnone"})
    assert (place.number, place.passage) == (2, None)
    assert "is not in this project" in place.said[0]


def test_a_passage_of_another_page_wins_and_is_said(project: Project, ids: list[str], first: DocumentId) -> None:
    place = place_of(project, {"document": first, "page": "1", "passage": ids[4]})
    assert place.number == 2
    assert "on page 2, not on page 1" in place.said[0]


def test_a_passage_of_another_document_is_not_selected(project: Project, ids: list[str]) -> None:
    with project.store.read() as connection:
        other = next(one for one in documents.listed(connection) if not one.page_count)
    place = place_of(project, {"document": other.document_id, "passage": ids[2]})
    assert (place.passage, place.page) == (None, None)
    assert "another document" in place.said[0]


def test_nothing_asked_nothing_said(project: Project) -> None:
    place = place_of(project, {})
    assert (place.document, place.said) == (None, ())


def test_content_of_a_page(project: Project, ids: list[str], first: DocumentId) -> None:
    content = page_content(project, shipped("care-home-integration"), first, 1)
    assert [one.passage_id for one in content.passages] == ids[:4]
    assert set(content.suggestions) == {PassageId(ids[2]), PassageId(ids[3])}
    assert (content.model_id, dict(content.judgements)) == ("cues-test", {})


def test_suggestions_for_another_codebook_are_not_shown(project: Project, first: DocumentId) -> None:
    content = page_content(project, shipped("rainbow"), first, 1)
    assert (content.model_id, dict(content.suggestions)) == (None, {})


def test_a_link_from_before_a_new_reading_is_followed(project: Project, ids: list[str], first: DocumentId) -> None:
    from datetime import UTC, datetime

    from annotation.reviewing import Click, judged
    from careatlas.identifiers import Code, CodebookId
    from careatlas.judgement import Verdict
    from careatlas.reading import Reading
    from careatlas.store import judgements

    with project.store.read() as connection:
        found = [one for number in (1, 2) for one in passages.of_page(connection, first, number)]
        pages = tuple(readings.pages(connection, first))
        item = documents.get(connection, first)
    click = Click(
        passage_id=found[2].passage_id,
        codebook_id=CodebookId("care-home-integration"),
        codebook_version="0.3.0",
        code=Code("discharge"),
        verdict=Verdict.PRESENT,
        person="Ada",
    )
    anew = tuple(replace(one, passage_id=PassageId(f"pnew{one.position}")) for one in found)
    reading = Reading(outcome=item.outcome, parser_version="2", pages=pages, passages=anew)
    with project.store.write() as connection:
        judgements.append(connection, judged(click, None, datetime.now(UTC)), found[2])
        readings.save(connection, item, reading)
    place = place_of(project, {"document": first, "page": "1", "passage": ids[2]})
    assert place.passage is not None
    assert place.passage.passage_id == "pnew2"
    assert "found again" in place.said[0]
    content = page_content(project, shipped("care-home-integration"), first, 1)
    assert [one.person for one in content.judgements[PassageId("pnew2")]] == ["Ada"]
