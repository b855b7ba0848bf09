"""Folds that never split a document."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import UsageError
from models.document_folds import document_folds


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2).filter(lambda names: len(set(names)) > 1), st.integers(2, 6))
def test_a_document_lies_in_one_fold_and_no_fold_is_empty(groups: list[str], folds: int) -> None:
    fold = document_folds(groups, folds=folds)
    for name in set(groups):
        assert len({int(one) for one, group in zip(fold, groups, strict=True) if group == name}) == 1
    assert set(fold.tolist()) == set(range(min(folds, len(set(groups)))))


def test_the_load_is_spread_evenly() -> None:
    groups = [f"{document}" for document in range(20) for _ in range(10)]
    load = np.repeat(np.arange(20.0), 10)
    loads = np.bincount(document_folds(groups, folds=4, load=load), weights=load)
    assert loads.max() - loads.min() <= 30  # the heaviest document alone weighs 190


def test_the_seed_deals_equal_documents_anew() -> None:
    groups = [f"{at}" for at in range(30)]
    first = document_folds(groups, seed=1)
    assert (first == document_folds(groups, seed=1)).all()
    assert (first != document_folds(groups, seed=2)).any()


@pytest.mark.parametrize(("groups", "folds"), [(["a", "a"], 5), (["a", "b"], 1)])
def test_what_cannot_be_dealt_is_refused(groups: list[str], folds: int) -> None:
    with pytest.raises(UsageError, match="cannot be dealt"):
        document_folds(groups, folds=folds)
