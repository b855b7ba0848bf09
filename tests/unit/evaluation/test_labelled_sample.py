from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from careatlas.errors import InputError
from evaluation.labelled_sample import labelled_sample

N = 60


def given(**changes: Any) -> dict[str, Any]:
    """Return 60 passages, of which the even ones were drawn and labelled."""
    return {
        "scores": np.linspace(0, 1, N),
        "labels": [at % 4 == 0 if at % 2 == 0 else None for at in range(N)],
        "inclusion": [0.5 if at % 2 == 0 else None for at in range(N)],
        **changes,
    }


def test_what_was_labelled_is_found_again() -> None:
    sample = labelled_sample(**given())
    assert (sample.n_total, sample.n_labelled) == (60, 30)
    assert sample.position.tolist() == list(range(0, 60, 2))
    assert sample.labels.tolist() == [1.0, 0.0] * 15
    assert sample.labelled_scores.tolist() == np.linspace(0, 1, N)[::2].tolist()
    assert sample.accepted.tolist() == [False] * 30 + [True] * 30  # from 0.5 on
    assert sample.is_equal_probability


def test_the_cut_off_of_the_machine_is_the_callers() -> None:
    assert labelled_sample(**given(accepted=[True] * 3 + [False] * 57)).accepted.sum() == 3


def test_chances_of_passages_without_a_label_are_not_read() -> None:
    sample = labelled_sample(**given(inclusion=[0.25 if at == 0 else 0.5 for at in range(N)]))
    assert not sample.is_equal_probability
    assert sample.inclusion.shape == (30,)


def test_names_of_strata_and_clusters_become_numbers() -> None:
    by_stratum = labelled_sample(**given(strata=["low"] * 30 + ["high"] * 30))
    assert by_stratum.strata is not None
    assert by_stratum.strata.tolist() == [0] * 15 + [1] * 15
    by_document = labelled_sample(**given(clusters=[f"d{at // 6}" for at in range(N)]))
    assert by_document.clusters is not None
    assert by_document.clusters.tolist() == [at // 3 for at in range(30)]


def chances(value: float | None) -> list[float | None]:
    return [value if at == 4 else 0.5 for at in range(N)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inclusion": chances(None)}, "no inclusion probability.*passage 4.*browsing"),
        ({"inclusion": chances(0.0)}, r"0.0 is not in \(0, 1\].*passage 4"),
        ({"inclusion": chances(1.01)}, "1.01 is not in"),
        ({"inclusion": chances(float("nan"))}, "nan is not in"),
        ({"scores": np.linspace(0, 1.001, N)}, "score 1.001 is not between.*passage 59"),
        ({"scores": np.r_[-0.1, np.zeros(N - 1)]}, "-0.1 is not between"),
        ({"scores": np.r_[np.nan, np.zeros(N - 1)]}, "nan is not between"),
        ({"scores": np.zeros((N, 2))}, "2 dimensions"),
        ({"scores": np.zeros(N - 1)}, "59 scores"),
        ({"labels": [2] * N, "inclusion": [0.5] * N}, "neither 0 nor 1.*passage 0"),
        ({"labels": [True] * 29 + [None] * 31, "inclusion": [0.5] * N}, "29 labelled passages are too few.*30"),
        ({"labels": [None] * N}, "0 labelled passages"),
        ({"strata": ["a"] * 58 + ["b"] * 2}, "stratum has a single label.*'b'"),
        ({"clusters": [at // 10 for at in range(N)]}, "6 clusters, at least 10"),
        ({"clusters": range(N), "strata": ["a"] * N}, "both given"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        labelled_sample(**given(**changes))


def test_nothing_at_all_is_too_few() -> None:
    with pytest.raises(InputError, match="0 labelled"):
        labelled_sample([], [], [])


def test_few_are_enough_where_they_are_all() -> None:
    assert labelled_sample([0.2, 0.4], [True, False], [1.0, 1.0]).n_labelled == 2
