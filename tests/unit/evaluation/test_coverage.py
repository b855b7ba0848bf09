from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import AreaCode
from careatlas.store.suggestions import AreaCount
from evaluation.coverage import CoverageStatus, coverage, wilson_interval

# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (Wilson score without continuity correction).
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_published_intervals(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_is_inside_zero_and_one_and_holds_the_share(pair: tuple[int, int]) -> None:
    successes, trials = pair
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert low < high


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_of_the_rest_is_its_mirror(pair: tuple[int, int]) -> None:
    successes, trials = pair
    low, high = wilson_interval(successes, trials)
    other_low, other_high = wilson_interval(trials - successes, trials)
    assert math.isclose(low, 1 - other_high, abs_tol=1e-12)
    assert math.isclose(high, 1 - other_low, abs_tol=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_no_proportion_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        wilson_interval(successes, trials)


def counted(code: str, name: str, documents: int, passages: int, suggested: int) -> AreaCount:
    return AreaCount(
        area_code=AreaCode(code), area_name=name, documents=documents, passages=passages, suggested=suggested
    )


def test_area_without_documents_is_missing_and_not_zero() -> None:
    (row,) = coverage([], {AreaCode("E10000016"): "Kent"})
    assert row.status is CoverageStatus.MISSING
    assert (row.suggested, row.share, row.low, row.high) == (None, None, None, None)


def test_area_with_unread_documents_is_not_zero_either() -> None:
    (row,) = coverage([counted("E10000016", "Kent", 2, 0, 0)])
    assert row.status is CoverageStatus.NOT_READ
    assert row.share is None


def test_zero_found_in_what_was_read_is_zero() -> None:
    (row,) = coverage([counted("E10000016", "Kent", 1, 40, 0)])
    assert (row.status, row.suggested, row.share, row.low) == (CoverageStatus.READ, 0, 0.0, 0.0)
    assert row.high is not None
    assert 0 < row.high < 0.1


def test_documents_of_no_area_are_no_area_and_rows_stand_by_name() -> None:
    rows = coverage(
        [counted("", "", 9, 90, 9), counted("E2", "kent", 1, 10, 5), counted("E1", "Wigan", 1, 10, 5)],
        {AreaCode("E3"): "Bury", AreaCode("E2"): "Kent"},
    )
    assert [(row.area_name, row.share) for row in rows] == [("Bury", None), ("kent", 0.5), ("Wigan", 0.5)]
