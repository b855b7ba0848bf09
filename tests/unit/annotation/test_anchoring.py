"""Anchoring: agreement with what was on the screen, against agreement where it was not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from annotation.anchoring import Against, Anchoring, anchoring
from annotation.coded_passages import CodedPassage


def said(passage: int, coder: str, codes: str, *, shown: bool | None, model: str | None, **facts: int) -> CodedPassage:
    accepted = None if model is None else frozenset(model)
    return CodedPassage(
        id=str(passage), document=f"d{passage % 7}", annotator=coder, codes=frozenset(codes), suggestion_shown=shown,
        model_id="m", accepted_codes=accepted, **facts,
    )  # fmt: skip


def measured(answers: list[CodedPassage]) -> dict[tuple[str, str], Anchoring]:
    return {(one.against, one.measure): one for one in anchoring(answers, ["x", "y"], resamples=200)}


def simulated(drawn_to: float) -> list[CodedPassage]:
    """Two coders who see the truth in 70 %, and of what is shown to them take over the given share."""
    rng, answers = np.random.default_rng(1), []
    for passage in range(600):
        truth, model = rng.choice(["x", "y", ""], 2, p=[0.3, 0.3, 0.4])
        shown = passage % 2 == 0
        for coder in "AB":
            own = truth if rng.random() < 0.7 else rng.choice(["x", "y", ""])
            codes = model if shown and rng.random() < drawn_to else own
            answers.append(said(passage, coder, codes, shown=shown, model=model))
    return answers


def test_people_who_follow_the_screen_are_found_out() -> None:
    found = measured(simulated(drawn_to=0.5))
    model = found[Against.MODEL, "exact"]
    assert (model.shown_passages, model.blind_passages, model.documents) == (600, 600, 7)  # answers of two coders
    assert model.difference.low > 0.1
    assert model.difference.value == pytest.approx(model.shown.value - model.blind.value)
    between = found[Against.CODERS, "exact"]
    assert (between.shown_passages, between.blind_passages) == (300, 300)
    assert found[Against.MODEL, "alpha_masi"].blind.value == pytest.approx(0, abs=0.1)


def test_people_who_do_not_are_not() -> None:
    found = measured(simulated(drawn_to=0.0))
    for one in found.values():
        assert one.difference.low < 0 < one.difference.high


def test_the_counts_by_hand() -> None:
    answers = [
        said(1, "A", "x", shown=True, model="x"),
        said(1, "B", "", shown=True, model="x"),
        said(2, "A", "x", shown=False, model="y"),
        said(2, "B", "x", shown=False, model="y"),
    ]
    found = measured(answers)
    assert found[Against.MODEL, "exact"].shown.value == 0.5
    assert found[Against.MODEL, "exact"].blind.value == 0.0
    assert found[Against.CODERS, "exact"].shown.value == 0.0
    assert found[Against.CODERS, "exact"].difference.value == -1.0


def test_a_passage_that_some_saw_blind_is_in_neither_share() -> None:
    answers = [said(1, "A", "x", shown=True, model="x"), said(1, "B", "x", shown=False, model="x")]
    assert {against for against, _ in measured(answers)} == {Against.MODEL}


def test_repeats_are_left_to_drift() -> None:
    answers = [
        said(1, "A", "x", shown=True, model="x"),
        said(1, "A", "y", shown=False, model="x", repeat=1),
    ]
    found = measured(answers)[Against.MODEL, "exact"]
    assert (found.shown_passages, found.blind_passages) == (1, 0)
    assert (found.shown.value, found.blind.value, found.difference.value) == (1.0, None, None)


def test_where_nobody_says_what_was_shown_there_is_nothing_to_compare() -> None:
    answers = [said(1, coder, "x", shown=None, model="x") for coder in "AB"]
    assert anchoring(answers, ["x"], resamples=10) == ()
    assert anchoring([], ["x"], resamples=10) == ()


def test_without_pre_labels_only_coders_are_compared() -> None:
    answers = [said(1, coder, "x", shown=False, model=None) for coder in "AB"]
    assert {against for against, _ in measured(answers)} == {Against.CODERS}


def test_it_is_plain_data() -> None:
    one = next(iter(measured(simulated(0.2)).values()))
    assert json.loads(json.dumps(one.as_dict(), allow_nan=False))["against"] == "model"
