"""Thresholds with a promise: by hand, and kept in simulations where passages of a document are alike."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.stats import binom

from careatlas.errors import UsageError
from models.risk_control import false_accept_bound, grid, hoeffding_bentkus_p_value, miss_bound


def documents_of(
    generator: np.random.Generator, documents: int, *, base: float = -3.0, size: int = 25
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities, targets and documents; a part of what documents differ in is hidden from the probabilities."""
    sizes = generator.poisson(size, documents) + 1
    document = np.repeat(np.arange(documents), sizes)
    seen, hidden = generator.normal(0, 1.0, (2, documents))
    logits = base + 3.5 * generator.normal(size=len(document)) + seen[document]
    chances = 1 / (1 + np.exp(-(logits + 0.8 * hidden[document])))
    return 1 / (1 + np.exp(-logits)), (generator.random(len(document)) < chances).astype(np.int8), document


def missed_share(probabilities: np.ndarray, targets: np.ndarray, document: np.ndarray, threshold: float) -> float:
    """Mean over documents with a positive of the share below the threshold."""
    present = targets == 1
    all_of = np.bincount(document[present])
    missed = np.bincount(document[present & (probabilities < threshold)], minlength=len(all_of))
    return float((missed[all_of > 0] / all_of[all_of > 0]).mean())


def wrong_share(probabilities: np.ndarray, targets: np.ndarray, document: np.ndarray, threshold: float) -> float:
    """Mean over documents with anything accepted of the wrong share."""
    took = probabilities >= threshold
    taken = np.bincount(document[took])
    wrong = np.bincount(document[took & (targets == 0)], minlength=len(taken))
    return float((wrong[taken > 0] / taken[taken > 0]).mean())


@pytest.fixture(scope="module")
def population() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return documents_of(np.random.default_rng(99), 4_000)


def draws(documents: int, times: int) -> Iterator[tuple[np.ndarray, np.ndarray, list[str]]]:
    generator = np.random.default_rng(documents)
    for _ in range(times):
        probabilities, targets, document = documents_of(generator, documents)
        yield probabilities, targets, [str(one) for one in document]


