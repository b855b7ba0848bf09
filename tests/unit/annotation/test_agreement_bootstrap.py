"""Intervals by drawing documents: the sample's own value, closed forms, the same draws for all, and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from annotation import agreement_bootstrap
from annotation.agreement_bootstrap import Estimate, Floats, estimates
from careatlas.errors import UsageError


def mean_of(values: np.ndarray, sizes: np.ndarray | None = None) -> agreement_bootstrap.Measure:
    sizes = np.ones(len(values)) if sizes is None else sizes

    def measure(weights: Floats) -> dict[str, Floats]:
        return {"mean": (weights @ values) / (weights @ sizes), "total": weights.sum(axis=1)}

    return measure


def test_the_value_is_that_of_the_sample_itself() -> None:
    found = estimates({"a": mean_of(np.array([0.0, 1.0, 5.0]))}, 3, resamples=50)["a"]
    assert found["mean"].value == 2.0
    assert found["mean"].low < 2.0 < found["mean"].high


def test_as_many_documents_are_drawn_as_there_are() -> None:
    found = estimates({"a": mean_of(np.arange(7.0))}, 7, resamples=20)["a"]["total"]
    assert found == Estimate(value=7.0, low=7.0, high=7.0, undefined=0)


def test_the_interval_of_a_mean_is_its_closed_form() -> None:
    values = np.random.default_rng(1).normal(size=400)
    found = estimates({"a": mean_of(values)}, 400, resamples=2_000)["a"]["mean"]
    half = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.01)
    assert found.high == pytest.approx(values.mean() + half, abs=0.01)


def test_all_measures_stand_on_the_same_draws_in_chunks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).normal(size=30)
    alone = estimates({"a": mean_of(values)}, 30, resamples=40)["a"]
    monkeypatch.setattr(agreement_bootstrap, "CELLS", 90)
    both = estimates({"b": mean_of(values**2), "a": mean_of(values)}, 30, resamples=40)
    assert both["a"]["mean"].as_dict() == pytest.approx(alone["mean"].as_dict())  # sums are rounded otherwise
    assert both["b"]["mean"] != alone["mean"]
    assert estimates({"a": mean_of(values)}, 30, resamples=40, seed=1)["a"] != alone


def test_draws_that_leave_a_measure_undefined_are_counted_and_left_out() -> None:
    def measure(weights: Floats) -> dict[str, Floats]:
        return {"a": np.where(weights[:, 0] > 0, 3.0, np.nan)}

    found = estimates({"m": measure}, 2, resamples=400)["m"]["a"]
    assert (found.value, found.low, found.high) == (3.0, 3.0, 3.0)
    assert 60 < found.undefined < 140  # a quarter of the draws has the other document twice


def test_what_is_undefined_is_none_and_never_a_number() -> None:
    found = estimates({"m": lambda weights: {"a": np.full(len(weights), np.nan)}}, 5, resamples=10)["m"]["a"]
    assert found.as_dict() == {"value": None, "low": None, "high": None, "undefined": 10}


def test_one_document_gives_no_interval() -> None:
    found = estimates({"a": mean_of(np.array([4.0]))}, 1, resamples=10)["a"]["mean"]
    assert found == Estimate(value=4.0)


@pytest.mark.parametrize(("documents", "resamples"), [(0, 10), (3, 0)])
def test_nothing_to_draw_is_wrong_use(documents: int, resamples: int) -> None:
    with pytest.raises(UsageError, match="no interval"):
        estimates({}, documents, resamples=resamples)


def test_intervals_cover_when_passages_of_a_document_resemble_each_other() -> None:
    rng, truth, hits, narrow = np.random.default_rng(3), 0.6, 0, 0
    for repeat in range(150):
        chances = rng.beta(6, 4, size=40)  # mean 0.6, documents differ
        agreed = rng.binomial(20, chances).astype(float)
        by_document = estimates({"a": mean_of(agreed, np.full(40, 20.0))}, 40, resamples=200, seed=repeat)["a"]["mean"]
        hits += by_document.low <= truth <= by_document.high
        narrow += abs(agreed.sum() / 800 - truth) <= 1.96 * np.sqrt(truth * (1 - truth) / 800)  # as if all alone
    assert hits >= 0.88 * 150
    assert narrow < 0.85 * 150
