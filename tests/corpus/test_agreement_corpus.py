"""Agreement on real codes: two annotators of the reference labels, and experts and a crowd on manifestos.

No sentence of either stands here or is printed. The manifestos' codes are published as numbers of codes and means per
sentence only; what these determine is measured, by the functions of the benchmark.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotation.agreement_picture import agreement_svg
from annotation.agreement_report import AgreementReport, agreement_report
from annotation.agreement_section import AgreementRow, RowKind
from annotation.coded_files import read_coded_passages
from annotation.coded_passages import CodedPassage
from annotation.krippendorff_alpha import Level, krippendorff_alpha
from careatlas.codebook_file import shipped

pytestmark = pytest.mark.corpus

BOOK = shipped("care-home-integration")
RARE = {"home-quality": 5, "primary-care": 2, "transfer-to-hospital": 0}
# The README's kappas are for the 1,703 passages of which these 1,117 are a part: near, not equal.
KAPPA_OF_THE_WHOLE_SET = {
    "urgent-response": 0.94,
    "discharge": 0.93,
    "intermediate-entry": 0.92,
    "finance-incentives": 0.89,
    "none": 0.89,
    "governance-partnership": 0.87,
    "digital-data": 0.86,
    "whole-pathway": 0.86,
    "intelligence-evaluation": 0.85,
    "joint-commissioning": 0.84,
    "home-workforce": 0.83,
    "infection-emergency": 0.81,
    "community-team": 0.80,
}


@pytest.fixture(scope="module")
def answers(shared: Path) -> list[CodedPassage]:
    return read_coded_passages([shared / "gold" / "labels.jsonl"])


@pytest.fixture(scope="module")
def report(answers: list[CodedPassage]) -> AgreementReport:
    return agreement_report(answers, BOOK)


def row_of(report: AgreementReport, name: str) -> AgreementRow:
    return next(row for row in report.between.rows if row.name == name)


def test_the_gold_form_is_read_whole(report: AgreementReport) -> None:
    assert report.answers == {"annotator_a": 1_117, "annotator_b": 1_117}
    assert (report.between.passages, report.between.documents, report.between.alone) == (1_117, 40, 0)
    assert report.between.given_by_any == 305


@pytest.mark.parametrize("code", KAPPA_OF_THE_WHOLE_SET)
def test_kappa_of_each_code_is_near_that_of_the_whole_set(report: AgreementReport, code: str) -> None:
    row = row_of(report, code)
    assert row.measures["kappa"].value == pytest.approx(KAPPA_OF_THE_WHOLE_SET[code], abs=0.08)
    assert row.measures["alpha"].value == pytest.approx(row.measures["kappa"].value, abs=0.001)
    for name in ("kappa", "alpha", "ac1", "positive"):
        one = row.measures[name]
        assert one.low < one.value < one.high
    assert not row.few


def test_kappa_is_scikit_learns(report: AgreementReport, answers: list[CodedPassage]) -> None:
    for code in BOOK.codes:
        said = [[code.id in one.codes for one in answers if one.annotator == f"annotator_{who}"] for who in "ab"]
        kappa = row_of(report, code.id).measures["kappa"].value
        if kappa is not None:
            assert kappa == pytest.approx(cohen_kappa_score(*said))


def test_rare_codes_are_named_and_what_is_undefined_stays_so(report: AgreementReport) -> None:
    assert {row.name: row.given_by_any for row in report.between.rows if row.kind is RowKind.CODE and row.few} == RARE
    assert report.warnings[0].endswith("home-quality (5), primary-care (2), transfer-to-hospital (0)")
    nothing = row_of(report, "transfer-to-hospital").measures
    assert [nothing[name].value for name in ("kappa", "alpha", "ac1", "positive")] == [None] * 4
    rare = row_of(report, "primary-care").measures
    assert (rare["positive"].value, round(rare["ac1"].value, 3)) == (0.0, 0.998)  # why one number is not enough


def test_sets_of_codes(report: AgreementReport) -> None:
    found = {name: (one.value, one.low, one.high) for name, one in report.between.sets.items()}
    assert found["exact"][0] == pytest.approx(0.928, abs=0.0005)
    assert found["exact_of_either"][0] == pytest.approx(0.738, abs=0.0005)
    assert found["alpha_masi"] == pytest.approx((0.859, 0.836, 0.881), abs=0.003)
    assert found["alpha_jaccard"] == pytest.approx((0.871, 0.849, 0.892), abs=0.003)


def test_status_and_setting_where_both_coded(report: AgreementReport) -> None:
    status, setting = row_of(report, "status"), row_of(report, "setting")
    assert (status.passages, setting.passages) == (265, 265)
    assert status.measures["raw"].value == pytest.approx(0.84, abs=0.04)  # of the whole set
    assert setting.measures["raw"].value == pytest.approx(0.95, abs=0.02)
    assert (round(status.measures["alpha"].value, 3), round(setting.measures["alpha"].value, 3)) == (0.784, 0.869)


def test_the_picture_names_every_code(report: AgreementReport) -> None:
    drawn = agreement_svg(report.between)
    assert all(f">{code.id}<" in drawn for code in BOOK.codes)


# --- many coders


def _benchmark() -> ModuleType:
    name = "careatlas_benchmarks_agreement"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[2] / "benchmarks" / "agreement.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


manifesto = _benchmark()


@pytest.fixture(scope="module")
def data(shared: Path) -> object:
    return manifesto.read_manifestos(shared / "corpus" / "labelled")


def test_sums_of_positions_are_whole_numbers(data: object) -> None:
    # The published means times the numbers of codes: else they would not determine what is measured here.
    for codes in (data.experts, data.crowd):
        sums = (codes.counts * codes.means)[codes.counts > 0]
        np.testing.assert_allclose(sums, np.round(sums), atol=0.005)


def test_experts_agree_on_the_domain_more_than_a_crowd_does(data: object) -> None:
    experts = manifesto.domain_agreement(data, data.experts)
    crowd = manifesto.domain_agreement(data, data.crowd)
    assert experts["alpha"].value == pytest.approx(0.868, abs=0.0005)
    assert crowd["alpha"].value == pytest.approx(0.624, abs=0.0005)
    assert crowd["alpha"].high < experts["alpha"].low
    assert experts["kappa"].value is None  # nobody knows who said what


def test_alpha_from_counts_is_alpha_from_the_codes_themselves(data: object) -> None:
    some = data.experts.counts[np.random.default_rng(0).choice(len(data.experts.counts), 300, replace=False)]
    table = np.full((300, int(some.sum(axis=1).max())), np.nan)
    for row, (economic, social) in zip(table, some.astype(int), strict=True):
        row[:economic], row[economic : economic + social] = 0, 1
    codes = manifesto.Codes(some, some)
    small = manifesto.Manifestos(np.arange(300), 300, codes, codes)
    assert manifesto.domain_agreement(small, codes)["alpha"].value == pytest.approx(krippendorff_alpha(table))


def test_the_majority_of_the_crowd_comes_near_that_of_the_experts(data: object) -> None:
    sentences, found = manifesto.majority_agreement(data)
    assert sentences > 10_000
    assert found["kappa"].value == pytest.approx(0.68, abs=0.01)
    assert found["alpha"].value > manifesto.domain_agreement(data, data.crowd)["alpha"].value


@pytest.mark.parametrize(("scale", "alpha"), [(0, 0.612), (1, 0.659)])
def test_positions_lie_between_bounds_and_means_agree(data: object, scale: int, alpha: float) -> None:
    for codes in (data.experts, data.crowd):
        sentences, least, most = manifesto.position_bounds(codes, scale)
        assert sentences > 2_000
        assert -0.1 < least < most < 0.9
    assert manifesto.mean_positions(data, scale)[1] == pytest.approx(alpha, abs=0.001)


@given(st.lists(st.lists(st.integers(-2, 2), min_size=1, max_size=5), min_size=2, max_size=12))
def test_the_bounds_hold_whatever_the_positions_were(sentences: list[list[int]]) -> None:
    table = np.array([one + [np.nan] * (5 - len(one)) for one in sentences], dtype=float)
    alpha = krippendorff_alpha(table, Level.INTERVAL)
    counts = np.array([[len(one), 0.0] for one in sentences])
    means = np.array([[np.mean(one), np.nan] for one in sentences])
    assume(alpha is not None and alpha >= 0)
    _, least, most = manifesto.position_bounds(manifesto.Codes(counts, means), 0)
    assume(not np.isnan(most))  # all sentences may have had one and the same position
    assert least - 1e-9 <= alpha <= most + 1e-9
