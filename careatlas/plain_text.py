"""Text from outside made safe to show: on a terminal, and in a table that a spreadsheet opens."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

# Characters that turn the direction of what follows; on a terminal they can make one name look like another.
_DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last four: full width


def for_terminal(text: str) -> str:
    """Return ``text`` with control and direction characters written as escapes, so that they act on no terminal."""
    return "".join(character if not _acts(character) else f"\\u{ord(character):04x}" for character in text)


def for_spreadsheet(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it instead of running it.

    A cell that starts like a formula gets an apostrophe in front (OWASP, "CSV Injection"). Only for text columns:
    numbers are written as numbers, so that a minus sign survives.
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def for_store(path: Path | str) -> str:
    """Return a path as text that every store takes: bytes of a name that are not UTF-8 are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _acts(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _DIRECTION
