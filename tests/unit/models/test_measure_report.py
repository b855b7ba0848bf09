"""The report of a model: what it averages over, what it leaves out, and a row per code."""

from __future__ import annotations

import json

import numpy as np
import pytest

from careatlas.errors import UsageError
from models import measures
from models.measure_report import code_table, measure_report

CODES = ("often", "seldom", "never")


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray, list[str]]:
    generator = np.random.default_rng(0)
    targets = np.zeros((120, 3), dtype=np.int8)
    targets[:30, 0], targets[20:24, 1] = 1, 1
    targets[100:, 1] = -1
    probabilities = np.clip(0.5 * targets + 0.6 * generator.random((120, 3)), 0, 1)
    return probabilities, targets, [f"document {at % 12}" for at in range(120)]


def test_totals_are_over_the_codes_it_names(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    report = measure_report(probabilities, targets, groups, codes=CODES, cut_offs=0.5, resamples=40)
    assert report.macro_codes == ("often",)
    assert report.left_out == ("seldom", "never")
    only = measures.micro_f1(probabilities[:, :1] >= 0.5, targets[:, :1])
    assert report.totals["micro_f1"].value == report.totals["macro_f1"].value == pytest.approx(float(only))
    assert all(total.low <= total.value <= total.high for total in report.totals.values())


def test_with_too_few_labels_totals_are_undefined_and_the_table_stays(
    sample: tuple[np.ndarray, np.ndarray, list[str]],
) -> None:
    probabilities, targets, groups = sample
    report = measure_report(probabilities, targets, groups, codes=CODES, cut_offs=0.5, least_positives=99, resamples=20)
    assert report.macro_codes == ()
    assert report.totals["micro_f1"].value is report.totals["macro_average_precision"].value is None
    assert report.totals["initiative_f1"].value is not None
    assert report.codes[0].f1 is not None


def test_an_initiative_is_a_passage_with_any_code_however_rare(
    sample: tuple[np.ndarray, np.ndarray, list[str]],
) -> None:
    probabilities, targets, groups = sample
    perfect = targets.max(axis=1).astype(float)
    report = measure_report(
        probabilities,
        targets,
        groups,
        codes=CODES,
        cut_offs=0.5,
        initiative=perfect,
        initiative_accepted=perfect > 0,
        resamples=20,
    )
    assert report.totals["initiative_f1"].value == report.totals["initiative_auc"].value == 1.0


def test_a_row_per_code_says_what_is_undefined(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, _ = sample
    often, seldom, never = code_table(probabilities, targets, codes=CODES, cut_offs=[0.5, 0.5, 2.0])
    assert (often.support, often.known, never.support, never.known, seldom.known) == (30, 120, 0, 120, 100)
    assert (never.average_precision, never.precision, never.recall, never.f1) == (None, None, None, None)
    assert (never.cut_off, never.accepted) == (2.0, 0)
    assert often.f1 == pytest.approx(2 * often.precision * often.recall / (often.precision + often.recall))
    assert seldom.average_precision is not None


def test_what_nobody_knows_is_not_counted_as_accepted() -> None:
    (row,) = code_table([[0.9], [0.9]], [[1], [-1]], codes=["one"], cut_offs=0.5)
    assert (row.accepted, row.precision) == (1, 1.0)


def test_it_is_plain_data(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    report = measure_report(probabilities, targets, groups, codes=CODES, cut_offs=0.5, resamples=20)
    read = json.loads(json.dumps(report.as_dict()))
    assert read["codes"][2]["f1"] is None
    assert read["totals"]["brier"]["clusters"] == 12


def test_names_and_documents_must_fit(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    with pytest.raises(UsageError, match="2 codes"):
        measure_report(probabilities, targets, groups, codes=CODES[:2], cut_offs=0.5)
    with pytest.raises(UsageError, match="119 documents"):
        measure_report(probabilities, targets, groups[1:], codes=CODES, cut_offs=0.5)


def test_what_was_accepted_by_something_else_than_the_cut_offs_is_measured():
    probabilities = np.array([[0.9, 0.2], [0.8, 0.7], [0.3, 0.1], [0.2, 0.6]])
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1]])
    accepted = targets == 1
    facts = {"codes": ["a", "b"], "cut_offs": [0.5, 0.5], "least_positives": 1, "resamples": 5}
    by_cut_offs = measure_report(probabilities, targets, list("xxyy"), **facts)
    found = measure_report(probabilities, targets, list("xxyy"), accepted=accepted, **facts)
    assert by_cut_offs.totals["micro_f1"].value == 0.75
    assert found.totals["micro_f1"].value == found.totals["initiative_f1"].value == 1.0
    assert [(one.accepted, one.f1, one.cut_off) for one in found.codes] == [(2, 1.0, 0.5), (2, 1.0, 0.5)]
    assert found.totals["brier"] == by_cut_offs.totals["brier"]
    with pytest.raises(UsageError):
        measure_report(probabilities, targets, list("xxyy"), accepted=accepted[:, :1], **facts)
