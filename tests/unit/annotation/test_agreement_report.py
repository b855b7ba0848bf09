"""The whole report: what takes part in which part of it, what it warns of, and that JSON takes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from annotation.agreement_report import AgreementReport, agreement_report
from annotation.coded_passages import CodedPassage
from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance
from careatlas.errors import UsageError
from careatlas.identifiers import Code, CodebookId


def said(passage: int, coder: str, codes: str = "", **facts: object) -> CodedPassage:
    given = {"document": f"d{passage % 4}", **facts}
    return CodedPassage(id=str(passage), annotator=coder, codes=frozenset(codes), **given)


def book(**parents: str) -> Codebook:
    codes = tuple(
        CodeDefinition(id=Code(code), label=code, definition=code, parent=Code(parent) if parent else None)
        for code, parent in parents.items()
    )
    return Codebook(
        id=CodebookId("tiny"), version="1", title="", provenance=Provenance.VERIFIED, source="", codes=codes,
        attributes=(Attribute(name="status", values=("planned", "in-place")),),
    )  # fmt: skip


def measured(*answers: CodedPassage, codebook: Codebook | None = None) -> AgreementReport:
    return agreement_report(answers, codebook, resamples=20)


TWO = tuple(said(at, coder, codes) for at in range(8) for coder, codes in (("ann", "x"), ("ben", "x" if at else "")))


def test_coders_with_each_other() -> None:
    report = measured(*TWO, said(9, "ann"))
    assert report.answers == {"ann": 9, "ben": 8}
    assert (report.passages, report.between.passages, report.between.documents) == (9, 8, 4)
    assert [row.name for row in report.between.rows] == ["x", "none"]
    assert (report.codebook, report.domains, report.drift, report.anchoring, report.acceptance) == (
        "",
        None,
        (),
        (),
        (),
    )
    assert (report.level, report.resamples, report.seed) == (0.95, 20, 0)


def test_a_codebook_brings_codes_that_nobody_gave_and_those_it_has_not_are_named() -> None:
    report = measured(*TWO, said(0, "cyd", "q"), codebook=book(x="", z=""))
    assert [row.name for row in report.between.rows] == ["x", "z", "q", "none"]
    assert report.codebook == "tiny 1"
    assert "codes that the codebook has not: q" in report.warnings


def test_domains_are_the_topmost_parents() -> None:
    answers = [said(1, "ann", "x"), said(1, "ben", "y"), said(2, "ann", "q"), said(2, "ben", "q")]
    report = measured(*answers, codebook=book(D="", m="D", x="m", y="m", z=""))
    assert report.between.sets["exact"].value == 0.5
    assert [row.name for row in report.domains.rows] == ["D", "z", "q", "none"]
    assert report.domains.sets["exact"].value == 1.0


def test_attributes_of_the_codebook_and_others_that_occur() -> None:
    answers = [said(1, coder, "x", attributes={"status": "planned", "mood": "glad"}) for coder in "AB"]
    names = [row.name for row in measured(*answers, codebook=book(x="")).between.rows]
    assert names == ["x", "none", "status", "status = planned", "status = in-place", "mood", "mood = glad"]


def test_drift_is_a_coders_second_answer_with_the_first() -> None:
    first, second = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 5, 15, tzinfo=UTC)
    answers = [
        said(1, "ann", "x", made_at=first, suggestion_shown=True),
        said(1, "ann", "y", made_at=second, suggestion_shown=False, repeat=1),
        said(1, "ben", "x", suggestion_shown=False),
        said(1, "ben", "x", repeat=1, suggestion_shown=False),
        said(2, "ben", "x", repeat=1),
    ]
    report = measured(*answers)
    every, ann, ben = report.drift
    assert [one.coder for one in report.drift] == ["", "ann", "ben"]
    assert [one.section.passages for one in report.drift] == [2, 1, 1]
    assert [one.section.sets["exact"].value for one in report.drift] == [0.5, 0.0, 1.0]
    assert (every.same_screen, ann.same_screen, ben.same_screen) == (1, 0, 1)
    assert (every.days, ben.days) == (14.0, None)
    assert report.between.sets["exact"].value == 1.0  # repeats take no part


def test_a_single_coder_who_repeats_has_drift_alone() -> None:
    report = measured(said(1, "ann", "x"), said(1, "ann", "x", repeat=1))
    assert report.between is None
    assert [one.coder for one in report.drift] == [""]
    assert report.warnings == ("no passage was coded by two coders: only drift is measured",)


def test_anchoring_and_acceptance_are_there_where_they_are_known() -> None:
    facts = {"model_id": "m", "accepted_codes": frozenset("x")}
    report = measured(
        *(said(at, coder, "x", suggestion_shown=at % 2 == 0, **facts) for at in range(8) for coder in "AB")
    )
    assert {one.against for one in report.anchoring} == {"model", "coders"}
    assert [(one.code, one.labelled, one.kept) for one in report.acceptance] == [("", 8, 8), ("x", 8, 8)]


@pytest.mark.parametrize("answers", [(), (said(1, "A"), said(2, "B")), (said(1, "A"), said(2, "A"))])
def test_nothing_coded_twice_is_wrong_use(answers: tuple[CodedPassage, ...]) -> None:
    with pytest.raises(UsageError, match="no passage was coded twice"):
        measured(*answers)


def test_it_warns_of_rare_codes_few_documents_and_passages_without_one() -> None:
    rare, documents = measured(*TWO).warnings
    assert rare == "given in fewer than 10 passages, so that their figures say little: x (8)"
    assert documents == "the intervals rest on 4 documents, and are too short"
    alone = [said(at, coder, "x", document="") for at in range(30) for coder in "AB"]
    (warning,) = measured(*alone).warnings
    assert warning.startswith("30 of 30 passages name no document and stand for themselves")
    sound = [said(at, coder, "x", document=f"d{at}") for at in range(30) for coder in "AB"]
    assert measured(*sound).warnings == ()


def test_it_warns_that_a_crowd_has_no_kappa() -> None:
    crowd = [said(at, f"c{coder}", "x", document=f"d{at}") for at in range(20) for coder in range(21)]
    assert measured(*crowd).warnings == ("Cohen's kappa is left out: 21 coders are more than 20",)


def test_json_takes_it_whole_without_a_single_nan() -> None:
    facts = {
        "suggestion_shown": True,
        "model_id": "m",
        "accepted_codes": frozenset(),
        "attributes": {"status": "planned"},
    }
    answers = [said(at, coder, **facts) for at in range(3) for coder in "AB"]
    report = measured(*answers, said(1, "A", repeat=1), codebook=book(D="", x="D"))
    plain = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert plain["between"]["rows"][0]["measures"]["alpha"]["value"] is None
    assert plain["between"]["rows"][0]["kind"] == "code"
    assert plain["drift"][0]["section"]["sets"]["exact"]["value"] == 1.0
