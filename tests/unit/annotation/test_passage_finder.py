"""Which passage is meant: by its identifier, or by its very words if no other has them."""

from __future__ import annotations

import pytest

from annotation.coded_row import PassageReference
from annotation.outside_table import RowError
from annotation.passage_finder import PassageFinder
from careatlas.passage import Passage, PassageKind
from careatlas.project import Project

ONE = [["The GP visits each  week.", "Ambulances: see page 2.", "- twelve beds", "Same words."]]
TWO = [["Same words.", "The \ufb01rst step."]]


@pytest.fixture
def found(project: Project, document_of, reading_of, keep) -> list[Passage]:
    made = []
    for name, pages in (("one.pdf", ONE), ("two.pdf", TWO)):
        item = document_of(name, title=f"Plan {name[:3]}")
        reading = reading_of(item, pages)
        keep(project.store, item, reading)
        made += reading.passages
    head = document_of("three.pdf")
    keep(project.store, head, reading_of(head, [["The GP visits each week."]], kind=PassageKind.FURNITURE))
    return made


def find(project: Project, passage: str = "", text: str = "", document: str = "") -> str:
    with project.store.read() as connection:
        finder = PassageFinder(connection, by_words=bool(text))
        where = PassageReference(passage=passage, document=document, text=text)
        return finder.find(connection, where).text


def test_by_its_identifier(project: Project, found: list[Passage]) -> None:
    assert find(project, found[1].passage_id) == found[1].text
    with pytest.raises(RowError, match="passage 'pnowhere' is not in this project"):
        find(project, "pnowhere")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  The GP visits\neach week. ", ONE[0][0]),
        ("'- twelve beds", ONE[0][2]),  # as our own CSV writes it
        ("- twelve beds", ONE[0][2]),
        ("The first step.", TWO[0][1]),  # the ligature written out
    ],
)
def test_by_its_words_whatever_white_space_they_have(
    project: Project, found: list[Passage], text: str, expected: str
) -> None:
    assert find(project, text=text) == expected


@pytest.mark.parametrize("text", ["the gp visits each week.", "The GP visits each", "'The GP visits each week."])
def test_other_words_are_other_words(project: Project, found: list[Passage], text: str) -> None:
    with pytest.raises(RowError, match="no passage has these words"):
        find(project, text=text)


def test_words_of_two_passages_need_the_document(project: Project, found: list[Passage]) -> None:
    with pytest.raises(RowError, match=r"2 passages have these words, in (one\.pdf, two|two\.pdf, one)\.pdf"):
        find(project, text="Same words.")
    for document in ("two.pdf", "PLAN  two", found[-1].document_id):
        assert find(project, text="Same words.", document=document) == "Same words."
    with pytest.raises(RowError, match="no passage has these words"):
        find(project, text="Same words.", document="four.pdf")


def test_identifier_words_and_document_must_go_together(project: Project, found: list[Passage]) -> None:
    assert find(project, found[0].passage_id, text="The GP visits each week.") == ONE[0][0]
    with pytest.raises(RowError, match="has other words than the row"):
        find(project, found[0].passage_id, text="Something else.")
    with pytest.raises(RowError, match=r"is not of document 'two\.pdf'"):
        find(project, found[0].passage_id, document="two.pdf")


def test_a_passage_of_an_earlier_reading_is_followed(
    project: Project, found: list[Passage], document_of, reading_of, keep
) -> None:
    from datetime import UTC, datetime

    from careatlas.judgement import Judgement, Origin, Verdict
    from careatlas.store import judgements

    row = Judgement(
        judgement_id="j1",
        passage_id=found[1].passage_id,
        codebook_id="b",
        codebook_version="1.0.0",
        code="c",
        verdict=Verdict.PRESENT,
        person="ann",
        made_at=datetime(2025, 1, 1, tzinfo=UTC),
        origin=Origin.MANUAL,
    )
    with project.store.write() as connection:
        judgements.append(connection, row, found[1])
    item = document_of("one.pdf", title="Plan one")
    keep(project.store, item, reading_of(item, [[ONE[0][1]]], version="test-2"))
    # Words are compared only where the identifier is of today: the older reading may have cut them otherwise.
    assert find(project, found[1].passage_id, text="cut otherwise") == ONE[0][1]
