"""What became of pre-labels, counted by hand."""

from __future__ import annotations

import pytest

from annotation.acceptance import WHOLE, Acceptance, acceptance
from annotation.coded_passages import CodedPassage


def said(passage: int, codes: str, accepted: str | None, *, shown: bool | None = True, **facts: object) -> CodedPassage:
    known = None if accepted is None else frozenset(accepted)
    given = {"model_id": "m1", "annotator": "A", **facts}
    return CodedPassage(
        id=str(passage), document=f"d{passage}", codes=frozenset(codes), suggestion_shown=shown, accepted_codes=known,
        **given,
    )  # fmt: skip


def found(*answers: CodedPassage) -> dict[tuple[str, str], Acceptance]:
    return {(one.model_id, one.code): one for one in acceptance(answers, ["x", "y", "z"], resamples=50)}


ANSWERS = (
    said(1, "x", "x"),
    said(2, "xy", "x"),
    said(3, "y", "x"),
    said(4, "", ""),
    said(5, "x", "x", shown=False),
    said(6, "", "x", shown=False),
)


def test_kept_and_added_per_code() -> None:
    x, y = found(*ANSWERS)["m1", "x"], found(*ANSWERS)["m1", "y"]
    assert (x.labelled, x.kept, x.unlabelled, x.added) == (3, 2, 1, 0)
    assert (x.keep_rate.value, x.add_rate.value) == (pytest.approx(2 / 3), 0.0)
    assert (x.blind_labelled, x.blind_kept, x.blind_keep_rate.value) == (2, 1, 0.5)
    assert (y.labelled, y.kept, y.unlabelled, y.added) == (0, 0, 4, 2)
    assert (y.keep_rate.value, y.add_rate.value, y.blind_keep_rate.value) == (None, 0.5, None)
    assert x.keep_rate.low <= x.keep_rate.value <= x.keep_rate.high


def test_the_whole_answer_is_kept_if_nothing_was_changed() -> None:
    whole = found(*ANSWERS)["m1", WHOLE]
    assert (whole.labelled, whole.kept, whole.keep_rate.value) == (4, 2, 0.5)  # also "nothing here", left as it was
    assert (whole.unlabelled, whole.added, whole.add_rate.value) == (0, 0, None)
    assert (whole.blind_labelled, whole.blind_kept) == (2, 1)


def test_a_code_that_nobody_and_no_model_gave_has_no_row() -> None:
    assert ("m1", "z") not in found(*ANSWERS)


def test_models_are_told_apart() -> None:
    rows = found(*ANSWERS, said(7, "y", "x", model_id="m0"))
    assert next(iter(rows)) == ("m0", WHOLE)
    assert rows["m0", "x"].keep_rate.value == 0.0
    assert rows["m1", "x"].labelled == 3


def test_what_is_not_known_does_not_count() -> None:
    unknown = (
        said(1, "x", None),
        said(2, "x", "x", shown=None),
        said(3, "x", "x", model_id=""),
        said(4, "x", "x", repeat=1),
    )
    assert found(*unknown) == {}
