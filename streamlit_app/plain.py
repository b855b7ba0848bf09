"""Text from plans, links and codebooks made safe for elements that would read it as Markdown."""

from __future__ import annotations

import re

from careatlas.plain_text import for_terminal

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"  # of no width: keeps what _TURNED finds from being made into an emoji, an icon or a link
_TURNED = re.compile(r"(\\[:@]|[wW]{3}(?=\\\.))")
MAX_SHOWN = 200  # characters of an identifier or title in a message


def plain(text: str) -> str:
    """Return ``text`` for an element that shows it word by word: control and direction characters as escapes."""
    return for_terminal(text)


def in_markdown(text: str, *, limit: int = MAX_SHOWN) -> str:
    """Return ``text`` so that a Markdown element shows its characters and nothing else.

    Every ASCII punctuation mark is escaped, line breaks become spaces, and what is longer than ``limit`` characters is
    cut with an ellipsis.
    """
    line = " ".join(plain(text).split())
    cut = line if len(line) <= limit else line[: limit - 1] + "\u2026"
    escaped = _PUNCTUATION.sub(r"\\\1", cut)
    return _TURNED.sub(rf"\1{_WORD_JOINER}", escaped)
