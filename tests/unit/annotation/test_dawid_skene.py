"""The model of Dawid and Skene, against their published example, closed forms and simulated coders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotation.dawid_skene import (
    MINIMUM_PASSAGES,
    _names,
    dawid_skene,
    too_little,
)
from careatlas.errors import UsageError

# Dawid and Skene (1979), table 1: 45 patients, five anaesthetists, classes 1 to 4; the first assessed each three times.
ANAESTHETISTS = """
111 1 1 1 1|333 4 3 3 4|112 2 1 2 2|222 3 1 2 1|222 3 2 2 2|222 3 3 2 2|122 2 1 1 1|333 3 4 3 3|222 2 2 2 3
232 2 2 2 3|444 4 4 4 4|222 3 3 4 3|111 1 1 1 1|222 3 2 1 2|121 1 1 1 1|111 2 1 1 1|111 1 1 1 1|111 1 1 1 1
222 2 2 2 1|222 1 3 2 2|222 2 2 2 2|222 2 2 2 1|222 3 2 2 2|221 2 2 2 2|111 1 1 1 1|111 1 1 1 1|232 2 2 2 2
111 1 1 1 1|111 1 1 1 1|112 1 1 2 1|111 1 1 1 1|333 3 2 3 3|111 1 1 1 1|222 2 2 2 2|222 3 2 3 2|433 4 3 4 3
221 2 2 3 2|232 3 2 3 3|333 3 4 3 2|111 1 1 1 1|111 1 1 1 1|121 2 1 1 1|232 2 2 2 2|121 1 1 1 1|222 2 2 2 2
"""


def table(text: str, classes: int) -> NDArray[np.int64]:
    items = [item.split() for line in text.split("\n") if line for item in line.split("|")]
    counts = np.zeros((len(items), len(items[0]), classes), dtype=np.int64)
    for row, item in enumerate(items):
        for column, answers in enumerate(item):
            for answer in answers:
                counts[row, column, int(answer) - 1] += 1
    return counts


def counts_of(votes: NDArray[np.integer], classes: int = 2) -> NDArray[np.int64]:
    """Return votes, shape (items, coders), with -1 where a coder did not read an item, as counts."""
    return (votes[:, :, None] == np.arange(classes)).astype(np.int64)


def by_majority(counts: NDArray[np.int64]) -> list[bool]:
    """Return which binary items most coders called present; their number is odd."""
    votes = counts.sum(axis=1)
    return (votes[:, 1] > votes[:, 0]).tolist()


def by_model(counts: NDArray[np.int64]) -> list[bool]:
    return (dawid_skene(counts).posterior[:, 1] > 0.5).tolist()


def accuracy(found: Sequence[bool], truth: NDArray[np.bool_]) -> float:
    return float((np.array(found) == truth).mean())


def simulated(
    seed: int, items: int, prevalence: float, rates: Sequence[tuple[float, float]]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the truth of binary items and the votes of coders with these sensitivities and specificities."""
    rng = np.random.default_rng(seed)
    truth = rng.random(items) < prevalence
    votes = [np.where(truth, rng.random(items) < right, rng.random(items) > wrong) for right, wrong in rates]
    return truth, counts_of(np.stack(votes, axis=1).astype(np.int64))


def test_the_published_estimates_of_the_anaesthetists() -> None:
    """Tables 2 and 3 of the paper: the marginals .40 .42 .11 .07, and the first observer's error rates."""
    fitted = dawid_skene(table(ANAESTHETISTS, 4))
    assert fitted.converged
    assert fitted.prevalence == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    first = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
    assert fitted.confusion[0] == pytest.approx(np.array(first), abs=0.005)
    assert fitted.posterior[2] == pytest.approx([0, 1, 0, 0], abs=0.01)  # three answers of 1, four of 2
    assert fitted.log_likelihood == pytest.approx(-192.89, abs=0.01)


def test_perfect_coders_are_found_perfect() -> None:
    truth = np.array([0, 1, 2, 0, 1, 1])
    fitted = dawid_skene(counts_of(np.repeat(truth[:, None], 3, axis=1), 3))
    assert fitted.posterior == pytest.approx(np.eye(3)[truth])
    assert fitted.prevalence == pytest.approx([2 / 6, 3 / 6, 1 / 6])
    assert fitted.confusion == pytest.approx(np.broadcast_to(np.eye(3), (3, 3, 3)))
    assert fitted.converged


def test_error_rates_of_simulated_coders_are_recovered() -> None:
    """n = 20,000 items: every rate within .02 of what was simulated, the prevalence within .01."""
    rates = [(0.95, 0.97), (0.70, 0.85), (0.80, 0.90)]
    _, counts = simulated(1, 20_000, 0.3, rates)
    fitted = dawid_skene(counts)
    assert fitted.prevalence[1] == pytest.approx(0.3, abs=0.01)
    assert fitted.confusion[:, 1, 1] == pytest.approx([one for one, _ in rates], abs=0.02)
    assert fitted.confusion[:, 0, 0] == pytest.approx([one for _, one in rates], abs=0.02)


