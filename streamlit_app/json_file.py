"""Rows as a JSON file, the same as in the CSV file beside it."""

from __future__ import annotations

import json
from typing import Any


def json_bytes(rows: Any) -> bytes:
    """Return plain data as indented UTF-8 JSON; what is missing is ``null``."""
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
