"""The matrix of reference labels: three values, one shape, and no silent guess about what nobody looked at."""

from __future__ import annotations

import numpy as np
import pytest

from careatlas.errors import UsageError
from models.label_matrix import any_code, checked, with_positives


def test_a_vector_is_one_column() -> None:
    scores, targets = checked([0.2, 0.8], [0, 1])
    assert scores.shape == targets.shape == (2, 1)
    assert targets.dtype == np.int8


@pytest.mark.parametrize(
    ("scores", "targets", "said"),
    [
        ([[0.1, 0.2]], [[1]], "do not go with"),
        ([[np.nan]], [[1]], "finite"),
        ([[np.inf]], [[1]], "finite"),
        ([[0.5]], [[2]], "none of 1"),
        ([[[0.5]]], [[[1]]], "3 dimensions"),
    ],
)
def test_what_does_not_fit_is_refused(scores: object, targets: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        checked(scores, targets)  # type: ignore[arg-type]


def test_a_passage_carries_no_code_only_where_all_are_known_to_be_absent() -> None:
    targets = [[0, 1, -1], [0, 0, 0], [0, 0, -1], [-1, -1, -1]]
    assert any_code(targets).tolist() == [1, 0, -1, -1]


def test_codes_are_kept_by_their_positives() -> None:
    targets = [[1, 0, -1], [1, 1, -1], [0, 0, 0]]
    assert with_positives(targets).tolist() == [True, True, False]
    assert with_positives(targets, 2).tolist() == [True, False, False]
