from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.share_interval import share_interval
from evaluation.coverage import Z_95, wilson_interval


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_is_wilsons_interval_where_draws_are_counted(pair: tuple[int, int]) -> None:
    successes, trials = pair
    assert share_interval(successes / trials, trials, Z_95) == pytest.approx(wilson_interval(successes, trials))


@given(st.floats(0, 1), st.floats(0.5, 1e6), st.floats(0.1, 10))
def test_it_holds_the_share_inside_zero_and_one(share: float, draws: float, quantile: float) -> None:
    low, high = share_interval(share, draws, quantile)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    wider = share_interval(share, draws / 2, quantile)
    assert wider[1] - wider[0] >= high - low - 1e-12


def test_what_is_known_for_sure_has_no_width() -> None:
    assert share_interval(0.3, math.inf, 1.96) == (0.3, 0.3)
