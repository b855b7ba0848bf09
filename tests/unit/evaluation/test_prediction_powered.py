"""Against ``ppi_py``, the implementation by the authors of the method."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from evaluation.labelled_sample import Floats
from evaluation.prediction_powered import prediction_powered_mean

TOLERANCE = 1e-10


@pytest.fixture(params=[0, 1, 2, 3])
def data(request: pytest.FixtureRequest) -> tuple[Floats, Floats, Floats]:
    """Labels of rare to frequent codes; scores that help little to much, the last of them worse than useless."""
    chance = np.random.default_rng(request.param)
    labels = (chance.random(1_200) < [0.02, 0.1, 0.3, 0.5][request.param]).astype(float)
    pull = [1.5, 3.0, 0.2, -2.0][request.param]
    scores = 1 / (1 + np.exp(-(pull * labels - 1 + chance.normal(size=1_200))))
    return labels[:200], scores[:200], scores[200:]


@pytest.mark.parametrize("power", [0.0, 0.35, 1.0, 1.7])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_mean_and_interval_with_a_given_power(ppi_py: ModuleType, data, power: float, level: float) -> None:
    found = prediction_powered_mean(*data, level=level, power=power)
    point = ppi_py.ppi_mean_pointestimate(*data, lam=power)
    low, high = ppi_py.ppi_mean_ci(*data, alpha=1 - level, lam=power)
    assert found.estimate == pytest.approx(float(np.squeeze(point)), abs=TOLERANCE)
    assert (found.low, found.high) == pytest.approx((low.item(), high.item()), abs=TOLERANCE)
    assert found.power == power


def test_mean_and_interval_with_the_power_tuned(ppi_py: ModuleType, data) -> None:
    found = prediction_powered_mean(*data)
    low, high = ppi_py.ppi_mean_ci(*data, alpha=0.05)
    assert (found.low, found.high) == pytest.approx((low.item(), high.item()), abs=TOLERANCE)
    assert 0 <= found.power <= 1
    assert found.standard_error == pytest.approx((high.item() - low.item()) / 2 / 1.959963984540054)


def test_scores_that_point_the_wrong_way_are_left_alone() -> None:
    chance = np.random.default_rng(5)
    labels = (chance.random(500) < 0.4).astype(float)
    scores = 0.9 - 0.8 * labels
    found = prediction_powered_mean(labels[:100], scores[:100], scores[100:])
    assert found.power == 0
    assert found.estimate == labels[:100].mean()


def test_scores_that_say_nothing_are_left_alone() -> None:
    labels = np.tile([0.0, 1.0], 50)
    assert prediction_powered_mean(labels, np.full(100, 0.25), np.full(900, 0.25)).power == 0
