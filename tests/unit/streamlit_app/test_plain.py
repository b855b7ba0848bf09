from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlit_app.plain import in_markdown, plain


@pytest.mark.parametrize(
    "text", ["**bold**", "[a](javascript:1)", "<script>", "`x`", "$x$", "# head", "- item", "a|b", "~x~"]
)
def test_markdown_is_escaped(text: str) -> None:
    escaped = in_markdown(text)
    assert not re.search(r"(?<!\\)[*\[\]()<>`$#|~_-]", escaped)
    assert escaped.replace("\\", "").replace("\u2060", "") == text


@pytest.mark.parametrize(
    "text", [":smile:", ":red[x]", ":material/home:", "https://x.example", "a@b.example", "www.x.example"]
)
def test_what_streamlit_would_turn_into_something_else_is_broken(text: str) -> None:
    shown = in_markdown(text).replace("\\", "")
    assert text not in shown
    assert shown.replace("\u2060", "") == text


def test_file_names_stay_what_they_are_when_copied() -> None:
    assert in_markdown("a-plan_2.pdf").replace("\\", "") == "a-plan_2.pdf"


def test_directions_and_controls_are_shown_not_done() -> None:
    assert plain("a\u202eb\x1b[31m") == "a\\u202eb\\u001b[31m"


def test_long_text_is_cut_and_lines_become_one() -> None:
    assert in_markdown("a\nb " + "c" * 500, limit=10) == "a b ccccc\u2026"


@given(st.text(max_size=100))
def test_no_unescaped_punctuation_and_one_line(text: str) -> None:
    escaped = in_markdown(text, limit=1_000)
    assert "\n" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[!-/:-@\[^-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped))
