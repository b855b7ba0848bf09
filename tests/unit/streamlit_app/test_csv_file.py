from __future__ import annotations

import csv
import io

from streamlit_app.csv_file import csv_bytes


def test_formulas_are_text_and_numbers_are_numbers() -> None:
    data = csv_bytes(("name", "share"), [('=HYPERLINK("http://x")', -1.5), ("@a", None), ("plain, with comma", 2)])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["name", "share"], ['\'=HYPERLINK("http://x")', "-1.5"], ["'@a", ""], ["plain, with comma", "2"]]


def test_spreadsheets_know_the_encoding() -> None:
    assert csv_bytes(("a",), [("\u00e9",)]).startswith(b"\xef\xbb\xbf")