@pytest.mark.parametrize(("documents", "risk"), [(12, 0.1), (40, 0.1), (40, 0.2)])
def test_the_expected_miss_risk_is_kept(
    documents: int, risk: float, population: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    found = [miss_bound(*draw, risk=risk).threshold for draw in draws(documents, 150)]
    missed = [0.0 if threshold is None else missed_share(*population, threshold) for threshold in found]
    error = float(np.std(missed)) / np.sqrt(len(missed))
    assert np.mean(missed) <= risk + 3 * error
    assert np.mean(missed) >= risk - 2 / (documents + 1) - 3 * error - 0.01  # and not far below: the bound is used


def test_the_false_accept_risk_is_kept_with_confidence(
    population: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    # So noisy near the bound that a test without a correction would often say too much.
    found = [false_accept_bound(*draw, risk=0.2).threshold for draw in draws(80, 60)]
    broken = [threshold is not None and wrong_share(*population, threshold) > 0.2 for threshold in found]
    assert sum(threshold is not None for threshold in found) >= 30  # the promise is made at all
    assert np.mean(broken) <= 0.1


def test_miss_bound_by_hand() -> None:
    # Nine documents with one positive each: (0 + 1) / (9 + 1) = .1, so that none may be missed.
    scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    names = list("abcdefghi")
    bound = miss_bound(scores, [1] * 9, names)
    assert (bound.threshold, bound.observed, bound.documents, bound.documents_needed) == (0.1, 0.0, 9, 9)
    # With 19 documents one may be missed: (1 + 1) / (19 + 1) = .1.
    bound = miss_bound(np.arange(1, 20) / 20, [1] * 19, [str(at) for at in range(19)])
    assert (bound.threshold, bound.observed) == (0.1, pytest.approx(1 / 19))


def test_a_document_counts_once_however_long() -> None:
    # Document a holds 20 of 28 positives, the lowest ones: missing half of them is half of one document.
    scores = np.concatenate([np.linspace(0.01, 0.2, 20), np.linspace(0.5, 0.9, 9)])
    names = ["a"] * 20 + [f"b{at}" for at in range(9)]
    bound = miss_bound(scores, np.ones(29), names, risk=0.15)
    # Allowed: (missed + 1) / 11 <= .15, so .65 documents: 13 of the 20.
    assert bound.observed == pytest.approx(0.65 / 10)
    assert (scores < bound.threshold).sum() == 13


def test_positives_of_equal_score_are_kept_together() -> None:
    bound = miss_bound([0.3] * 19, [1] * 19, [str(at) for at in range(19)])
    assert (bound.threshold, bound.observed) == (0.3, 0.0)


def test_too_few_documents_are_said_to_be_too_few() -> None:
    bound = miss_bound([0.5, 0.6, 0.7, 0.8], [1, 1, 1, 1], ["a", "a", "b", "c"])
    assert not bound.guaranteed
    assert bound.reason.startswith("no guarantee: 4 positives in 3 documents; at least 9 documents")
    assert miss_bound([0.5], [0], ["a"]).documents == 0
    assert miss_bound([0.5] * 8, [1] * 8, list("abcdefgh")).threshold is None


def test_unknown_cells_are_no_part_of_it() -> None:
    scores, names = np.arange(1, 20) / 20, [str(at) for at in range(19)]
    more = miss_bound([*scores, 0.01], [1] * 19 + [-1], [*names, "z"])
    assert more == miss_bound(scores, [1] * 19, names)


def test_several_codes_count_together() -> None:
    scores = np.arange(1, 21).reshape(10, 2) / 20
    bound = miss_bound(scores, np.ones((10, 2)), [str(at) for at in range(10)])
    assert (bound.items, bound.documents) == (20, 10)


def test_nothing_wrong_in_eleven_documents_is_enough() -> None:
    names = [str(at) for at in range(11)]
    bound = false_accept_bound([0.97] * 11, [1] * 11, names)
    assert bound.guaranteed  # .8 ** 11 = .086
    assert (bound.threshold, bound.observed, bound.items) == (grid()[-1], 0.0, 11)
    few = false_accept_bound([0.97] * 10, [1] * 10, names[:10])
    assert not few.guaranteed
    assert "at most 10 documents have anything accepted; at least 11 would be needed" in few.reason


def test_testing_stops_at_the_first_threshold_that_fails() -> None:
    # Right above .6, wrong below: from .58 on half of each document is wrong.
    names = [str(at) for at in range(40)] * 2
    bound = false_accept_bound([0.61] * 40 + [0.59] * 40, [1] * 40 + [0] * 40, names)
    assert (bound.threshold, bound.observed) == (0.6, 0.0)
    assert "guaranteed with confidence 90%" in bound.reason


def test_what_is_too_often_wrong_gets_no_promise() -> None:
    names = [str(at) for at in range(20)]
    bound = false_accept_bound([0.9] * 20, [1] * 15 + [0] * 5, names)
    assert not bound.guaranteed
    assert "from 0.90 on 25% is wrong, in 20 documents" in bound.reason
    assert bound.observed == pytest.approx(0.25)


@pytest.mark.parametrize(("n", "risk"), [(5, 0.2), (11, 0.2), (40, 0.1)])
def test_p_values_of_binary_losses_are_valid(n: int, risk: float) -> None:
    chance = {hits: float(binom.pmf(hits, n, risk)) for hits in range(n + 1)}
    values = {hits: hoeffding_bentkus_p_value(hits / n, n, risk) for hits in range(n + 1)}
    for level in (0.01, 0.05, 0.1, 0.3):
        assert sum(chance[hits] for hits, value in values.items() if value <= level) <= level
    assert list(values.values()) == sorted(values.values())


def test_p_values_in_closed_form() -> None:
    assert hoeffding_bentkus_p_value(0.0, 11, 0.2) == pytest.approx(0.8**11)
    assert hoeffding_bentkus_p_value(0.5, 11, 0.2) == 1.0
    assert hoeffding_bentkus_p_value(0.0, 0, 0.2) == 1.0


def test_bounds_are_plain_data() -> None:
    data = json.loads(json.dumps(miss_bound([0.5], [1], ["a"]).as_dict()))
    assert (data["kind"], data["guaranteed"], data["threshold"]) == ("miss", False, None)


@pytest.mark.parametrize("risk", [0.0, 1.0])
def test_a_risk_is_a_share(risk: float) -> None:
    with pytest.raises(UsageError, match="no share"):
        miss_bound([0.5], [1], ["a"], risk=risk)
    with pytest.raises(UsageError, match="no share"):
        false_accept_bound([0.5], [1], ["a"], confidence=risk)


def test_documents_must_fit() -> None:
    with pytest.raises(UsageError, match="2 documents"):
        miss_bound([0.5], [1], ["a", "b"])
