"""Text from outside in Markdown: shown, and nothing else."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.markdown_text import markdown_table, markdown_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Care quality within the home", "Care quality within the home"),
        ("a | b", r"a \| b"),
        ("*bold* _soft_ `code`", r"\*bold\* \_soft\_ \`code\`"),
        ("[click](javascript:alert(1))", r"\[click\](javascript:alert(1))"),
        ("![x](y)", r"\!\[x\](y)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("a & b &lt;", "a &amp; b &amp;lt;"),
        ("# title\n\n- list\r\n> quote", r"\# title - list &gt; quote"),
        (
            "see https://example.invalid and www.example.invalid",
            r"see https\://example.invalid and www\.example.invalid",
        ),
        ("@everyone ~~gone~~ $x$", r"\@everyone \~\~gone\~\~ \$x\$"),
        ("red \x1b[31m", r"red \\u001b\[31m"),
        ("---", "---"),
    ],
)
def test_what_it_becomes(text, shown):
    assert markdown_text(text) == shown


@given(st.text())
def test_it_reads_as_the_text_does_and_is_one_line(text):
    shown = markdown_text(text)
    assert "\n" not in shown
    assert "\r" not in shown
    assert "<" not in shown
    assert ">" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[|`*\[\]]", shown)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"))))
def test_it_can_be_read_back(text):
    shown = markdown_text(text)
    assert html.unescape(re.sub(r"\\([\\`*_{}\[\]#|~!$@:.])", r"\1", shown)) == text


def test_a_table_has_as_many_cells_in_every_line(hostile_texts):
    rows = [[markdown_text(text), "1"] for text in hostile_texts]
    lines = markdown_table(["text", "n"], rows)
    assert len(lines) == 2 + len(rows)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
