"""A table of answers measured: rows of codes, of "none", of attributes and their values, and what they count."""

from __future__ import annotations

import pytest

from annotation.agreement_section import AgreementSection, RowKind, agreement_section, sets_of
from annotation.coded_passages import CodedPassage, between_coders


def said(passage: int, coder: str, codes: str, **attributes: str) -> CodedPassage:
    return CodedPassage(
        id=str(passage), document=f"d{passage % 3}", annotator=coder, codes=frozenset(codes), attributes=attributes
    )


def section(
    *answers: CodedPassage, codes: str = "xyz", attributes: dict | None = None, domains: dict | None = None
) -> AgreementSection:
    table = between_coders(answers)
    return agreement_section(table, sets_of(table, list(codes), domains), attributes or {}, resamples=50)


ANSWERS = (
    said(1, "A", "xy", status="planned"),
    said(1, "B", "x", status="planned"),
    said(2, "A", "x", status="planned"),
    said(2, "B", "x", status="in-place"),
    said(3, "A", "", status="in-place"),
    said(3, "B", "y", status="in-place"),
    said(4, "A", ""),
    said(4, "B", ""),
)
STATUS = {"status": ["planned", "in-place", "stopped", "not-applicable"]}


def test_every_code_has_a_row_and_none_has_one_too() -> None:
    found = section(*ANSWERS)
    assert [(row.kind, row.name) for row in found.rows] == [
        (RowKind.CODE, "x"),
        (RowKind.CODE, "y"),
        (RowKind.CODE, "z"),
        (RowKind.NONE, "none"),
    ]
    assert (found.coders, found.passages, found.documents, found.alone) == (("A", "B"), 4, 3, 0)
    assert found.given_by_any == 3
    assert found.sets["exact"].value == 0.5
    assert found.sets["exact_of_either"].value == pytest.approx(1 / 3)


def test_a_row_counts_who_gave_the_code_and_measures_it() -> None:
    x, y, z, none = section(*ANSWERS).rows
    assert [(row.given_by_any, row.given_by_all) for row in (x, y, z, none)] == [(2, 2), (2, 0), (0, 0), (2, 1)]
    assert (x.passages, x.documents, x.few) == (4, 3, True)
    assert x.measures["alpha"].value == 1.0
    assert y.measures["positive"].value == 0.0
    assert y.measures["prevalence"].value == 0.25
    assert z.measures["alpha"].value is None
    assert z.measures["ac1"].value is None
    assert z.measures["raw"].value == 1.0


def test_an_attribute_is_compared_where_both_gave_a_code_and_a_value() -> None:
    rows = {row.name: row for row in section(*ANSWERS, attributes=STATUS).rows}
    status = rows["status"]
    assert status.kind is RowKind.ATTRIBUTE
    assert (status.passages, status.given_by_any) == (2, 2)  # passage 3 carries no code of A
    assert status.measures["raw"].value == 0.5
    assert set(status.measures) == {"raw", "kappa", "fleiss", "ac1", "alpha"}
    assert {name for name, row in rows.items() if row.kind is RowKind.VALUE} == {
        "status = planned",
        "status = in-place",
        "status = stopped",
    }
    assert (rows["status = planned"].given_by_any, rows["status = planned"].given_by_all) == (2, 1)
    assert rows["status = stopped"].measures["positive"].value is None


def test_chance_of_ac1_knows_the_values_that_nobody_gave() -> None:
    narrow = section(*ANSWERS, attributes={"status": ["planned", "in-place"]})
    wide = section(*ANSWERS, attributes=STATUS)
    ac1 = [next(row for row in found.rows if row.name == "status").measures["ac1"].value for found in (narrow, wide)]
    chance = 0.75 * 0.25 * 2
    assert ac1 == pytest.approx([(0.5 - chance) / (1 - chance), (0.5 - chance / 2) / (1 - chance / 2)])


def test_an_attribute_that_cannot_be_compared_has_no_row() -> None:
    one_sided = (said(1, "A", "x", setting="home"), said(1, "B", "x"))
    assert [row.name for row in section(*one_sided, attributes={"setting": ["home"]}).rows][-1] == "none"


def test_domains_stand_for_their_codes() -> None:
    found = section(*ANSWERS, codes="DE", domains={"x": "D", "y": "D", "z": "E"})
    assert [row.name for row in found.rows] == ["D", "E", "none"]
    assert found.sets["exact"].value == 0.75
    assert found.rows[0].given_by_all == 2


def test_with_three_coders_all_means_all_who_answered() -> None:
    found = section(*ANSWERS, said(2, "C", ""))
    assert (found.rows[0].given_by_any, found.rows[0].given_by_all) == (2, 1)


def test_ten_passages_are_not_few() -> None:
    answers = [said(at, coder, "x") for at in range(10) for coder in "AB"]
    assert not section(*answers).rows[0].few
    assert section(*answers[2:]).rows[0].few