def test_it_beats_the_majority_where_one_of_three_coders_is_much_better() -> None:
    """Accuracy over 50 simulated sets of n = 1,000: .944 by majority, .958 by the model (better in 45 of 50).

    Sensitivity and specificity .95/.97 of one coder, .70/.85 of two, prevalence .3.
    """
    most, model = [], []
    for seed in range(50):
        truth, counts = simulated(seed, 1_000, 0.3, [(0.95, 0.97), (0.70, 0.85), (0.70, 0.85)])
        most.append(accuracy(by_majority(counts), truth))
        model.append(accuracy(by_model(counts), truth))
    assert np.mean(most) == pytest.approx(0.944, abs=0.002)
    assert np.mean(model) == pytest.approx(0.958, abs=0.002)
    assert sum(one > other for one, other in zip(model, most, strict=True)) == 45


def test_where_coders_are_alike_it_is_the_majority() -> None:
    for seed in range(20):
        _, counts = simulated(seed, 1_000, 0.3, [(0.85, 0.90)] * 3)
        assert by_model(counts) == by_majority(counts)


def test_with_a_poor_coder_among_three_it_can_be_worse_than_the_majority() -> None:
    """A limit that users are told of: over 20 sets of n = 1,000 the majority is ahead on average."""
    ahead = []
    for seed in range(20):
        truth, counts = simulated(seed, 1_000, 0.2, [(0.90, 0.95), (0.85, 0.95), (0.55, 0.70)])
        ahead.append(accuracy(by_majority(counts), truth) - accuracy(by_model(counts), truth))
    assert 0 < np.mean(ahead) < 0.02


_votes = st.lists(st.lists(st.integers(-1, 2), min_size=4, max_size=4), min_size=1, max_size=25).map(np.array)


@given(_votes, st.permutations([0, 1, 2, 3]))
def test_whatever_was_answered_the_estimates_are_probabilities_and_no_coder_comes_first(
    votes: NDArray[np.int64], order: list[int]
) -> None:
    counts = counts_of(votes, 3)
    counts = counts[counts.sum(axis=(1, 2)) > 0]
    if not len(counts):
        return
    fitted = dawid_skene(counts, most_iterations=50)
    assert fitted.posterior.sum(axis=1) == pytest.approx(1)
    assert fitted.prevalence.sum() == pytest.approx(1)
    rows = fitted.confusion.sum(axis=2)
    assert np.isnan(rows).all() or np.nanmin(rows) == pytest.approx(1)
    again = dawid_skene(counts[:, order], most_iterations=50)
    assert again.log_likelihood == pytest.approx(fitted.log_likelihood, rel=1e-6, abs=1e-6)


def test_the_likelihood_never_falls() -> None:
    counts = table(ANAESTHETISTS, 4)
    steps = [dawid_skene(counts, most_iterations=number).log_likelihood for number in range(1, 12)]
    assert (np.diff(steps) >= -1e-9).all()


def test_names_of_classes_go_with_the_data() -> None:
    counts = table(ANAESTHETISTS, 4)
    turned = dawid_skene(counts[:, :, [2, 0, 3, 1]])
    assert turned.prevalence == pytest.approx(dawid_skene(counts).prevalence[[2, 0, 3, 1]], abs=1e-6)


def test_switched_classes_are_renamed() -> None:
    switched = np.array([[[0.1, 0.9], [0.8, 0.2]], [[0.3, 0.7], [0.6, 0.4]]])  # both call class 0 "1"
    assert _names(switched).tolist() == [1, 0]
    assert _names(switched[:, ::-1]).tolist() == [0, 1]


def test_it_says_when_it_did_not_converge() -> None:
    fitted = dawid_skene(table(ANAESTHETISTS, 4), most_iterations=2)
    assert (fitted.converged, fitted.iterations) == (False, 2)


def test_a_coder_who_read_nothing_changes_nothing_and_has_no_rates() -> None:
    _, counts = simulated(3, 200, 0.4, [(0.9, 0.9)] * 3)
    alone = dawid_skene(counts)
    absent = dawid_skene(np.concatenate([counts, np.zeros((200, 1, 2), dtype=np.int64)], axis=1))
    assert absent.posterior == pytest.approx(alone.posterior)
    assert np.isnan(absent.confusion[3]).all()


@pytest.mark.parametrize(("coders", "items"), [(2, 5), (3, 0)])
def test_two_coders_or_no_items_are_refused(coders: int, items: int) -> None:
    with pytest.raises(UsageError, match="needs"):
        dawid_skene(np.ones((items, coders, 2), dtype=np.int64))


def test_an_item_that_nobody_read_is_refused() -> None:
    counts = np.ones((3, 3, 2), dtype=np.int64)
    counts[1] = 0
    with pytest.raises(UsageError, match="each read by a coder"):
        dawid_skene(counts)


def test_too_little_counts_coders_with_enough_passages_that_another_read() -> None:
    enough = np.zeros((MINIMUM_PASSAGES, 3), dtype=np.int64)
    assert too_little(counts_of(enough)) == ""
    assert "there are 0" in too_little(counts_of(enough[1:]))
    alone = enough.copy()
    alone[:, 1:] = -1
    assert "there are 0" in too_little(counts_of(alone))  # nobody else read them
    pairs = np.concatenate([enough, enough, enough])
    for part, left_out in enumerate((2, 0, 1)):  # each passage read by two of three
        pairs[part * MINIMUM_PASSAGES : (part + 1) * MINIMUM_PASSAGES, left_out] = -1
    assert too_little(counts_of(pairs)) == ""
    assert "there are 2" in too_little(counts_of(enough[:, :2]))
