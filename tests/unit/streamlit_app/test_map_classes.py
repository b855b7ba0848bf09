from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamlit_app.map_classes import COLOURS, MapClasses, map_classes, share_classes

counts = st.lists(st.integers(0, 500), max_size=160)
shares = st.lists(st.floats(0.001, 1), min_size=1, max_size=160)


def test_classes_of_counts_hold_about_as_many_areas_each() -> None:
    classes = map_classes([0, 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55])
    assert classes.bounds == (1, 3, 8, 21, 55)
    assert classes.texts == ("1", "2\u20133", "4\u20138", "9\u201321", "22\u201355")


def test_few_different_counts_make_few_classes_with_far_shades() -> None:
    classes = map_classes([1, 1, 1, 2, 2, 2])
    assert classes.texts == ("1", "2")
    assert classes.colours == (0, 4)
    assert map_classes([7]).colours == (4,)


@pytest.mark.parametrize("values", [[], [0, 0]])
def test_without_a_value_above_zero_there_is_no_class(values: list[float]) -> None:
    assert map_classes(values).bounds == ()


def test_other_numbers_go_in_even_round_steps() -> None:
    assert map_classes([0.11, 0.31, 0.93]).bounds == (0.2, 0.4, 0.6, 0.8, 1.0)
    assert map_classes([0.5, 3.2]).texts == ("over 0 to 1", "over 1 to 2", "over 2 to 3", "over 3 to 4")


def test_shares_are_written_as_percentages() -> None:
    classes = share_classes()
    assert classes.texts[0] == "over 0% to 20%"
    assert [classes.colour(value) for value in (0.01, 0.2, 0.21, 1.0)] == [0, 0, 1, 4]


def test_large_numbers_have_separators() -> None:
    assert map_classes([1_200, 34_000]).texts == ("1\u20131,200", "1,201\u201334,000")


@given(counts)
def test_every_count_is_in_the_class_that_the_legend_names(values: list[int]) -> None:
    classes = map_classes(values)
    lows = (0.0, *classes.bounds[:-1])
    for value in values:
        if value:
            (inside,) = [i for i, high in enumerate(classes.bounds) if lows[i] < value <= high]
            assert classes.colour(value) == classes.colours[inside]
    assert len(classes.bounds) <= COLOURS
    assert len(set(classes.colours)) == len(classes.bounds)


@given(shares)
def test_the_last_bound_reaches_the_greatest_value(values: list[float]) -> None:
    classes = map_classes(values)
    assert max(values) <= classes.bounds[-1] * (1 + 1e-6)
    assert 1 <= len(classes.bounds) <= COLOURS
    assert classes.colour(max(values)) == COLOURS - 1


@given(st.lists(st.floats(0, 100), max_size=60))
@example([5e-324])
@example([1e-299, 5e-324])
def test_a_greater_value_is_never_paler(values: list[float]) -> None:
    classes = map_classes(values)
    shades = [classes.colour(value) for value in sorted(values) if value > 0]
    assert shades == sorted(shades)


def test_what_is_above_fixed_bounds_has_the_strongest_shade() -> None:
    assert MapClasses((1, 3), whole=True).colour(math.inf) == COLOURS - 1


@pytest.mark.parametrize("bounds", [(0,), (-1, 2), (2, 1), (1, 1), (1, 2, 3, 4, 5, 6), (math.nan,)])
def test_bounds_that_make_no_classes_are_refused(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="must rise"):
        MapClasses(bounds)
