"""One period of a map on a terminal."""

from __future__ import annotations

import pytest

from careatlas.errors import UsageError
from evaluation.map_view import chosen_period, map_rows, of_period, why_unplaced
from evaluation.policy_map import policy_map
from tests.made_map import CODES, SALFORD, asked, document, said, stands


@pytest.fixture
def found():
    documents = [document("d", "2021-06"), document("s", "2022-06", area_code=SALFORD, area_name="Salford")]
    undated = [document("u"), document("v"), document("w", "2021-06", area_code="", area_name="")]
    return policy_map([stands("i", said("p", "d"))], [*documents, *undated], CODES, asked())


def test_the_last_period_is_shown_unless_one_is_named(found):
    assert chosen_period(found, "") == "2022/23"
    assert chosen_period(found, "2021/22") == "2021/22"
    with pytest.raises(UsageError, match="no period '2021'"):
        chosen_period(found, "2021")
    assert chosen_period(policy_map([], [], CODES, asked()), "") == ""


def test_areas_of_which_nothing_is_known_are_left_out_and_zero_is_a_point(found):
    header, rows = map_rows(of_period(found, "2021/22"))
    assert header == ["area", "name", "documents", "flow", "discharge", "workforce"]
    assert rows == [["E08000003", "Manchester", "1", "1", "1", "."]]
    assert [row[1] for row in map_rows(of_period(found, "2022/23"))[1]] == ["Salford"]


def test_reasons_are_counted_the_commonest_first(found):
    assert list(why_unplaced(found).items()) == [
        ("document: neither the period that it covers nor its date is known", 2),
        ("document: no area was read", 1),
    ]
