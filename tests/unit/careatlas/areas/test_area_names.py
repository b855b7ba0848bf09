"""Names of areas: what makes two ways of writing one name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area import AreaKind
from careatlas.areas.area_names import core_name, kinds_named, plain_name


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Telford & Wrekin", "telford AND wrekin"),
        ("Bath and North East Somerset", "Bath & North  East Somerset"),
        ("The Isle of Wight", "Isle of Wight"),
        ("King's Lynn", "Kings Lynn"),
        ("King’s Lynn", "King's Lynn"),
        ("St. Helens", "St Helens"),
        ("Stoke-on-Trent", "Stoke on Trent"),
    ],
)
def test_writing_does_not_matter(first: str, second: str) -> None:
    assert plain_name(first) == plain_name(second)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("London Borough of Hackney", "hackney"),
        ("Hackney Council", "hackney"),
        ("Royal Borough of Kingston upon Thames", "kingston upon thames"),
        ("Manchester City Council", "manchester"),
        ("Bury Metropolitan Borough Council", "bury"),
        ("Herefordshire, County of", "herefordshire"),
        ("County Durham", "durham"),
        ("NHS Derby and Derbyshire Integrated Care Board", "derby and derbyshire"),
        ("NHS Fylde & Wyre CCG", "fylde and wyre"),
        ("City of London", "city of london"),
        ("City of London Corporation", "city of london"),
        ("Borough Council", "borough council"),  # nothing but such words: left as it is
    ],
)
def test_the_place_is_what_is_left(name: str, core: str) -> None:
    assert core_name(name) == core


def test_words_of_the_health_service_say_which_kinds_are_meant() -> None:
    assert kinds_named("NHS Leeds CCG") == (AreaKind.CCG,)
    assert kinds_named("Kent and Medway Integrated Care Boards") == (AreaKind.ICB,)
    assert AreaKind.ICB not in kinds_named("Leeds")
    assert set(kinds_named("NHS Leeds")) >= {AreaKind.ICB, AreaKind.CCG}
    assert kinds_named("West Midlands Combined Authority") == (AreaKind.COMBINED_AUTHORITY,)
    assert AreaKind.DISTRICT not in kinds_named("Rutland County Council")


@given(st.text(max_size=60))
def test_a_core_is_plain_and_stays_as_it_is(name: str) -> None:
    once = core_name(name)
    assert plain_name(once) == once
    assert plain_name(plain_name(name)) == plain_name(name)


def test_rubbish_of_a_hundred_thousand_characters_takes_no_time() -> None:
    started = time.process_time()
    for unit in ("city of ", "-", "a", "& "):
        core_name(unit * (100_000 // len(unit)))
    assert time.process_time() - started < 2
