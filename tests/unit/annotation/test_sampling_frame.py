"""Uncertainty in bits. Reading a frame from a store is tested with the stores."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.sampling_frame import entropy


@pytest.mark.parametrize(
    ("probabilities", "bits"),
    [
        ([], 0.0),
        ([0.0, 1.0], 0.0),
        ([0.5], 1.0),
        ([0.5, 0.5, 0.0], 2.0),
        ([0.25], 2 - 0.75 * math.log2(3)),  # H(1/4)
    ],
)
def test_binary_entropies_add_up(probabilities: list[float], bits: float) -> None:
    assert entropy(probabilities) == pytest.approx(bits, abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_a_code_and_its_absence_are_equally_uncertain(probabilities: list[float]) -> None:
    bits = entropy(probabilities)
    assert 0 <= bits <= len(probabilities)
    assert bits == pytest.approx(entropy([1 - one for one in probabilities]), abs=1e-9)
