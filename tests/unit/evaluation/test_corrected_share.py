from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import InputError
from careatlas.share_interval import share_interval
from evaluation.corrected_share import CorrectedShare, ShareMethod, corrected_share, share_difference
from evaluation.labelled_sample import Floats, LabelledSample

TOTAL = 500


def sample_of(scores: Floats, truth: Floats, at: Any, inclusion: Any, **more: Any) -> LabelledSample:
    at = np.asarray(at)
    return LabelledSample(
        scores=scores, accepted=scores >= 0.5, position=at, labels=truth[at], inclusion=inclusion, **more
    )


def drawn(seed: int, *, n: int = 80, share: float = 0.2, equal: bool = True) -> tuple[LabelledSample, Floats]:
    """Return a sample of a population of 500, and its truth."""
    chance = np.random.default_rng(seed)
    truth = (chance.random(TOTAL) < share).astype(float)
    scores = 1 / (1 + np.exp(-(2 * truth - 2 + chance.normal(size=TOTAL))))
    size = np.full(TOTAL, n / TOTAL) if equal else np.clip(n * (scores + 0.1) / (scores + 0.1).sum(), 0, 1)
    at = chance.permutation(TOTAL)[:n] if equal else np.flatnonzero(chance.random(TOTAL) < size)
    return sample_of(scores, truth, at, size[at]), truth


samples = st.builds(
    lambda seed, share, equal: drawn(seed, share=share, equal=equal)[0],
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.02, 0.2, 0.7, 1.0]),
    st.booleans(),
)


def numbers(found: CorrectedShare) -> tuple[float, ...]:
    return found.estimate, found.low, found.high, found.standard_error


# --- against ppi_py and closed forms


