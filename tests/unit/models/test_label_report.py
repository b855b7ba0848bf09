"""What is told of a file of labels before anything is trained on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from careatlas.codebook_file import shipped
from models.label_report import LabelReport, label_report
from models.labels_file import label_file

BOOK = shipped("care-home-integration")
ALPHABET = "abcdefghijklmnop"


def text_of(name: str) -> str:
    return " ".join(f"{name}{letter}" for letter in ALPHABET[:10])


def report_of(folder: Path, *rows: dict[str, Any] | str) -> LabelReport:
    path = folder / "labels.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return label_report(label_file(path, BOOK), BOOK)


def plain(name: str, *codes: str, **changes: Any) -> dict[str, Any]:
    return {"id": name, "text": text_of(name), "codes": codes or ["none"], **changes}


def gold(name: str, first: list[str], second: list[str], **changes: Any) -> dict[str, Any]:
    said = {"annotator_a": {"codes": first}, "annotator_b": {"codes": second}}
    final = {"codes": first, "sure": first == second}
    return {"id": name, "text": text_of(name), "source": name[0], "final": final, **said, **changes}


def test_support_counts_what_is_known(tmp_path: Path) -> None:
    rows = [
        plain("a", "discharge", source="x"),
        plain("b", "discharge", "digital-data", source="x"),
        plain("c", "discharge", source="y", complete=False),
        plain("d"),
        plain("e", "discharge", absent=["digital-data"]),
    ]
    report = report_of(tmp_path, *rows)
    support = {one.code: (one.present, one.absent, one.unknown, one.sources) for one in report.codes}
    assert support["discharge"] == (4, 1, 0, 3)
    assert support["digital-data"] == (1, 3, 1, 1)
    assert support["home-quality"] == (0, 3, 2, 0)
    assert list(support) == [code.id for code in BOOK.codes]
    assert (report.rows, report.with_code, report.without_code, report.sources) == (5, 4, 1, 4)
    assert report.words_median == 10
    assert report.agreement is None


def test_repetition_is_counted(tmp_path: Path) -> None:
    rows = [
        plain("a", "discharge", source="x"),
        plain("a", "discharge", source="x"),
        plain("a2", "discharge", source="x", text=text_of("a").replace(" ", "  ")),
        plain("a3", source="y", text=text_of("a")),
        plain("a4", source="z", text=text_of("a") + " and more"),
        plain("b", source="x"),
        plain("b2", source="x", text=text_of("b") + " and more"),
        plain("c", source="x"),
    ]
    found = report_of(tmp_path, *rows).repetition
    assert (found.rows, found.same_text, found.differing_labels) == (1, 2, 1)
    assert (found.families, found.in_families, found.across_sources) == (2, 6, 1)
    assert found.across == (("a", "a2", "a3", "a4"),)


def test_weights_stand_for_passages(tmp_path: Path) -> None:
    rows = [plain("a", inclusion_probability=1), plain("b", inclusion_probability=0.25), plain("c")]
    found = report_of(tmp_path, *rows).weights
    assert (found.known, found.lowest, found.represented) == (2, 0.25, 5.0)
    assert found.effective == pytest.approx(25 / 17)
    none = report_of(tmp_path, plain("a")).weights
    assert (none.known, none.lowest, none.represented, none.effective) == (0, None, 0.0, 0.0)


def test_agreement_of_two_annotators(tmp_path: Path) -> None:
    said = [
        ("p1", ["discharge"], ["discharge"]),
        ("p2", ["discharge", "digital-data"], ["discharge"]),
        ("q1", ["none"], ["none"]),
        ("q2", ["none"], ["discharge"]),
        ("r1", ["none"], ["none"]),
        ("r2", ["discharge"], ["discharge"]),
    ]
    rows = [gold(name, first, second, adjudicated=first != second) for name, first, second in said]
    report = report_of(tmp_path, *rows, {**gold("s1", ["none"], ["none"]), "annotator_b": None})
    found = report.agreement
    assert found is not None
    assert (found.rows, found.either, found.adjudicated, report.unsure) == (6, 4, 2, 2)
    assert found.exact == pytest.approx(4 / 6)
    assert found.exact_of_either == pytest.approx(0.5)


def test_annotators_that_never_give_a_code(tmp_path: Path) -> None:
    found = report_of(tmp_path, gold("a", ["none"], ["none"]), gold("b", ["none"], ["none"])).agreement
    assert found is not None
    assert (found.exact, found.either, found.exact_of_either) == (1.0, 0, None)


def test_what_is_wrong_is_listed_and_the_rest_described(tmp_path: Path) -> None:
    report = report_of(tmp_path, plain("a"), "{", plain("b", "zzz"))
    assert (report.rows, report.problem_count) == (1, 2)
    assert [problem.partition(":")[0] for problem in report.problems] == ["line 2", "line 3"]


def test_a_file_of_nothing_but_problems_is_described(tmp_path: Path) -> None:
    report = report_of(tmp_path, "{")
    assert (report.rows, report.words_median, report.sources, report.problem_count) == (0, None, 0, 1)
    assert report.agreement is None


def test_the_report_is_plain_data(tmp_path: Path) -> None:
    report = report_of(tmp_path, gold("a", ["discharge"], ["none"]), plain("b"))
    data = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert data["agreement"]["rows"] == 1
    assert data["repetition"]["across"] == []
    assert data["codebook"] == "care-home-integration 0.3.0"
