from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelling_answer import (
    MAX_CHARACTERS,
    MAX_RESULTS,
    AnswerError,
    ReadAnswer,
    Span,
    read_answer,
)
from annotation.labelling_layout import CODES, SPAN_KINDS, taxonomy_paths
from annotation.reviewing import MAX_NOTE
from careatlas.codebook_file import shipped
from careatlas.errors import InputError

BOOK, TREE = shipped("care-home-integration"), shipped("ehch-v2")
# A character outside the basic plane stands before every span: Label Studio counts characters, not UTF-16 units.
PASSAGE = "\U0001f3e5 From April 2024 the Northside PCN\nhas £1.2m."


def choices(control: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"from_name": control, "to_name": "passage", "type": "choices", "value": {"choices": [*values]}, **more}


def taxonomy(*paths: Any, **more: Any) -> dict[str, Any]:
    value = {"taxonomy": [*paths]}
    return {"from_name": "codes", "to_name": "passage", "type": "taxonomy", "value": value, **more}


def span(start: Any, end: Any, text: Any, *labels: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": [*labels]}
    return {"from_name": "span", "to_name": "passage", "type": "labels", "value": value, "origin": "manual"}


def note(text: Any) -> dict[str, Any]:
    return {"from_name": "note", "to_name": "passage", "type": "textarea", "value": {"text": text}}


BOX = {"from_name": "box", "to_name": "page", "type": "rectanglelabels", "origin": "prediction", "value": {"x": 1.0}}


def answer(*results: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": 1, "was_cancelled": False, "result": [*results], **more}


def read(*results: Any, **more: Any) -> ReadAnswer:
    return read_answer(answer(*results, **more), BOOK, PASSAGE)


def test_an_answer_is_read_field_by_field() -> None:
    start = PASSAGE.index("Northside")
    found = read(
        choices("codes", "discharge", "primary-care", origin="prediction-changed"),
        BOX,
        choices("unsure", "unsure"),
        choices("status", "planned", origin="manual"),
        choices("setting", "older-people"),
        span(7, 17, "April 2024", "start"),
        span(start, start + 13, "Northside PCN", "partner"),
        note(["First line\nsecond"]),
        {"type": "relation", "from_id": "a", "to_id": "b"},
    )
    assert found == ReadAnswer(
        codes=frozenset({"discharge", "primary-care"}),
        unsure=True,
        attributes={"status": "planned", "setting": "older-people"},
        spans=(
            Span(label="start", start=7, end=17, text="April 2024"),
            Span(label="partner", start=start, end=start + 13, text="Northside PCN"),
        ),
        note="First line\nsecond",
    )


def test_nothing_here_is_an_answer_of_its_own() -> None:
    found = read(choices("nothing", "nothing-here"), BOX)
    assert (found.nothing, found.codes, found.unsure) == (True, frozenset(), False)


@pytest.mark.parametrize("book", [BOOK, TREE], ids=lambda book: book.id)
def test_every_code_is_read_as_a_box_and_as_a_path(book: Any) -> None:
    for code, path in taxonomy_paths(book).items():
        for given_result in (choices("codes", code), taxonomy([*path]), taxonomy([code]), taxonomy([*path], [code])):
            assert read_answer(answer(given_result), book, "").codes == {code}


def test_a_mixture_of_names_and_codes_is_refused_and_says_what_it_is() -> None:
    # What Label Studio stored after one click where the pre-labels were display names.
    mixed = taxonomy(["Workforce development"], ["1-primary-care", "1f-oral-health"])
    with pytest.raises(AnswerError, match=r"codes: 'Workforce development' is a display name.*6-workforce"):
        read_answer(answer(mixed), TREE, "")
    with pytest.raises(AnswerError, match="is a display name"):
        read(choices("codes", "discharge from HOSPITAL "))
    with pytest.raises(AnswerError, match="does not lead to 1f-oral-health"):
        read_answer(answer(taxonomy(["Enhanced primary care", "1f-oral-health"])), TREE, "")


def test_white_space_that_the_browser_folds_is_no_other_text() -> None:
    start = PASSAGE.index("PCN")
    found = read(choices("codes", "discharge"), span(start, start + 7, "PCN\\nhas", "partner"))
    assert found.spans[0].text == "PCN\nhas"


OK = choices("codes", "discharge")


@pytest.mark.parametrize(
    ("results", "control", "said"),
    [
        ([], "codes", "no code is ticked"),
        ([choices("codes")], "codes", "no code is ticked"),
        ([choices("unsure", "unsure")], "codes", "no code is ticked"),
        ([OK, choices("nothing", "nothing-here")], "nothing", "together with codes"),
        ([choices("nothing", "nothing-here"), choices("unsure", "unsure")], "nothing", "together with not sure"),
        ([choices("codes", "elsewhere")], "codes", "'elsewhere' is not a code of care-home-integration 0.3.0"),
        ([choices("codes", 7)], "codes", "a choice is not text"),
        ([choices("codes", ["discharge"])], "codes", "a choice is not text"),
        ([taxonomy("discharge")], "codes", "a choice is not text"),
        ([taxonomy([])], "codes", "a choice is not text"),
        ([taxonomy(["axis:1", "discharge"])], "codes", "does not lead to discharge"),
        ([{**OK, "value": {"taxonomy": []}}], "codes", "no list 'choices'"),
        ([{**OK, "value": "discharge"}], "codes", "its value is not an object"),
        ([{**OK, "type": "labels"}], "codes", "its type is 'labels', not taxonomy or choices"),
        ([OK, OK], "codes", "answered twice"),
        ([OK, choices("status", "planned", "stopped")], "status", "more than one value"),
        ([OK, choices("status", "sometime")], "status", "'sometime' is none of its values"),
        ([OK, choices("status", ["planned"])], "status", "is none of its values"),
        ([OK, choices("status", "planned"), choices("status", "stopped")], "status", "answered twice"),
        ([choices("nothing", "yes")], "nothing", "'yes' is none of its values"),
        ([OK, choices("mood", "planned")], "", "no field 'mood'"),
        ([OK, {**OK, "from_name": ["codes"]}], "", "no field ['codes']"),
        ([OK, "text"], "", "a result is not an object"),
        ([OK, {"foo": "bar"}], "", "no field None"),
        ([OK, span(7, 17, "April 2025", "start")], "span", "does not stand at characters 7 to 17"),
        ([OK, span(8, 18, "April 2024", "start")], "span", "does not stand at"),  # UTF-16 units
        ([OK, span(-3, 2, "m.", "start")], "span", "not within the passage"),
        ([OK, span(7, 7, "", "start")], "span", "not within the passage"),
        ([OK, span(7, 1_000, "x", "start")], "span", "not within the passage"),
        ([OK, span(True, 2, " ", "start")], "span", "not whole numbers"),
        ([OK, span(7.0, 17.0, "April 2024", "start")], "span", "not whole numbers"),
        ([OK, span(7, 17, None, "start")], "span", "does not stand at"),
        ([OK, span(7, 17, "April 2024", "when")], "span", "its label is ['when']"),
        ([OK, span(7, 17, "April 2024", "start", "end")], "span", "its label is"),
        ([OK, note(["x" * (MAX_NOTE + 1)])], "note", "2,001 characters"),
        ([OK, note([1])], "note", "not text"),
        ([OK, note(None)], "note", "not text"),
    ],
)
def test_what_the_screen_cannot_have_made_is_refused(results: list[Any], control: str, said: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read(*results)
    assert said in caught.value.what
    assert caught.value.what.startswith(f"{control}: ") or not control
    assert not caught.value.skipped
    assert isinstance(caught.value, InputError)


def test_a_skipped_task_is_told_from_a_wrong_answer() -> None:
    # Label Studio stores the untouched pre-labels with it: nobody said them.
    with pytest.raises(AnswerError, match="skipped") as caught:
        read(OK, was_cancelled=True)
    assert caught.value.skipped
    with pytest.raises(AnswerError, match="neither true nor false") as caught:
        read(OK, was_cancelled="yes")
    assert not caught.value.skipped
    assert read(OK, was_cancelled=None).codes == {"discharge"}


def test_a_draft_is_not_an_answer() -> None:
    with pytest.raises(AnswerError, match="draft"):
        read(OK, was_postponed=False)


def test_an_answer_of_another_size_or_form_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for results, said in (
        ([OK] * (MAX_RESULTS + 1), "501 results"),
        ([OK, note(["x" * MAX_CHARACTERS])], "more than the screen makes"),
        ([OK, {"value": deep}], "nested too deep"),
        ([OK, {"value": {1, 2}}], "not plain data"),
    ):
        with pytest.raises(AnswerError, match=said):
            read(*results)
    for wrong in (None, [], "text", {"result": None}, {"result": {}}, {}):
        with pytest.raises(AnswerError):
            read_answer(wrong, BOOK, PASSAGE)  # type: ignore[arg-type]


def test_a_note_can_be_stored_anywhere() -> None:
    assert read(OK, note(" a\x00b\ud800c ")).note == "a\ufffdb\ufffdc"
    assert read(OK, note(["one", "two"])).note == "one\ntwo"
    assert read(OK).note == ""


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["codes", "choices", "taxonomy", "discharge", "span", "labels", "start", "nothing-here", "note"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(["result", "value", "from_name", "type", "choices", "taxonomy", "start", "end", "text"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
GOOD = answer(
    choices("codes", "discharge", origin="prediction"),
    BOX,
    choices("status", "planned"),
    span(7, 17, "April 2024", "start"),
    note(["text"]),
)


def refused_or_sound(annotation: Any) -> None:
    try:
        found = read_answer(annotation, BOOK, PASSAGE)
    except AnswerError:
        return
    known = {code.id for code in BOOK.codes}
    assert bool(found.codes) != found.nothing
    assert found.codes <= known
    for attribute in BOOK.attributes:
        assert found.attributes.get(attribute.name, attribute.values[0]) in attribute.values
    for one in found.spans:
        assert PASSAGE[one.start : one.end] == one.text
        assert one.text
        assert one.label in SPAN_KINDS
    assert len(found.note) <= MAX_NOTE


@given(annotation=JSON)
def test_any_json_is_read_or_refused(annotation: Any) -> None:
    refused_or_sound(annotation)


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, Mapping) else enumerate(tree) if isinstance(tree, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


@given(place=st.sampled_from(places(GOOD)[1:]), instead=JSON)
def test_a_good_answer_with_anything_put_anywhere_is_read_or_refused(place: tuple[Any, ...], instead: Any) -> None:
    changed = copy.deepcopy(GOOD)
    inner: Any = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = instead
    refused_or_sound(changed)


@given(
    pick=st.sets(st.sampled_from([code.id for code in BOOK.codes]), min_size=1),
    form=st.sampled_from([lambda codes: choices(CODES, *codes), lambda codes: taxonomy(*([one] for one in codes))]),
)
def test_ticked_codes_come_back_whatever_their_form(pick: set[str], form: Callable[[Any], Any]) -> None:
    assert read(form(sorted(pick))).codes == pick
