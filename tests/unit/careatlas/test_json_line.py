"""One line from outside is one object, or an error that says why."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.json_line import JsonLineError, json_object

VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_an_object_comes_back(row: dict[str, object]) -> None:
    assert json_object(json.dumps(row).encode()) == row


@given(st.binary(max_size=40))
def test_nothing_else_is_raised(line: bytes) -> None:
    with suppress(JsonLineError):
        assert isinstance(json_object(line), dict)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\xff{}", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b"{", "not a JSON object"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"x": {"b": 1, "b": 2}}', "'b' stands twice"),
        (b"[" * 100_000, "not a JSON object"),
    ],
)
def test_what_is_wrong_is_said(line: bytes, why: str) -> None:
    with pytest.raises(JsonLineError, match=why):
        json_object(line)
