"""Boxes on a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.geometry import Box, union

points = st.floats(-2_000, 2_000)
boxes = st.tuples(points, points, points, points).map(
    lambda four: Box(x0=min(four[0], four[2]), y0=min(four[1], four[3]), x1=max(four[0], four[2]), y1=max(four[1:4:2]))
)


def test_a_box_knows_its_size_and_its_numbers():
    box = Box.of([10, 20, 110, 50])
    assert (box.width, box.height) == (100, 30)
    assert box.as_list() == [10, 20, 110, 50]
    assert Box.of(box.as_list()) == box


@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [1, 2, 3, 4, 5]])
def test_a_box_has_four_numbers(numbers: list[float]):
    with pytest.raises(ValueError, match="unpack"):
        Box.of(numbers)


@given(st.lists(boxes, min_size=1, max_size=8))
def test_the_union_holds_every_box_and_touches_one_on_each_side(items: list[Box]):
    whole = union(items)
    assert all(whole.holds(item, slack=0) for item in items)
    assert whole.x0 in {item.x0 for item in items}
    assert whole.y0 in {item.y0 for item in items}
    assert whole.x1 in {item.x1 for item in items}
    assert whole.y1 in {item.y1 for item in items}


@given(st.lists(boxes, min_size=2, max_size=6), st.randoms())
def test_the_union_does_not_depend_on_order_or_grouping(items: list[Box], random):
    shuffled = random.sample(items, len(items))
    assert union(shuffled) == union(items) == union([union(items[:1]), union(items[1:])])


def test_the_union_of_nothing_is_no_box():
    with pytest.raises(ValueError, match="no boxes"):
        union(iter(()))


def test_holding_allows_a_little_slack_and_no_more():
    page = Box(x0=0, y0=0, x1=100, y1=100)
    assert page.holds(Box(x0=-0.5, y0=0, x1=100.5, y1=100))
    for outside in (
        Box(x0=-0.6, y0=0, x1=50, y1=50),
        Box(x0=0, y0=-0.6, x1=50, y1=50),
        Box(x0=0, y0=0, x1=100.6, y1=50),
        Box(x0=0, y0=0, x1=50, y1=100.6),
    ):
        assert not page.holds(outside)
        assert page.holds(outside, slack=1)
