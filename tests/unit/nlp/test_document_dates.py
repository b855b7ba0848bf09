"""When a document was published and what it covers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import DocumentId
from careatlas.passage import PassageKind
from nlp.document_dates import date_kinship, period_evidence, publication_evidence
from nlp.fact_evidence import ranked_facts
from nlp.file_metadata import FileMetadata
from nlp.title_page import title_lines

NOTHING = FileMetadata()


@pytest.fixture(scope="session")
def lines_of(document_of, reading_of):
    """Return ``lines_of(text, ..., head="")``: the lines at the head of a page, with a running head."""

    def make(*texts: str, head: str = ""):
        found = list(reading_of(document_of("plan.pdf"), [texts]).passages)
        if head:
            item = reading_of(document_of("plan.pdf"), [[head], [head]]).passages
            found += [replace(one, kind=PassageKind.FURNITURE) for one in item]
        return title_lines(found)

    return make


def published(lines, metadata: FileMetadata = NOTHING, name: str = "") -> tuple[DocumentFact, ...]:
    evidence = publication_evidence(lines, metadata, name)
    return ranked_facts(DocumentId("d"), FactName.PUBLISHED, evidence, kinship=date_kinship)


def covers(lines, metadata: FileMetadata = NOTHING, name: str = "") -> tuple[DocumentFact, ...]:
    return ranked_facts(DocumentId("d"), FactName.COVERS, period_evidence(lines, metadata, name))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("May 2024", "2024-05"),
        ("To: Health Scrutiny Committee - 12 June 2023", "2023-06-12"),
        ("Date: 3rd October 2022", "2022-10-03"),
        ("MINUTES of a meeting of the Board held at the Town Hall on Monday, 6 February 2023.", "2023-02-06"),
        ("Adopted September 2019 Town Plan", "2019-09"),
        ("Published 14/03/2024", "2024-03-14"),
    ],
)
def test_a_date_at_the_head_is_believed_with_its_words(lines_of, text: str, day: str) -> None:
    (first, *_) = published(lines_of("TOWN COUNCIL", text))
    assert first.value == day
    assert first.confidence >= 0.8
    assert text[first.char_start : first.char_end] in first.why


@pytest.mark.parametrize(
    "text",
    [
        "Template reviewed June 2022",
        "Past pathway of the paper: Committee 3 May 2024",
        "Review date: March 2027",
        "Town and Country Planning Regulations 2012",
        "Plan 2020-2035",
    ],
)
def test_a_date_of_something_else_is_not_the_documents(lines_of, text: str) -> None:
    assert all(one.confidence < 0.5 for one in published(lines_of(text)))


def test_a_date_in_running_text_says_nothing(lines_of) -> None:
    long = "In March 2019 the partners met to talk about homes for older people. " * 5
    assert published(lines_of("A plan", long)) == ()


def test_the_page_goes_before_the_file(lines_of) -> None:
    metadata = FileMetadata(created="2024-09-02", modified="2024-09-02")
    first, second = published(lines_of("July 2021"), metadata)
    assert (first.value, second.value) == ("2021-07", "2024-09")
    assert first.confidence > 0.55
    assert second.confidence < 0.5


def test_a_date_of_creation_long_before_the_last_change_is_a_templates() -> None:
    found = published((), FileMetadata(created="2004-08-05", modified="2025-01-22"))
    assert [one.value for one in found] == ["2025-01", "2004-08"]
    assert found[0].confidence < 0.5
    (fresh,) = published((), FileMetadata(created="2025-01-20", modified="2025-01-22"))
    assert (fresh.value, fresh.confidence) == ("2025-01", 0.6)


def test_the_month_of_the_file_supports_the_day_on_the_page(lines_of) -> None:
    lines = lines_of("To: Cabinet - 12 June 2023")
    (alone,) = published(lines)
    first, *_ = published(lines, FileMetadata(created="2023-06-02"))
    assert (first.value, alone.value) == ("2023-06-12", "2023-06-12")
    assert first.confidence > alone.confidence


def test_a_day_long_after_the_file_was_made_is_no_date_of_publication(lines_of) -> None:
    first, *_ = published(lines_of("March 2030"), FileMetadata(created="2024-02-01", modified="2024-02-01"))
    assert first.value == "2024-02"


def test_names_are_read_too(lines_of) -> None:
    (found,) = published((), FileMetadata(title="Agenda for the Board, 30/01/2025 10:00"))
    assert (found.value, found.why) == ("2025-01-30", "title in the file: 30/01/2025")
    (found,) = published((), name="Town_plan_August_2021")
    assert found.value == "2021-08"


@pytest.mark.parametrize(
    ("text", "period", "precision"),
    [
        ("Joint plan 2023/24", "2023-04-01/2024-04-01", "financial-year"),
        ("Local plan 2020-2035", "2020-01-01/2036-01-01", "years"),
        ("Subject: Strategy for housing 2022 to 2027", "2022-01-01/2028-01-01", "years"),
        ("Better Care Fund plan 2025 to 2026", "2025-04-01/2026-04-01", "financial-year"),
        ("Annual report 2022", "2022-01-01/2023-01-01", "year"),
        ("Quarter 3, 2023/24", "2023-10-01/2024-01-01", "quarter"),
    ],
)
def test_the_period_in_the_title_is_what_it_covers(lines_of, text: str, period: str, precision: str) -> None:
    first, *_ = covers(lines_of("TOWN COUNCIL", text))
    assert (first.value, first.label) == (period, precision)
    assert first.confidence >= 0.5


def test_years_elsewhere_cover_nothing(lines_of) -> None:
    assert covers(lines_of("Planning Act 2008", "May 2024", "To: Board 2023/24")) == ()


def test_running_heads_cover_too(lines_of) -> None:
    first, *_ = covers(lines_of(head="Town Better Care Fund 2023-25"))
    assert first.value == "2023-04-01/2025-04-01"


@given(st.dates(), st.dates())
def test_kin_are_of_one_year_and_an_exact_date_is_preferred(one, other) -> None:
    for first, second in ((one.isoformat(), other.isoformat()), (one.isoformat()[:7], other.isoformat())):
        assert (date_kinship(first, second) > 0) == (first[:4] == second[:4])
    day = one.isoformat()
    assert date_kinship(day[:7], day) > date_kinship(day, day[:7]) > date_kinship(day[:7], f"{day[:4]}-99") >= 0


def test_a_line_of_rubbish_is_quick(lines_of) -> None:
    import time

    started = time.process_time()
    published(lines_of("1 1/1/ Monday 12 " * 6_000, "meeting " * 12_000))
    assert time.process_time() - started < 1.5


def test_each_date_of_a_name_is_weighed_alone() -> None:
    file = FileMetadata(modified="2020-01-01")
    ahead, fitting = (
        publication_evidence((), file, "Plan 3 May 2024 and 4 May 2019"),
        publication_evidence((), file, "Plan 4 May 2019"),
    )
    alone = {one.value: one.strength for one in fitting}
    assert {one.value: one.strength for one in ahead}["2019-05-04"] == alone["2019-05-04"]