@pytest.mark.parametrize("power", [0.0, 0.4, 1.0, 1.6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_estimate_is_that_of_ppi_py(ppi_py: ModuleType, seed: int, power: float) -> None:
    sample, _ = drawn(seed)
    labels, scores = sample.labels, sample.labelled_scores
    found = corrected_share(sample, power=power)
    point = ppi_py.ppi_mean_pointestimate(labels, scores, sample.scores, lam=power)
    assert found.estimate == pytest.approx(float(np.squeeze(point)), abs=1e-8)
    # Its variance with scores known for all, and sampling without replacement: (1 - n/N) of the part from the labels.
    low, high = ppi_py.ppi_mean_ci(labels, scores, sample.scores, alpha=0.05, lam=power)
    both = ((high.item() - low.item()) / 2 / 1.959963984540054) ** 2
    from_labels = both - power**2 * sample.scores.var() / TOTAL
    assert found.standard_error**2 == pytest.approx((1 - 80 / TOTAL) * from_labels * 80 / 79, abs=1e-8)


def test_ppi_as_published_is_that_of_ppi_py(ppi_py: ModuleType) -> None:
    sample, _ = drawn(4)
    others = np.delete(sample.scores, sample.position)
    found = corrected_share(sample, method=ShareMethod.PPI, level=0.9)
    low, high = ppi_py.ppi_mean_ci(sample.labels, sample.labelled_scores, others, alpha=0.1)
    human = ppi_py.ppi_mean_ci(sample.labels, sample.labelled_scores, others, alpha=0.1, lam=0)
    assert (found.low, found.high) == pytest.approx((low.item(), high.item()), abs=1e-8)
    assert found.width_ratio == pytest.approx((high - low).item() / (human[1] - human[0]).item())


def test_without_the_machine_it_is_the_labels_alone() -> None:
    sample, _ = drawn(5, equal=False)
    alone = corrected_share(sample, method=ShareMethod.HUMAN_ONLY)
    assert replace(corrected_share(sample, power=0.0), method=ShareMethod.HUMAN_ONLY) == alone
    assert alone.estimate == pytest.approx(np.average(sample.labels, weights=1 / sample.inclusion))
    assert alone.width_ratio == 1


def test_labels_alone_of_equal_probability_are_wilsons_interval() -> None:
    sample, _ = drawn(6)
    found = corrected_share(sample, method=ShareMethod.HUMAN_ONLY)
    share = sample.labels.mean()
    # 1.99045 is the 0.975 quantile of Student's t with 79 degrees of freedom; 79 of 80 as the variance is unbiased.
    assert (found.low, found.high) == pytest.approx(share_interval(share, 79 / (1 - 80 / TOTAL), 1.990450), abs=1e-6)


def test_all_labelled_is_a_census() -> None:
    sample, truth = drawn(7)
    for inclusion in (np.ones(TOTAL), np.full(TOTAL, 0.5), np.linspace(0.1, 1, TOTAL)):
        found = corrected_share(sample_of(sample.scores, truth, np.arange(TOTAL), inclusion))
        assert numbers(found) == (truth.mean(), truth.mean(), truth.mean(), 0.0)
        assert found.width_ratio is None


def test_what_is_labelled_for_certain_adds_no_error() -> None:
    """All that score high are labelled and hold all positives; of the others one in five is, and none is positive."""
    sample, truth = drawn(8)
    truth = np.where(sample.scores < 0.5, 0.0, truth)
    high, low = np.flatnonzero(sample.scores >= 0.5), np.flatnonzero(sample.scores < 0.5)
    at = np.r_[high, low[: 5 * (low.size // 5) : 5]]
    strata = np.repeat([0, 1], [high.size, at.size - high.size])
    rates = np.array([1.0, (at.size - high.size) / low.size])
    found = corrected_share(sample_of(sample.scores, truth, at, rates[strata], strata=strata), power=0.0)
    assert found.estimate == pytest.approx(truth.mean())
    assert found.standard_error == pytest.approx(0, abs=1e-12)
    assert found.low < truth.mean() + 1e-12
    assert found.high > truth.mean()


def test_a_machine_that_is_right_leaves_no_variance() -> None:
    sample, truth = drawn(9)
    right = sample_of(truth, truth, sample.position, sample.inclusion)
    fixed, tuned = corrected_share(right, power=1.0), corrected_share(right)
    assert fixed.standard_error == 0
    assert fixed.estimate == pytest.approx(truth.mean())
    assert fixed.low < truth.mean() < fixed.high  # 80 labels without an error do not prove that there are none
    assert tuned.width_ratio is not None
    assert tuned.width_ratio < 0.4
    assert tuned.estimate == pytest.approx(truth.mean(), abs=0.02)


def test_no_positive_in_the_sample_is_not_no_positive() -> None:
    sample, _ = drawn(10, share=0.0)
    found = corrected_share(sample)
    assert (found.estimate, found.low, found.power) == (0.0, 0.0, 0.0)
    assert 0.02 < found.high < 0.06  # about 3.5 of 80, less what is known of a sixth of the passages


# --- what is raw stands beside


def test_raw_numbers_are_the_machines() -> None:
    sample, _ = drawn(11)
    found = corrected_share(sample)
    assert found.raw_count == (sample.scores >= 0.5).sum()
    assert found.raw_share == found.raw_count / TOTAL
    assert found.raw_mean_score == pytest.approx(sample.scores.mean())
    assert (found.n_labelled, found.n_total, found.level, found.method) == (80, TOTAL, 0.95, "design-based")
    assert found.total == (found.estimate * TOTAL, found.low * TOTAL, found.high * TOTAL)


# --- properties


@given(samples, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_bounds_hold_the_estimate_and_what_people_saw(sample: LabelledSample, level: float) -> None:
    found, wider = corrected_share(sample, level=level), corrected_share(sample, level=1 - (1 - level) / 2)
    assert 0 <= found.low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.high <= 1
    assert found.low >= sample.labels.sum() / TOTAL - 1e-12
    assert found.high <= 1 - (1 - sample.labels).sum() / TOTAL + 1e-12
    assert wider.low <= found.low + 1e-12
    assert wider.high >= found.high - 1e-12


@given(samples, st.randoms(use_true_random=False))
def test_order_does_not_matter(sample: LabelledSample, chance: Any) -> None:
    among, order = list(range(TOTAL)), list(range(sample.n_labelled))
    chance.shuffle(among)
    chance.shuffle(order)
    place = np.argsort(among)
    shuffled = LabelledSample(
        scores=sample.scores[among],
        accepted=sample.accepted[among],
        position=place[sample.position][order],
        labels=sample.labels[order],
        inclusion=sample.inclusion[order],
    )
    assert numbers(corrected_share(shuffled)) == pytest.approx(numbers(corrected_share(sample)), abs=1e-9)


@given(samples, st.floats(0.05, 1.0), st.floats(0.0, 1.0))
def test_scores_may_be_moved_and_scaled(sample: LabelledSample, scale: float, place: float) -> None:
    moved = replace(sample, scores=scale * sample.scores + place * (1 - scale))
    assert numbers(corrected_share(moved)) == pytest.approx(numbers(corrected_share(sample)), abs=1e-8)


@given(samples)
def test_the_share_of_the_rest_is_its_mirror(sample: LabelledSample) -> None:
    found = corrected_share(sample)
    other = corrected_share(replace(sample, scores=1 - sample.scores, labels=1 - sample.labels))
    assert (1 - other.estimate, 1 - other.high, 1 - other.low) == pytest.approx(numbers(found)[:3], abs=1e-9)


@given(samples, st.floats(0.1, 0.9))
def test_rarer_draws_leave_the_labels_mean_and_widen_its_interval(sample: LabelledSample, factor: float) -> None:
    found = corrected_share(sample, method=ShareMethod.HUMAN_ONLY)
    rarer = corrected_share(replace(sample, inclusion=factor * sample.inclusion), method=ShareMethod.HUMAN_ONLY)
    assert rarer.estimate == pytest.approx(found.estimate)
    assert rarer.high - rarer.low >= found.high - found.low - 1e-9


def test_strata_narrow_and_documents_widen() -> None:
    chance = np.random.default_rng(12)
    truth = np.repeat(chance.random(50) < 0.2, 10).astype(float)  # all passages of a document are alike
    at = np.concatenate([10 * document + chance.permutation(10)[:4] for document in chance.permutation(50)[:20]])
    plain = sample_of(np.full(TOTAL, 0.2), truth, at, np.full(80, 0.16))
    by_document = corrected_share(replace(plain, clusters=np.repeat(np.arange(20), 4)))
    assert by_document.high - by_document.low > 1.5 * (corrected_share(plain).high - corrected_share(plain).low)
    by_stratum = corrected_share(replace(plain, strata=plain.labels.astype(np.intp)))
    assert by_stratum.standard_error == pytest.approx(0, abs=1e-12)


# --- coverage


@pytest.mark.parametrize(("share", "equal"), [(0.03, True), (0.3, True), (0.1, False)])
def test_intervals_cover_the_truth(share: float, equal: bool) -> None:
    """500 samples of one population; the binomial error of a coverage of 95 % is then 1 point."""
    chance = np.random.default_rng(13)
    total = 1_000
    truth = (np.arange(total) < share * total).astype(float)
    scores = 1 / (1 + np.exp(-(2 * truth - 2 + chance.normal(size=total))))
    size = np.full(total, 0.1) if equal else np.clip(100 * (scores + 0.05) / (scores + 0.05).sum(), 0, 1)
    covered, ratios = 0, []
    for _ in range(500):
        at = chance.permutation(total)[:100] if equal else np.flatnonzero(chance.random(total) < size)
        found = corrected_share(sample_of(scores, truth, at, size[at]))
        covered += found.low <= share <= found.high
        ratios.append(found.width_ratio or 1)
    assert 0.92 <= covered / 500 <= 0.995
    assert np.mean(ratios) < 1


# --- refusals


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, math.nan])
def test_a_level_is_between_zero_and_one(level: float) -> None:
    with pytest.raises(InputError, match="level"):
        corrected_share(drawn(1)[0], level=level)


def test_ppi_as_published_is_for_labels_drawn_alike() -> None:
    sample, truth = drawn(14)
    for other in (
        drawn(1, equal=False)[0],
        replace(sample, strata=np.repeat([0, 1], 40)),
        replace(sample, clusters=np.repeat(np.arange(20), 4)),
    ):
        with pytest.raises(InputError, match=r"drawn alike.*design-based"):
            corrected_share(other, method=ShareMethod.PPI)
    with pytest.raises(InputError, match="needs passages without labels"):
        corrected_share(sample_of(sample.scores, truth, np.arange(TOTAL), np.ones(TOTAL)), method=ShareMethod.PPI)


# --- differences


def share(estimate: float, low: float, high: float) -> CorrectedShare:
    return replace(corrected_share(drawn(15)[0]), estimate=estimate, low=low, high=high)


def test_a_published_difference() -> None:
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: 56/70 less 48/80."""
    one, other = share(0.8, *share_interval(0.8, 70, 1.959964)), share(0.6, *share_interval(0.6, 80, 1.959964))
    found = share_difference(one, other)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    back = share_difference(other, one)
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_differences_of_two_levels_are_refused() -> None:
    one = share(0.5, 0.4, 0.6)
    with pytest.raises(InputError, match=r"0\.95 and 0\.9"):
        share_difference(one, replace(one, level=0.9))
