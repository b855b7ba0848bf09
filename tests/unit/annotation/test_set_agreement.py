"""Agreement on sets: NLTK's alpha, one code as nominal data, empty sets, and equal answers whatever the grouping."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nltk.metrics import jaccard_distance, masi_distance
from nltk.metrics.agreement import AnnotationTask

from annotation import set_agreement
from annotation.nominal_agreement import MISSING, nominal_cells
from annotation.set_agreement import set_cells, set_ratings
from annotation.set_distance import DISTANCES, Distance

CODES = tuple("abcd")
SETS = st.frozensets(st.sampled_from(CODES))
ANSWERS = st.lists(st.lists(st.none() | SETS, min_size=3, max_size=3), min_size=1, max_size=10)


def measured(sets: list, weights: np.ndarray | None = None, clusters: np.ndarray | None = None) -> dict[str, float]:
    clusters = np.arange(len(sets)) if clusters is None else clusters
    documents = int(clusters.max()) + 1
    cells = set_cells(set_ratings(sets, CODES), clusters, documents)
    found = cells.measures(np.ones((1, documents)) if weights is None else weights[None].astype(float))
    return {name: float(value[0]) for name, value in found.items()}


def sets_of(*words: str) -> list[frozenset[str] | None]:
    return [None if word == "?" else frozenset(word) for word in words]


def distance_between(first: AbstractSet[Any], second: AbstractSet[Any], distance: Distance) -> float:
    return float(distance(len(first & second), len(first), len(second)))


@given(st.lists(st.lists(SETS.filter(bool), min_size=3, max_size=3), min_size=2, max_size=8))
def test_nltk_has_the_same_alpha_of_sets_that_are_not_empty(answers: list[list[frozenset[str]]]) -> None:
    assume(len({one for row in answers for one in row}) > 1)
    data = [(str(coder), str(unit), one) for unit, row in enumerate(answers) for coder, one in enumerate(row)]
    found = measured(answers)
    assert found["alpha_masi"] == pytest.approx(AnnotationTask(data, distance=masi_distance).alpha())
    assert found["alpha_jaccard"] == pytest.approx(AnnotationTask(data, distance=jaccard_distance).alpha())


@given(ANSWERS)
def test_alpha_is_its_definition_by_pairs_with_gaps_and_empty_sets(answers: list) -> None:
    units = [[one for one in row if one is not None] for row in answers]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [one for unit in units for one in unit]
    found = measured(answers)
    for name, distance in DISTANCES.items():
        observed = sum(
            2 * distance_between(one, other, distance) / (len(unit) - 1)
            for unit in units
            for one, other in combinations(unit, 2)
        )
        expected = sum(2 * distance_between(one, other, distance) for one, other in combinations(pooled, 2))
        alpha = 1 - observed * (len(pooled) - 1) / expected if expected else np.nan
        assert found[f"alpha_{name}"] == pytest.approx(alpha, nan_ok=True)


def test_with_one_code_it_is_nominal_agreement() -> None:
    sets = [sets_of("a", "a"), sets_of("a", ""), sets_of("", ""), sets_of("", ""), sets_of("", "a")]
    ratings = set_ratings(sets, CODES)
    nominal = nominal_cells(ratings.code("a"), 2, np.arange(5), 5).measures(np.ones((1, 5)))
    found = measured(sets)
    assert found["alpha_masi"] == pytest.approx(nominal["alpha"][0])
    assert found["alpha_jaccard"] == pytest.approx(nominal["alpha"][0])
    assert found["positive"] == pytest.approx(nominal["positive"][0])
    assert found["exact"] == pytest.approx(nominal["raw"][0])


def test_the_same_set_over_all_and_where_anybody_gave_a_code() -> None:
    sets = [sets_of("ab", "ab"), sets_of("a", "ab"), sets_of("", ""), sets_of("", "")]
    found = measured(sets)
    assert (found["exact"], found["exact_of_either"]) == (0.75, 0.5)
    assert found["positive"] == pytest.approx(2 * 3 / 7)  # three codes in common, seven given


def test_three_coders_agree_by_pairs() -> None:
    found = measured([sets_of("a", "a", "b"), sets_of("a", "a", "?")])
    assert found["exact"] == pytest.approx((1 / 3 + 1) / 2)
    assert found["positive"] == pytest.approx((0.5 + 0.5 + 0 + 1 + 1) / 5)  # of each code given, others who gave it


def test_in_a_crowd_it_does_not_matter_whose_answer_is_whose() -> None:
    rng = np.random.default_rng(5)
    answers = [[frozenset(code for code in CODES if rng.random() < 0.4) for _ in range(3)] for _ in range(30)]
    crowd = [[None] * 40 for _ in answers]
    for row, three in zip(crowd, answers, strict=True):
        for place, one in zip(rng.choice(40, 3, replace=False), three, strict=True):
            row[place] = one
    assert measured(crowd) == pytest.approx(measured(answers))


@pytest.mark.parametrize("count", [1, 63, 64, 65, 150])
def test_any_number_of_codes(count: int) -> None:
    rng, codes = np.random.default_rng(count), [f"c{at}" for at in range(count)]
    sets = [[frozenset(code for code in codes if rng.random() < 0.3) for _ in range(2)] for _ in range(12)]
    found = set_cells(set_ratings(sets, codes), np.arange(12), 12).measures(np.ones((1, 12)))
    pooled = [one for pair in sets for one in pair]
    for name, distance in DISTANCES.items():
        observed = np.mean([distance_between(*pair, distance) for pair in sets])
        expected = np.mean([distance_between(*pair, distance) for pair in combinations(pooled, 2)])
        assert found[f"alpha_{name}"][0] == pytest.approx(1 - observed / expected)


def test_all_empty_answers_agree_but_prove_nothing() -> None:
    found = measured([sets_of("", ""), sets_of("", "")])
    assert found["exact"] == 1
    assert all(np.isnan(found[name]) for name in ("exact_of_either", "positive", "alpha_masi", "alpha_jaccard"))


def test_without_two_answers_nothing_is_measured() -> None:
    assert all(np.isnan(value) for value in measured([sets_of("a", "?")]).values())


@given(ANSWERS, st.integers(0, 99))
def test_a_weight_is_a_repetition_and_grouping_changes_no_value(answers: list, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times, clusters = rng.integers(0, 3, len(answers)), rng.integers(0, 3, len(answers))
    assume(times.any())
    repeated = [row for row, count in zip(answers, times, strict=True) for _ in range(count)]
    assert measured(answers, times) == pytest.approx(measured(repeated), nan_ok=True)
    assert measured(answers, clusters=clusters) == pytest.approx(measured(answers), nan_ok=True)


def test_small_blocks_give_the_same_value(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    sets = [[frozenset(code for code in CODES if rng.random() < 0.4) for _ in range(2)] for _ in range(60)]
    plain = measured(sets)
    monkeypatch.setattr(set_agreement, "BLOCK", 20)
    assert measured(sets) == pytest.approx(plain)


def test_codes_and_none_are_looked_up_with_gaps() -> None:
    ratings = set_ratings([sets_of("ab", "?"), sets_of("", "b")], CODES)
    assert ratings.code("a").tolist() == [[1, MISSING], [0, 0]]
    assert ratings.code("b").tolist() == [[1, MISSING], [0, 1]]
    assert ratings.none().tolist() == [[0, MISSING], [1, 0]]
    assert ratings.only(np.array([False, True])).none().tolist() == [[1, 0]]


def test_no_answers_are_no_ratings() -> None:
    ratings = set_ratings([], CODES)
    assert ratings.index.shape[0] == 0
    cells = set_cells(ratings, np.array([], dtype=np.intp), 2)
    assert all(np.isnan(value).all() for value in cells.measures(np.ones((3, 2))).values())
