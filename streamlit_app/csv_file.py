"""Tables as CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from careatlas.plain_text import for_spreadsheet


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """Return a table as UTF-8 CSV with a byte order mark.

    Text cells that start like a formula get an apostrophe in front; numbers stay numbers; ``None`` is an empty cell.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(header)
    for row in rows:
        table.writerow([for_spreadsheet(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")
