"""Corrections of documents: checked values, labels, warnings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.document_correcting import correction_of, corrections_of, vintage_warning
from careatlas.document_fact import FactName, FactSource, KnownFact
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.identifiers import DocumentId

NAME = DocumentId("d1")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(name: FactName, value: str):
    return correction_of(NAME, name, value, person="ann", made_at=NOON)


@pytest.mark.parametrize(
    ("name", "value", "stored", "label"),
    [
        (FactName.AREA, "E08000003", "E08000003", "Manchester"),
        (FactName.DOC_TYPE, "Better Care Fund Plan", "better-care-fund-plan", "Better care fund plan"),
        (FactName.PUBLISHED, "2023-04", "2023-04", "2023-04"),
        (FactName.PUBLISHED, " 2024-02-29 ", "2024-02-29", "2024-02-29"),
        (FactName.COVERS, "2023/24", "2023-04-01/2024-04-01", "financial-year"),
        (FactName.COVERS, "23/24", "2023-04-01/2024-04-01", "financial-year"),
        (FactName.COVERS, "2023-2024", "2023-04-01/2024-04-01", "financial-year"),
        (FactName.COVERS, "2023", "2023-01-01/2024-01-01", "year"),
        (FactName.COVERS, "2023-05", "2023-05-01/2023-06-01", "month"),
        (FactName.COVERS, "2023-05-31", "2023-05-31/2023-06-01", "day"),
        (FactName.COVERS, "2023-04-01/2025-04-01", "2023-04-01/2025-04-01", "years"),
        (FactName.COVERS, "../2025-04-01", "../2025-04-01", "years"),
        (FactName.BODY, "Town Council", "Town Council", "Town Council"),
        (FactName.AREA, "", "", ""),
    ],
)
def test_values_are_stored_with_their_label(name: FactName, value: str, stored: str, label: str) -> None:
    one = made(name, value)
    assert (one.value, one.label, one.person, one.made_at) == (stored, label, "ann", NOON)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (FactName.AREA, "E08999999"),
        (FactName.AREA, "Manchester"),
        (FactName.DOC_TYPE, "plan"),
        (FactName.PUBLISHED, "April 2023"),
        (FactName.PUBLISHED, "2023-02-30"),
        (FactName.PUBLISHED, "2023-13"),
        (FactName.PUBLISHED, "\u0662\u0660\u0662\u0663"),
        (FactName.COVERS, "2025-04-01/2023-04-01"),
        (FactName.COVERS, "2023/25"),
        (FactName.COVERS, "soon"),
        (FactName.BODY, "x" * 1_001),
        (FactName.BODY, "a\x00b"),
    ],
)
def test_what_is_no_value_is_refused_with_a_mend_or_a_limit(name: FactName, value: str) -> None:
    with pytest.raises(CareAtlasError) as caught:
        made(name, value)
    assert caught.value.exit_code in {2, 3}


@given(st.sampled_from(list(FactName)), st.text(max_size=30))
def test_any_text_is_stored_or_refused_politely(name: FactName, value: str) -> None:
    try:
        one = made(name, value)
    except CareAtlasError:
        return
    assert one.value or not value.strip()


def test_somebody_must_say_it() -> None:
    with pytest.raises(UsageError, match="names the person"):
        correction_of(NAME, FactName.PUBLISHED, "2023", person="  ")
    with pytest.raises(UsageError, match="nothing is corrected"):
        corrections_of(NAME, {FactName.AREA: None}, {}, person="ann")


def test_one_wrong_value_keeps_all_from_being_made() -> None:
    with pytest.raises(InputError):
        corrections_of(NAME, {FactName.AREA: "E08000003", FactName.PUBLISHED: "soon"}, {}, person="ann")


def test_equal_corrections_at_other_times_are_other_rows() -> None:
    again = correction_of(NAME, FactName.BODY, "x", person="ann", made_at=NOON.replace(hour=13))
    assert made(FactName.BODY, "x").correction_id != again.correction_id


def known(value: str) -> KnownFact:
    return KnownFact(
        name=FactName.PUBLISHED, value=value, label=value, source=FactSource.READ, confidence=0.9, why="read"
    )


def test_an_area_of_another_vintage_is_told() -> None:
    facts = {FactName.PUBLISHED: known("2024-05")}
    found = corrections_of(NAME, {FactName.AREA: "E10000006"}, facts, person="ann")
    assert [one.value for one in found.corrections] == ["E10000006"]
    (warning,) = found.warnings
    assert "until 2023-04-01, not in 2024-05" in warning
    assert "E06000063 Cumberland" in warning
    assert corrections_of(NAME, {FactName.BODY: "x"}, facts, person="ann").warnings == ()


@pytest.mark.parametrize(
    ("code", "published", "words"),
    [
        ("E10000006", "2019", ""),
        ("E10000006", "2023", ""),  # in force for part of the year
        ("E06000063", "2021-06-01", "since 2023-04-01, not in 2021-06-01"),
        ("E08000003", "1998", ""),  # before the first day that the register vouches for
        ("E10000006", "", ""),
        ("", "2024", ""),
        ("E08999999", "2024", "no area code that the register knows"),
    ],
)
def test_warnings(code: str, published: str, words: str) -> None:
    found = vintage_warning(code, published)
    assert words in found
    assert bool(found) == bool(words)


@pytest.mark.parametrize("value", ["9999/00", "0000/01", "9999", "9999-12-31"])
def test_a_year_that_no_calendar_has_is_refused(value: str) -> None:
    with pytest.raises(InputError, match=r"is no (period|date)"):
        correction_of(DocumentId("d"), FactName.COVERS, value, person="ann")
