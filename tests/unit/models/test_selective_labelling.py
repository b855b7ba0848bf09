"""Machine labels that go without review: p-values by hand, and the share of wrong ones in simulations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from careatlas.errors import UsageError
from models.selective_labelling import accepted_at, conformal_p_values


def drawn(generator: np.random.Generator, documents: int, size: int, between: float) -> tuple[np.ndarray, ...]:
    """Scores, targets and documents; negatives of a document share a shift."""
    document = np.repeat(np.arange(documents), size)
    targets = (generator.random(len(document)) < 0.3).astype(np.int8)
    shift = between * generator.normal(size=documents)[document]
    return 3.0 * targets + generator.normal(size=len(document)) + shift, targets, document


def test_p_values_by_hand() -> None:
    values = conformal_p_values([0.1, 0.4, 0.9, 0.6], [0, 0, 1, 0], [0.7, 0.5, 0.4, 0.0])
    assert values.tolist() == [1 / 4, 2 / 4, 3 / 4, 1.0]


def test_documents_weigh_the_same() -> None:
    # Document a has three negatives of which one is as high, b one that is not: (1 + 1/3) / (1 + 2).
    values = conformal_p_values([0.8, 0.1, 0.2, 0.3], [0, 0, 0, 0], [0.7], groups=["a", "a", "a", "b"])
    assert values[0] == pytest.approx((1 + 1 / 3) / 3)
    assert conformal_p_values([0.8, 0.1], [0, 0], [0.9], groups=["a", "b"])[0] == pytest.approx(1 / 3)


def test_a_passage_without_the_code_rarely_gets_a_small_value() -> None:
    generator = np.random.default_rng(0)
    small = {"documents": [], "passages": []}
    for _ in range(300):
        scores, targets, document = drawn(generator, 25, 8, between=2.0)
        fresh, truth, _ = drawn(generator, 1, 8, between=2.0)
        for name, groups in (("documents", [str(one) for one in document]), ("passages", None)):
            values = conformal_p_values(scores, targets, fresh[truth == 0], groups=groups)
            small[name].extend((values <= 0.1).tolist())
    assert np.mean(small["documents"]) <= 0.11  # 8 of a document at once: the error of this mean is about .015
    assert np.mean(small["passages"]) <= 0.14


@pytest.mark.parametrize(("between", "by_document"), [(0.0, False), (1.0, True)])
def test_the_wrong_share_is_kept(between: float, by_document: bool) -> None:
    generator = np.random.default_rng(1)
    wrong, found = [], []
    for _ in range(120):
        scores, targets, document = drawn(generator, 40, 5, between)
        fresh, truth, _ = drawn(generator, 20, 5, between)
        groups = [str(one) for one in document] if by_document else None
        took = accepted_at(conformal_p_values(scores, targets, fresh, groups=groups), 0.2)
        wrong.append(float((truth[took] == 0).mean()) if took.any() else 0.0)
        found.append(float(took[truth == 1].mean()))
    assert np.mean(wrong) <= 0.2 + 3 * np.std(wrong) / np.sqrt(len(wrong))
    assert np.mean(found) > 0.3


def test_the_procedure_is_that_of_benjamini_and_hochberg() -> None:
    values = np.random.default_rng(2).random(50) ** 3
    for share in (0.05, 0.2, 0.5):
        np.testing.assert_array_equal(accepted_at(values, share), false_discovery_control(values) <= share)


def test_nothing_is_accepted_where_nothing_stands_out() -> None:
    assert not accepted_at([0.5, 0.9, 1.0], 0.1).any()
    assert accepted_at([], 0.1).shape == (0,)


def test_wrong_use_is_refused() -> None:
    with pytest.raises(UsageError, match="without it"):
        conformal_p_values([0.5], [1], [0.5])
    with pytest.raises(UsageError, match="2 documents"):
        conformal_p_values([0.5], [0], [0.5], groups=["a", "b"])
    with pytest.raises(UsageError, match="no share"):
        accepted_at([0.5], 1.0)
