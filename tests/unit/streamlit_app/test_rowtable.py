from __future__ import annotations

from streamlit_app.rowtable import Figure, Link, table_data


def test_cells_say_what_they_are() -> None:
    link = Link(text="<b>x</b>", page="evidence", query={"document": "d1&x=1"})
    (row,) = table_data("c", ("a",), [[link, 1234, None, Figure("1.5%"), "=A1\u202e"]])["rows"]
    assert row[0] == {
        "text": "<b>x</b>",
        "href": "evidence?document=d1%26x%3D1",
        "page": "evidence",
        "query": {"document": "d1&x=1"},
    }
    assert row[1] == {"text": "1,234", "number": True}
    assert row[2] == {"text": "\u2013", "number": True}
    assert row[3] == {"text": "1.5%", "number": True}
    assert row[4] == {"text": "=A1\\u202e"}
