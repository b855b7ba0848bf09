"""The heat matrix as data."""

from __future__ import annotations

from datetime import date

from careatlas.identifiers import Code
from evaluation.policy_map import policy_map
from streamlit_app.heatmatrix import BOUNDS, MatrixRow, matrix_data
from streamlit_app.matrix_page import matrix_rows
from tests.made_map import CODES, MANCHESTER, SALFORD, asked, document, said, span, stands


def test_missing_stays_missing_and_text_is_plain():
    row = MatrixRow(name="<b>A\u202eB", query={"area": "E1", "code": "a&b"}, cells=(None, 0, 3))
    data = matrix_data("said", (("x", "X"), ("y", "Y"), ("z", "Z")), [row])
    (drawn,) = data["rows"]
    assert drawn["cells"] == [None, 0, 3]
    assert "\u202e" not in drawn["name"]
    assert drawn["href"] == "area?area=E1&code=a%26b"
    assert list(BOUNDS) == sorted(set(BOUNDS))


def test_rows_are_the_areas_that_something_is_known_of():
    running = span("2023-05-01", "2023-09-01")
    told = stands("i1", said("e1", "d1", said_on="2023-06", codes=(Code("discharge"),), period=running))
    other = document("d2", "2023-06", area_code=SALFORD, area_name="Salford")
    request = asked(first=date(2023, 4, 1), last=date(2023, 4, 1))
    found = policy_map([told], [document("d1", "2023-06"), other], CODES, request)
    rows = matrix_rows(found, {"period": "2023/24"})
    assert [(row.name, row.cells) for row in rows] == [("Manchester", (1, 1, 0)), ("Salford", (0, 0, 0))]
    assert rows[0].query == {"period": "2023/24", "area": MANCHESTER}
