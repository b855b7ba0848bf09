"""All facts of one document: a pure function of what was read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.document_fact import DocumentFact, FactName
from nlp.document_facts import ReadDocument, document_facts
from nlp.file_metadata import FileMetadata

PAGES = [
    ["WIGAN COUNCIL", "Locality Plan for Health and Care 2022-2027", "March 2022"],
    ["Care homes in Wigan will have a weekly round by a nurse.", "The Council will lead."],
]


@pytest.fixture
def read(document_of, reading_of) -> ReadDocument:
    item = document_of("plan.pdf")
    return ReadDocument(item=item, passages=reading_of(item, PAGES).passages)


def best(read: ReadDocument) -> dict[FactName, DocumentFact]:
    return {one.name: one for one in document_facts(read) if one.rank == 0}


def test_a_title_page_gives_every_fact(read: ReadDocument) -> None:
    found = best(read)
    assert {name: one.value for name, one in found.items()} == {
        FactName.AREA: "E08000010",
        FactName.BODY: "Wigan Metropolitan Borough Council",
        FactName.DOC_TYPE: "place-plan",
        FactName.COVERS: "2022-01-01/2028-01-01",
        FactName.PUBLISHED: "2022-03",
    }
    assert all(one.confidence >= 0.5 for one in found.values())
    texts = {one.passage_id: one.text for one in read.passages}
    for one in found.values():
        assert one.document_id == read.item.document_id
        assert texts[one.passage_id][one.char_start : one.char_end]


def test_the_register_is_no_evidence(read: ReadDocument) -> None:
    told = replace(read.item, area_code="E08000001", area_name="Bolton", published="1999", doc_type="other")
    assert document_facts(replace(read, item=told)) == document_facts(read)


def test_the_date_decides_which_areas_there_were(document_of, reading_of) -> None:
    item = document_of("plan.pdf")

    def area(day: str) -> str:
        passages = reading_of(item, [["Aylesbury Vale District Council", "Local plan", day]]).passages
        return best(ReadDocument(item=item, passages=passages))[FactName.AREA].value

    assert (area("May 2018"), area("May 2021")) == ("E07000004", "E06000060")


def test_a_document_without_words_has_what_its_file_says(document_of) -> None:
    metadata = FileMetadata(title="Wigan Council locality plan", created="2022-03-04", modified="2022-03-04")
    found = best(ReadDocument(item=document_of("scan.pdf"), passages=(), metadata=metadata))
    assert (found[FactName.AREA].value, found[FactName.PUBLISHED].value) == ("E08000010", "2022-03")
    assert document_facts(ReadDocument(item=document_of("scan.pdf"), passages=())) == ()


def test_ranks_are_unique_for_each_name(read: ReadDocument) -> None:
    keys = [(one.name, one.rank) for one in document_facts(read)]
    assert len(set(keys)) == len(keys)


def test_hostile_words_are_no_error(document_of, reading_of, hostile_texts: tuple[str, ...]) -> None:
    item = document_of("=cmd.pdf", title=hostile_texts[0])
    metadata = FileMetadata(title=hostile_texts[1], author=hostile_texts[5], created="2024-01-01")
    read = ReadDocument(item=item, passages=reading_of(item, [hostile_texts]).passages, metadata=metadata)
    assert [one.value for one in document_facts(read)] == ["2024-01"]
