"""What the server holds is read as from a stranger: nothing in it breaks a pull, and time never runs backwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.observed_answer import dated, digest_of, observed_answers, state_digest, with_pre_labels

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNOTATION = {
    "id": 5,
    "completed_by": 11,
    "updated_by": 12,
    "updated_at": "2026-03-01T10:00:00.000001Z",
    "lead_time": 3.5,
    "was_cancelled": False,
    "result": [],
    "parent_prediction": None,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [*ANNOTATION, "prediction", "task"]


def seen(annotation=ANNOTATION, **data):
    (found,) = observed_answers(
        [{"id": 7, "data": {"task_key": "t1", "passage": "Words.", **data}, "annotations": [annotation]}]
    )
    return found


def of_task(annotation, predictions, **data):
    (found,) = observed_answers([{"id": 7, "data": data, "annotations": [annotation], "predictions": predictions}])
    return found


def pre_label(number, version, *controls):
    return {"id": number, "model_version": version, "result": [{"from_name": name} for name in controls]}


def test_an_annotation_is_read_with_its_task():
    one = seen(model_id="m1")
    assert (one.key, one.task_id, one.task_key, one.passage_text) == ("5", 7, "t1", "Words.")
    assert (one.completed_by, one.updated_by, one.seconds, one.skipped) == (11, 12, 3.5, False)
    assert one.model_id == "m1"
    assert json.loads(one.content) == ANNOTATION


def test_the_opened_pre_label_names_the_model_even_if_the_screen_was_changed_since():
    opened = {"parent_prediction": 3, "prediction": pre_label(3, "m1", "codes")}
    assert seen({**ANNOTATION, **opened}, model_id="m2").model_id == "m1"
    assert seen({**ANNOTATION, **opened, "parent_prediction": 4}, model_id="m2").model_id == "m2"


@pytest.mark.parametrize(("screen", "model"), [("", ""), ("m2", "m2")])
@pytest.mark.parametrize("version", ["m1", "place"])
def test_a_pre_label_of_the_place_alone_is_nobodys_word(version, screen, model):
    opened = {"parent_prediction": 3, "prediction": pre_label(3, version, "box")}
    assert seen({**ANNOTATION, **opened}, model_id=screen).model_id == model
    one = seen({**ANNOTATION, "parent_prediction": 3}, model_id=screen)
    assert with_pre_labels(replace(one, opened=3), [pre_label(3, version, "box")]).model_id == model


def test_of_several_pre_labels_the_opened_one_must_be_looked_up():
    opened = {**ANNOTATION, "parent_prediction": 3, "prediction": {}}
    assert of_task(opened, [2], model_id="m1").opened is None
    assert of_task(opened, [3], model_id="").opened == 3
    assert of_task(ANNOTATION, [2, 3], model_id="m1").opened is None
    assert of_task({**opened, "prediction": pre_label(3, "m1", "codes")}, [2, 3], model_id="m1").opened is None
    one = of_task(opened, [2, 3], model_id="m1")
    assert one.opened == 3
    assert with_pre_labels(one, [pre_label(2, "m1", "codes"), pre_label(3, "m2", "codes")]).model_id == "m2"
    assert with_pre_labels(one, []).model_id == "m1"


@given(found=st.lists(st.fixed_dictionaries({"id": st.just(3), "model_version": JSON, "result": JSON})))
def test_no_pre_label_breaks_the_reading(found):
    one = of_task({**ANNOTATION, "parent_prediction": 3}, [2, 3], model_id="m1")
    assert with_pre_labels(one, found).model_id == "m1"


@given(annotation=st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON, data=JSON, task_id=JSON)
def test_no_annotation_breaks_the_reading(annotation, data, task_id):
    (one,) = observed_answers([{"id": task_id, "data": data, "annotations": [annotation]}])
    assert one.key
    one.content.encode("ascii")
    assert digest_of(one.content) == state_digest(one.annotation)


@given(tasks=st.lists(st.dictionaries(st.sampled_from(["id", "data", "annotations"]), JSON), max_size=3))
def test_no_task_breaks_the_reading(tasks):
    assert all(one.key for one in observed_answers(tasks))


@pytest.mark.parametrize("value", [-1, 10**400, float("nan"), float("inf"), True, "12", None])
def test_a_time_that_nobody_can_have_taken_is_none(value):
    assert seen({**ANNOTATION, "lead_time": value}).seconds is None


@pytest.mark.parametrize("field", ["updated_at", "completed_by", "updated_by", "was_cancelled", "result"])
def test_a_state_is_another_if_anything_of_it_is(field):
    assert state_digest(ANNOTATION) != state_digest({**ANNOTATION, field: "other"})


def test_what_changes_with_every_look_is_no_other_state():
    assert state_digest(ANNOTATION) == state_digest({**ANNOTATION, "created_ago": "2 minutes"})


def test_a_usable_time_is_taken_as_it_is():
    assert dated("2026-03-01T10:00:00.000001Z", None, NOW) == (datetime(2026, 3, 1, 10, 0, 0, 1, tzinfo=UTC), "")
    assert dated("2026-03-01T12:00:00+02:00", None, NOW)[0] == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert dated("2026-03-01T10:00:00", None, NOW)[0] == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "yesterday",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-03-03T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_an_absurd_time_is_replaced_by_ours(said):
    made_at, odd = dated(said, None, NOW)
    assert made_at == NOW
    assert "our clock" in odd


TIMES = st.datetimes().map(datetime.isoformat) | st.text(max_size=30)


@given(said=st.lists(TIMES, min_size=2, max_size=8))
def test_a_later_state_is_never_dated_before_an_earlier_one(said):
    last, made = None, []
    for one in said:
        last, _ = dated(one, last, NOW)
        made.append(last)
    assert all(one < other for one, other in pairwise(made))
    assert all(one.tzinfo is not None for one in made)


def test_a_clock_that_went_back_is_told_of():
    last = NOW - timedelta(hours=1)
    made_at, odd = dated("2026-03-01T08:00:00Z", last, NOW)
    assert made_at == last + timedelta(microseconds=1)
    assert "went back" in odd
