"""Identifiers of people's work: equal work, equal name; anything else, another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import answer_id, event_id, task_key


@given(
    st.tuples(st.text(), st.text(), st.text(), st.integers(0, 3)),
    st.tuples(st.text(), st.text(), st.text(), st.integers(0, 3)),
)
def test_a_task_has_one_key(one: tuple[str, str, str, int], other: tuple[str, str, str, int]) -> None:
    assert (task_key(*one) == task_key(*other)) == (one == other)


@given(st.lists(st.text(), max_size=4))
def test_answers_and_events_of_equal_parts_have_different_kinds_of_names(parts: list[str]) -> None:
    assert answer_id(*parts)[0] == "a"
    assert event_id(*parts)[0] == "e"
    assert answer_id(*parts)[1:] == event_id(*parts)[1:]
