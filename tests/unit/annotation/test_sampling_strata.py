"""Strata: bands of the score by its own quantiles, areas, types, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.sampling_design import StratumKey
from annotation.sampling_frame import SamplingFrame
from annotation.sampling_strata import BANDS, UNKNOWN, score_edges, strata_of
from careatlas.identifiers import PassageId


def frame(scores: list[float] | None, areas: list[str], doc_types: list[str]) -> SamplingFrame:
    return SamplingFrame(
        passages=tuple(PassageId(f"p{at}") for at in range(len(areas))),
        texts=tuple("" for _ in areas),
        areas=tuple(areas),
        doc_types=tuple(doc_types),
        top=None if scores is None else np.array(scores),
        uncertainty=None if scores is None else np.zeros(len(scores)),
        documents=1,
        unscored=0,
        judged=0,
    )


TWENTY = frame([at / 100 for at in range(20)], ["E2", "E1"] * 10, ["plan"] * 15 + [""] * 5)


def test_without_keys_there_is_one_stratum() -> None:
    found = strata_of(TWENTY, ())
    assert found.names == ["all"]
    assert set(found.numbers.tolist()) == {0}


def test_bands_hold_their_shares_of_the_passages() -> None:
    found = strata_of(TWENTY, [StratumKey.SCORE])
    assert np.bincount(found.numbers).tolist() == [10, 6, 3, 1]
    assert found.names == [
        "score 1 of 4, below 0.1",
        "score 2 of 4, from 0.1 below 0.16",
        "score 3 of 4, from 0.16 below 0.19",
        "score 4 of 4, from 0.19",
    ]
    assert found.edges == (0.1, 0.16, 0.19)


def test_keys_are_crossed_in_one_order_and_only_what_occurs_is_a_stratum() -> None:
    found = strata_of(TWENTY, [StratumKey.TYPE, StratumKey.AREA])
    assert found.keys == (StratumKey.AREA, StratumKey.TYPE)
    assert found.values == (("E1", UNKNOWN), ("E1", "plan"), ("E2", UNKNOWN), ("E2", "plan"))
    assert found.names[1] == "E1 / plan"
    for at, number in enumerate(found.numbers.tolist()):
        assert found.values[number] == (TWENTY.areas[at], TWENTY.doc_types[at] or UNKNOWN)


def test_scores_that_are_all_the_same_make_one_band() -> None:
    found = strata_of(frame([0.25] * 8, ["E1"] * 8, [""] * 8), [StratumKey.SCORE])
    assert (found.edges, found.names) == ((), ["score 1 of 1"])


def test_strata_by_score_need_scores() -> None:
    with pytest.raises(ValueError, match="no scores"):
        strata_of(frame(None, ["E1"], [""]), [StratumKey.SCORE])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80))
def test_no_band_is_empty_whatever_the_scores(scores: list[float]) -> None:
    edges = score_edges(np.array(scores))
    assert list(edges) == sorted(set(edges))
    assert len(edges) <= len(BANDS)
    sizes = np.bincount(np.searchsorted(edges, scores, side="right"), minlength=len(edges) + 1)
    assert (sizes > 0).all()


def test_of_no_passages_there_are_no_strata() -> None:
    assert strata_of(frame([], [], []), [StratumKey.SCORE, StratumKey.AREA]).names == []
