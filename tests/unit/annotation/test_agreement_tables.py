"""The report as tables: which there are, and how values, intervals and the undefined are written."""

from __future__ import annotations

import pytest

from annotation.agreement_bootstrap import Estimate
from annotation.agreement_report import agreement_report
from annotation.agreement_tables import Table, agreement_tables, estimate_text, value_text
from annotation.coded_passages import CodedPassage
from careatlas.codebook_file import shipped


def said(passage: int, coder: str, codes: str, **facts: object) -> CodedPassage:
    return CodedPassage(
        id=str(passage), document=f"d{passage}", annotator=coder, codes=frozenset(codes.split()), **facts
    )


def tables(*answers: CodedPassage, codebook: str = "") -> dict[str, Table]:
    report = agreement_report(answers, shipped(codebook) if codebook else None, resamples=20)
    return {table.title: table for table in agreement_tables(report)}


PLAIN = tuple(said(at, coder, "x" if at % 2 else "") for at in range(12) for coder in "AB")


@pytest.mark.parametrize(
    ("estimate", "value", "text"),
    [
        (Estimate(value=0.1234, low=0.1, high=0.2), "0.123", "0.123 (0.100 to 0.200)"),
        (Estimate(value=-0.00001), "0.000", "0.000"),
        (Estimate(value=None), "-", "-"),
        (Estimate(value=None, low=0.5, high=1.0), "-", "- (0.500 to 1.000)"),
    ],
)
def test_numbers_as_text(estimate: Estimate, value: str, text: str) -> None:
    assert (value_text(estimate), estimate_text(estimate)) == (value, text)


def test_a_plain_comparison_has_sets_and_codes() -> None:
    found = tables(*PLAIN)
    assert list(found) == ["Coders with each other: whole sets of codes", "Coders with each other: codes"]
    x, none = found["Coders with each other: codes"].rows
    assert x[:9] == ("x *", "12", "12", "6", "6", "0.500", "1.000", "1.000", "1.000")
    assert none[0] == "none *"
    assert x[-1].startswith("1.000 (")


def test_every_row_is_as_wide_as_its_header() -> None:
    facts = {"model_id": "m", "accepted_codes": frozenset(), "attributes": {"status": "planned"}}
    answers = [said(at, coder, "x", suggestion_shown=at > 2, **facts) for at in range(6) for coder in "ABC"]
    found = tables(*answers, said(1, "A", "x", repeat=1), codebook="rainbow")
    assert len(found) == 8
    for table in found.values():
        assert {len(row) for row in table.rows} == {len(table.header)}
    assert "mean kappa of pairs" in found["Coders with each other: codes"].header
    status, _ = found["Coders with each other: attributes, where both gave a code"].rows
    assert status[0] == "status *"
    assert status[5] == "-"  # several values have no prevalence


def test_what_became_of_pre_labels_is_told_in_counts_and_shares() -> None:
    facts = {"model_id": "m", "accepted_codes": frozenset({"x"})}
    answers = [said(at, "A", "x" if at else "", suggestion_shown=True, **facts) for at in range(4)]
    found = tables(*answers, said(1, "B", "x"))
    rows = found["What became of pre-labels"].rows
    assert [row[1:3] for row in rows] == [("(whole answer)", "3 of 4"), ("x", "3 of 4")]
    assert rows[1][3].startswith("0.750 (")
    assert rows[1][-1] == "-"


def test_drift_alone_is_one_table() -> None:
    found = tables(said(1, "A", "x"), said(1, "A", "", repeat=1))
    (table,) = found.values()
    assert table.rows[0][:6] == ("(all)", "1", "1", "1", "-", "0.000")
