"""Intervals over documents: closed forms, coverage where passages of a document are alike, and paired differences."""

from __future__ import annotations

import json
import time
from functools import partial

import numpy as np
import pytest

from careatlas.errors import UsageError
from models import cluster_bootstrap
from models.cluster_bootstrap import difference, interval, intervals
from models.measures import macro_f1, micro_f1, micro_recall


def mean_of(values: np.ndarray) -> cluster_bootstrap.Statistic:
    return lambda weights: (weights @ values) / weights.sum(axis=-1)


def clustered(generator: np.random.Generator, documents: int, size: int) -> tuple[np.ndarray, list[str]]:
    """Values of which half the variance lies between documents; their mean is 0."""
    between = np.repeat(generator.normal(size=documents), size)
    groups = [str(at) for at in np.repeat(np.arange(documents), size)]
    return between + generator.normal(size=documents * size), groups


def test_the_interval_of_a_mean_is_that_of_the_document_means() -> None:
    values, groups = clustered(np.random.default_rng(3), 60, 5)
    found = interval(mean_of(values), groups, resamples=4_000)
    means = values.reshape(60, 5).mean(axis=1)
    error = means.std() / np.sqrt(60)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
    assert (found.n, found.clusters, found.resamples, found.undefined) == (300, 60, 4_000, 0)


def test_it_covers_where_drawing_passages_does_not() -> None:
    generator = np.random.default_rng(4)
    covered = {"documents": 0, "passages": 0}
    for seed in range(200):
        values, groups = clustered(generator, 30, 8)
        for name, units in (("documents", groups), ("passages", [str(at) for at in range(len(values))])):
            found = interval(mean_of(values), units, resamples=200, seed=seed)
            covered[name] += found.low < 0 < found.high
    assert 0.88 <= covered["documents"] / 200 <= 0.98
    assert covered["passages"] / 200 < 0.75


def test_the_same_seed_gives_the_same_draws_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    values, groups = clustered(np.random.default_rng(5), 10, 3)
    first = interval(mean_of(values), groups, resamples=100, seed=7)
    monkeypatch.setattr(cluster_bootstrap, "CELLS", 1)
    again = interval(mean_of(values), groups, resamples=100, seed=7)
    assert (again.low, again.high) == pytest.approx((first.low, first.high))
    other = interval(mean_of(values), groups, resamples=100, seed=8)
    assert abs(other.low - first.low) > 1e-6


def test_the_order_of_passages_does_not_matter() -> None:
    values, groups = clustered(np.random.default_rng(6), 10, 3)
    order = np.random.default_rng(0).permutation(len(values))
    moved = interval(mean_of(values[order]), [groups[at] for at in order], resamples=50)
    first = interval(mean_of(values), groups, resamples=50)
    assert moved.low == pytest.approx(first.low)
    assert moved.high == pytest.approx(first.high)


def test_several_measures_share_the_draws() -> None:
    values, groups = clustered(np.random.default_rng(7), 12, 3)
    found = intervals({"a": mean_of(values), "b": mean_of(2 * values)}, groups, resamples=80)
    assert found["a"] == interval(mean_of(values), groups, resamples=80)
    assert found["b"].high == pytest.approx(2 * found["a"].high)


def test_weights_of_passages_are_kept() -> None:
    values, groups = clustered(np.random.default_rng(8), 12, 3)
    weights = np.random.default_rng(9).random(len(values))
    found = interval(mean_of(values), groups, weights=weights, resamples=50)
    assert found.value == pytest.approx(np.average(values, weights=weights))
    assert found.low < found.value < found.high


def test_a_paired_difference_is_shorter_than_two_intervals() -> None:
    values, groups = clustered(np.random.default_rng(10), 30, 4)
    small_gain = values + 0.1 + 0.05 * np.random.default_rng(11).normal(size=len(values))
    found = difference(mean_of(small_gain), mean_of(values), groups, resamples=300)
    assert found.better
    assert found.share_better == 1.0
    apart = interval(mean_of(values), groups, resamples=300)
    assert (found.interval.high - found.interval.low) < 0.1 * (apart.high - apart.low)


def test_no_model_is_better_than_itself() -> None:
    values, groups = clustered(np.random.default_rng(12), 10, 3)
    found = difference(mean_of(values), mean_of(values), groups, resamples=50)
    assert not found.better
    assert (found.interval.value, found.share_better) == (0.0, 0.0)


def test_draws_without_a_positive_are_counted_not_averaged() -> None:
    accepted, targets = np.array([[True], [True], [False]]), np.array([[1], [0], [0]])
    found = interval(partial(micro_f1, accepted, targets), ["a", "b", "c"], resamples=500)
    assert found.value == pytest.approx(2 / 3)
    assert 0.2 < found.undefined / 500 < 0.4  # (2/3)^3 = .30 of the draws miss document a


def test_one_document_gives_a_value_and_no_interval() -> None:
    accepted, targets = np.array([[True], [True]]), np.array([[1], [0]])
    found = interval(partial(micro_f1, accepted, targets), ["a", "a"], resamples=20)
    assert (found.value, found.low, found.high) == (pytest.approx(2 / 3), None, None)
    assert difference(partial(micro_f1, accepted, targets), lambda w: w[:, 0], ["a", "a"]).share_better is None


def test_an_undefined_measure_is_none() -> None:
    nothing = np.zeros((3, 1), dtype=int)
    found = interval(partial(micro_recall, nothing.astype(bool), nothing), ["a", "b", "c"], resamples=20)
    assert (found.value, found.low, found.high, found.undefined) == (None, None, None, 20)


def test_results_are_plain_data() -> None:
    values, groups = clustered(np.random.default_rng(13), 5, 2)
    found = difference(mean_of(values), mean_of(-values), groups, resamples=20)
    read = json.loads(json.dumps(found.as_dict()))
    assert read["clusters"] == 5
    assert read["better"] is found.better


@pytest.mark.parametrize(
    ("groups", "settings", "said"),
    [
        ([], {}, "no passage"),
        (["a", "b"], {"level": 1.0}, "level"),
        (["a", "b"], {"resamples": 0}, "draws"),
        (["a", "b"], {"weights": [1.0]}, "weights"),
    ],
)
def test_wrong_use_is_refused(groups: list[str], settings: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        interval(mean_of(np.ones(len(groups))), groups, **settings)


def test_a_thousand_draws_of_eleven_hundred_passages_are_quick() -> None:
    generator = np.random.default_rng(14)
    targets = (generator.random((1_117, 13)) < 0.05).astype(np.int8)
    accepted = generator.random((1_117, 13)) < 0.1
    groups = [str(at % 40) for at in range(1_117)]
    begun = time.process_time()
    intervals({"micro": partial(micro_f1, accepted, targets), "macro": partial(macro_f1, accepted, targets)}, groups)
    assert time.process_time() - begun < 2.0  # measured 0.06 s
