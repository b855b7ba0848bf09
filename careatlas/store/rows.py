"""From a dataclass to the values of a row."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from careatlas.errors import StoreError
from careatlas.passage import Passage


def row_of(item: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as values of a row; times in UTC, so that they sort as text.

    Raises
    ------
    StoreError
        If a time has no zone.
    """
    assert is_dataclass(item)  # noqa: S101
    return {one.name: _value(one.name, getattr(item, one.name)) for one in fields(item)}


def place_of(item: Passage) -> dict[str, Any]:
    """Return where a passage stands and its words, so that a new parser version can find it again."""
    return {
        "document_id": item.document_id,
        "page": item.page,
        "boxes": msgspec.json.encode([box.as_list() for box in item.boxes]).decode(),
        "text": item.text,
    }


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise StoreError(f"the time {name} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
