"""Cut-offs: brute force agrees, few positives do not overfit, and the goals are compared on other documents."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import UsageError
from models.cut_offs import GOALS, compare_goals, cut_offs, expected_f1_cut_off, f1_cut_off, shrunk
from models.measures import micro_f1


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Calibrated probabilities of a frequent, a middling and a rare code."""
    generator = np.random.default_rng(0)
    logits = generator.normal([-1.5, -3.5, -6.0], [1.5, 2.0, 2.0], size=(1_500, 3))
    probabilities = 1 / (1 + np.exp(-logits))
    targets = (generator.random(probabilities.shape) < probabilities).astype(np.int8)
    return probabilities, targets, [f"{at % 30}" for at in range(1_500)]


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_no_cut_off_has_a_higher_f1(seed: int, rows: int) -> None:
    generator = np.random.default_rng(seed)
    probabilities, targets = generator.integers(0, 6, size=(rows, 1)) / 5, generator.integers(-1, 2, size=(rows, 1))
    best = f1_cut_off(probabilities, targets)
    if not (targets == 1).any():
        assert best is None
        return
    reached = float(micro_f1(probabilities >= best, targets))
    assert reached == pytest.approx(
        max(float(micro_f1(probabilities >= cut, targets)) for cut in np.linspace(0, 1, 41))
    )


def test_it_lies_between_two_probabilities() -> None:
    assert f1_cut_off([0.9, 0.7, 0.3, 0.1], [1, 1, 0, 0]) == pytest.approx(0.5)
    assert f1_cut_off([0.4, 0.4], [1, 0]) == pytest.approx(0.4)


def test_of_equals_the_highest_is_taken() -> None:
    # Accepting one (F1 2/3) is as good as accepting all three with two hits would be if a miss fell between.
    assert f1_cut_off([0.9, 0.5, 0.4, 0.3], [1, 0, 0, 1]) == pytest.approx(0.7)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=15))
def test_no_cut_off_has_a_higher_expected_f1(chances: list[float]) -> None:
    probabilities = np.array(chances)

    def expected(cut: float) -> float:
        accepted = probabilities >= cut
        return 2 * probabilities[accepted].sum() / (accepted.sum() + probabilities.sum())

    best = expected_f1_cut_off(probabilities)
    assert expected(best) == pytest.approx(max(map(expected, [*probabilities, 1.0])))


def test_the_expected_optimum_is_half_the_f1_reached() -> None:
    chances = np.random.default_rng(1).beta(0.3, 2.0, size=50_000)
    cut = expected_f1_cut_off(chances)
    accepted = chances >= cut
    reached = 2 * chances[accepted].sum() / (accepted.sum() + chances.sum())
    assert cut == pytest.approx(reached / 2, abs=0.005)  # Lipton, Elkan & Naryanaswamy 2014, theorem 1


def test_nothing_expected_is_nothing_accepted() -> None:
    assert expected_f1_cut_off([0.0, 0.0]) == 1.0
    assert expected_f1_cut_off([]) == 1.0


def test_shrinking_weighs_by_positives() -> None:
    assert shrunk(None, 0.3, 0) == 0.3
    assert shrunk(0.9, 0.3, 0) == pytest.approx(0.3)
    assert shrunk(0.9, 0.3, 20, shrinkage=20) == pytest.approx(1 / (1 + np.exp(-(np.log(9) + np.log(3 / 7)) / 2)))
    assert 0.89 < shrunk(0.9, 0.3, 10_000) < 0.9
    assert 0 < shrunk(1.0, 0.0, 5) < 1


def test_a_rare_code_stays_near_the_pooled_cut_off(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    few = targets.copy()
    few[np.nonzero(few[:, 2])[0][2:], 2] = 0
    found = cut_offs(probabilities, few, groups, goal="code-f1")
    own = f1_cut_off(probabilities[:, 2], few[:, 2])
    assert own is not None
    assert abs(found.values[2] - found.pooled) < 0.3 * abs(own - found.pooled)


def test_one_cut_off_for_all_codes(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    for goal in ("cardinality", "micro-f1", "expected-micro-f1"):
        found = cut_offs(probabilities, targets, groups, goal=goal)  # type: ignore[arg-type]
        assert set(found.values) == {found.pooled}
        assert found.scores == ()
    matched = cut_offs(probabilities, targets, groups, goal="cardinality").pooled
    assert (probabilities >= matched).sum() == targets.sum()


def test_unknown_cells_do_not_count_in_the_cardinality(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    hidden = targets.copy()
    hidden[:700] = -1
    found = cut_offs(probabilities, hidden, groups, goal="cardinality").pooled
    assert (probabilities[700:] >= found).sum() == targets[700:].sum()


def test_expected_goals_need_no_label(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    unlabelled = np.full_like(targets, -1)
    for goal in ("expected-micro-f1", "expected-code-f1"):
        first = cut_offs(probabilities, targets, groups, goal=goal)  # type: ignore[arg-type]
        assert first == cut_offs(probabilities, unlabelled, groups, goal=goal)  # type: ignore[arg-type]


def test_the_best_goal_is_the_one_with_the_best_score(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    found = cut_offs(probabilities, targets, groups)
    assert [score.goal for score in found.scores] == list(GOALS)
    assert max(score.mean for score in found.scores) == next(one.mean for one in found.scores if one.goal == found.goal)
    assert json.loads(json.dumps(found.as_dict()))["goal"] == found.goal


def test_goals_are_scored_on_other_documents() -> None:
    probabilities = np.array([0.9, 0.7, 0.5, 0.3] * 2)[:, None]
    targets = np.array([1, 0, 0, 0, 1, 1, 1, 0])[:, None]
    groups = ["strict"] * 4 + ["lenient"] * 4
    scored = compare_goals(probabilities, targets, groups, folds=2, least_positives=1)
    # "strict" is cut at the .4 of "lenient": 1 hit, 2 false. "lenient" at the .8 of "strict": 1 hit, 2 missed.
    assert next(one.micro_f1 for one in scored if one.goal == "micro-f1") == pytest.approx(4 / (4 + 2 + 2))


def test_without_positives_nothing_is_accepted() -> None:
    for goal in ("micro-f1", "code-f1", "cardinality"):
        found = cut_offs([[0.5, 0.2]], [[0, 0]], ["a"], goal=goal)  # type: ignore[arg-type]
        assert (np.array([0.5, 0.2]) < np.array(found.values)).all()


def test_wrong_use_is_refused() -> None:
    with pytest.raises(UsageError, match="no goal 'accuracy'"):
        cut_offs([[0.5]], [[1]], ["a"], goal="accuracy")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no passage"):
        cut_offs(np.zeros((0, 2)), np.zeros((0, 2)), [])
