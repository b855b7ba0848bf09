"""Agreement on one variable: published tables, scikit-learn's kappa, weights as repetition, and what is undefined."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score

from annotation.krippendorff_alpha import krippendorff_alpha
from annotation.nominal_agreement import MISSING, MOST_CODERS, nominal_cells

# Fleiss (1971): ten subjects, fourteen raters, five categories.
FLEISS = np.array(
    [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
     [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
)  # fmt: skip
# Krippendorff's (2011) four observers; also Gwet's example of AC1 with missing ratings.
OBSERVERS = np.array(
    [[1, 1, 0, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
     [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [0, 5, 5, 5], [0, 0, 1, 1], [0, 3, 0, 0]]
) - 1  # fmt: skip
BINARY = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 3)), min_size=2, max_size=15)
THREE = st.lists(st.tuples(*[st.integers(MISSING, 2)] * 3), min_size=1, max_size=12)


def measured(ratings: np.ndarray, values: int = 2) -> dict[str, float]:
    cells = nominal_cells(np.asarray(ratings), values, np.arange(len(ratings)), len(ratings))
    return {name: float(value[0]) for name, value in cells.measures(np.ones((1, len(ratings)))).items()}


def table(both: int, first: int, second: int, neither: int) -> np.ndarray:
    return np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [both, first, second, neither], axis=0)


def test_fleiss_own_table() -> None:
    found = measured(np.stack([np.repeat(np.arange(5), counts) for counts in FLEISS]), 5)
    assert found["fleiss"] == pytest.approx(0.210, abs=0.0005)
    assert found["raw"] == pytest.approx(0.378, abs=0.0005)


def test_four_observers_with_gaps() -> None:
    found = measured(OBSERVERS, 5)
    assert found["ac1"] == pytest.approx(0.775, abs=0.0005)
    assert found["alpha"] == pytest.approx(0.743, abs=0.0005)
    assert found["fleiss"] == pytest.approx(0.761, abs=0.0005)


def test_a_rare_code_shows_why_one_number_is_not_enough() -> None:
    found = measured(table(0, 2, 5, 118))
    assert found["raw"] == pytest.approx(0.944)
    assert found["kappa"] == pytest.approx(-0.023, abs=0.0005)
    assert found["alpha"] == pytest.approx(-0.025, abs=0.0005)
    assert found["ac1"] == pytest.approx(0.941, abs=0.0005)
    assert (found["positive"], found["prevalence"]) == (0, pytest.approx(7 / 250))


@pytest.mark.parametrize(("cells", "kappa", "ac1"), [((40, 9, 6, 45), 0.70, 0.70), ((80, 10, 5, 5), 0.32, 0.81)])
def test_the_same_raw_agreement_with_other_prevalence(cells: tuple[int, ...], kappa: float, ac1: float) -> None:
    found = measured(table(*cells))
    assert found["raw"] == 0.85
    assert found["kappa"] == pytest.approx(kappa, abs=0.005)
    assert found["ac1"] == pytest.approx(ac1, abs=0.005)


@pytest.mark.parametrize(
    ("both", "kappa", "ac1"), [(475, 0.90, 0.90), (75, 0.72, 0.94), (25, 0.47, 0.94), (5, 0.14, 0.95), (0, -0.03, 0.95)]
)
def test_the_table_of_prevalence_in_the_docs(both: int, kappa: float, ac1: float) -> None:
    found = measured(table(both, 25, 25, 950 - both))
    assert (round(found["kappa"], 2), round(found["ac1"], 2)) == (kappa, ac1)


@given(BINARY)
def test_two_coders_as_scikit_learn_has_them(rows: list[tuple[int, int, int]]) -> None:
    first, second, _ = (np.array(column) for column in zip(*rows, strict=True))
    assume(len({*first, *second}) == 2)
    found = measured(np.stack([first, second], axis=1))
    assert found["kappa"] == pytest.approx(cohen_kappa_score(first, second))
    assert found["positive"] == pytest.approx(f1_score(first, second))  # Dice's coefficient either way
    assert found["negative"] == pytest.approx(f1_score(1 - first, 1 - second))
    assert found["raw"] == pytest.approx(np.mean(first == second))


@given(THREE)
def test_alpha_of_three_coders_with_gaps_is_krippendorffs(rows: list[tuple[int, ...]]) -> None:
    ratings = np.array(rows)
    alpha = krippendorff_alpha(np.where(ratings == MISSING, np.nan, ratings))
    assert measured(ratings, 3)["alpha"] == pytest.approx(np.nan if alpha is None else alpha, nan_ok=True)


@given(THREE)
def test_kappa_of_three_coders_is_the_mean_of_the_pairs(rows: list[tuple[int, ...]]) -> None:
    ratings, kappas = np.array(rows), []
    for first, second in combinations(ratings.T, 2):
        both = (first != MISSING) & (second != MISSING)
        if len({*first[both], *second[both]}) > 1:
            kappas.append(cohen_kappa_score(first[both], second[both]))
    expected = np.mean(kappas) if kappas else np.nan
    assert measured(ratings, 3)["kappa"] == pytest.approx(expected, nan_ok=True)


@given(THREE)
def test_specific_agreement_is_the_share_of_other_answers_that_say_the_same(rows: list[tuple[int, ...]]) -> None:
    ratings = np.minimum(np.array(rows), 1)
    others = {0: [], 1: []}
    for row in ratings:
        values = row[row != MISSING]
        for at, value in enumerate(values) if len(values) > 1 else ():
            others[value].append(np.mean(np.delete(values, at) == value))
    found = measured(ratings)
    for name, value in (("negative", 0), ("positive", 1)):
        assert found[name] == pytest.approx(np.mean(others[value]) if others[value] else np.nan, nan_ok=True)


@given(BINARY)
def test_a_weight_is_a_repetition(rows: list[tuple[int, int, int]]) -> None:
    first, second, times = (np.array(column) for column in zip(*rows, strict=True))
    assume(times.sum() > 0)
    ratings = np.stack([first, second], axis=1)
    weighted = nominal_cells(ratings, 2, np.arange(len(rows)), len(rows)).measures(times[None].astype(float))
    repeated = measured(ratings.repeat(times, axis=0))
    assert {name: value[0] for name, value in weighted.items()} == pytest.approx(repeated, nan_ok=True)


@given(BINARY)
def test_neither_the_order_nor_the_documents_change_a_value(rows: list[tuple[int, int, int]]) -> None:
    first, second, clusters = (np.array(column) for column in zip(*rows, strict=True))
    ratings = np.stack([second, first], axis=1)[::-1]
    grouped = nominal_cells(ratings, 2, clusters[::-1], 4).measures(np.ones((1, 4)))
    plain = measured(np.stack([first, second], axis=1))
    assert {name: value[0] for name, value in grouped.items()} == pytest.approx(plain, nan_ok=True)


@pytest.mark.parametrize("value", [0, 1])
def test_where_all_say_the_same_nothing_beyond_chance_is_defined(value: int) -> None:
    found = measured(np.full((6, 2), value))
    assert found["raw"] == 1
    assert all(np.isnan(found[name]) for name in ("kappa", "fleiss", "ac1", "alpha"))
    assert np.isnan(found["negative" if value else "positive"])
    assert found["positive" if value else "negative"] == 1


def test_nothing_that_can_be_paired_is_nothing_measured() -> None:
    found = measured(np.array([[1, MISSING], [MISSING, 0]]))
    assert all(np.isnan(found[name]) for name in ("raw", "kappa", "fleiss", "ac1", "alpha", "positive"))


def test_more_values_than_two_have_no_positive_agreement() -> None:
    assert set(measured(OBSERVERS, 5)) == {"raw", "kappa", "fleiss", "ac1", "alpha"}


def test_a_crowd_has_no_mean_kappa() -> None:
    crowd = np.tile([[0], [1], [1]], (1, MOST_CODERS + 1))
    assert np.isnan(measured(crowd)["kappa"])
    assert measured(crowd)["alpha"] == 1
    assert measured(crowd[:, 1:])["kappa"] == 1
