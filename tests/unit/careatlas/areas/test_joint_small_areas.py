"""Joining two tables that have one half each."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.joint_small_areas import joint_small_areas
from careatlas.errors import InputError


def test_a_code_in_both_tables_keeps_its_small_areas_and_the_rest_has_one_way() -> None:
    joint = joint_small_areas(
        [("kept", "north", 5), ("old", "north", 7), ("old", "south", 2)],
        [("kept", "north", 5), ("new", "north", 7), ("new", "south", 1), ("other", "south", 1)],
    )
    assert joint.cells == {
        ("kept", "kept", "north"): 5,
        ("old", "new", "north"): 7,
        ("old", "new", "south"): 1,
        ("old", "other", "south"): 1,
    }
    assert (joint.by_code, joint.by_rest, joint.open_districts) == (5, 9, ())


def test_what_the_margins_do_not_settle_is_left_open_and_named() -> None:
    joint = joint_small_areas([("a", "x", 1), ("b", "x", 1)], [("c", "x", 1), ("d", "x", 1)])
    assert joint.open_districts == ("x",)
    assert joint.cells == {}


def test_tables_that_count_differently_are_refused() -> None:
    with pytest.raises(InputError, match="x has 2 small areas in one table and 1 in the other"):
        joint_small_areas([("a", "x", 2)], [("a", "x", 1)])
    with pytest.raises(InputError, match="y has 0"):
        joint_small_areas([("a", "x", 1)], [("a", "x", 1), ("a", "y", 1)])


TRUTH = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(1, 9), max_size=8
)


@given(TRUTH)
def test_both_tables_come_back_from_what_was_joined(truth: dict[tuple[str, str, str], int]) -> None:
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for (old, new, district), count in truth.items():
        before[old, district] += count
        after[new, district] += count
    joint = joint_small_areas(
        [(code, district, count) for (code, district), count in before.items()],
        [(code, district, count) for (code, district), count in after.items()],
    )
    for margin, at in ((before, 0), (after, 1)):
        found: Counter[tuple[str, str]] = Counter()
        for cell, count in joint.cells.items():
            found[cell[at], cell[2]] += count
        closed = {key: count for key, count in margin.items() if key[1] not in joint.open_districts}
        assert {key: count for key, count in found.items() if key[1] not in joint.open_districts} == closed
    assert joint.by_code + joint.by_rest == sum(joint.cells.values())
