"""One line of JSON lines that came from outside."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


class JsonLineError(ValueError):
    """A line is not one JSON object; the message says why in a few words."""


def json_object(line: bytes) -> dict[str, Any]:
    """Return the object of a line.

    Raises
    ------
    JsonLineError
        If it is not UTF-8, not one object, or has a key twice: JSON's usual reader keeps the last of two equal keys,
        and so loses an answer without a word.
    """
    try:
        row = json.loads(line.decode("utf-8"), object_pairs_hook=_once_each)
    except UnicodeDecodeError as error:
        raise JsonLineError("not UTF-8: save the file as UTF-8") from error
    except JsonLineError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonLineError("not a JSON object of one line") from error
    if not isinstance(row, dict):
        raise JsonLineError("not a JSON object of one line")
    return row


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        ((doubled, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise JsonLineError(f"the key {doubled[:40]!r} stands twice in one object")
    return row
