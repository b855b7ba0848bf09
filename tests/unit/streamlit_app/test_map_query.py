"""The map's numbers: one for each area, each initiative once, and what is missing is not zero."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from careatlas.areas.area import Level
from careatlas.areas.area_register import area_register
from careatlas.identifiers import Code
from careatlas.initiative import InitiativeStatus
from careatlas.reviewed_initiative import Provenance, Replay
from evaluation.map_grid import Grid, grid_over, grid_period
from streamlit_app.areamap import AreaState
from streamlit_app.initiative_data import Shown
from streamlit_app.map_query import (
    CSV_HEADER,
    AreaSeen,
    MapAsked,
    MapSeen,
    area_values,
    cells,
    csv_cells,
    json_rows,
    map_of_all_years,
    map_seen,
    opening_period,
)
from tests.made_map import BURNLEY, CODES, LANCASHIRE, MANCHESTER, SALFORD, document, said, span, stands

YEAR = grid_period(Grid.FINANCIAL_YEAR, date(2023, 6, 1))


def shown(*initiatives: Any, documents: tuple[Any, ...] = ()) -> Shown:
    replay = Replay(initiatives=initiatives, vanished=(), unapplied=())
    return Shown(replay=replay, documents=documents, surveys=(), token="t")


def asked(**changes: Any) -> MapAsked:
    return MapAsked(**{"codes": CODES, "period": YEAR, **changes})


def seen_of(found: MapSeen, code: str) -> AreaSeen:
    return next(one for one in found.areas if one.code == code)


@pytest.fixture
def two() -> Shown:
    """One plan of Manchester and one of Burnley, with three initiatives; nothing of Salford."""
    plans = (
        document("d1", "2023-06"),
        document("d2", "2023-06", area_code=BURNLEY, area_name="Burnley"),
        document("d3", "2023-06", copy_of="d1"),
    )
    running = span("2023-05-01", "..")
    both = stands(
        "i1", said("e1", "d1", said_on="2023-06", codes=(Code("discharge"), Code("workforce")), period=running)
    )
    sure = stands("i2", said("e2", "d1", "planned", said_on="2023-06", codes=(Code("discharge"),), period=running),
                  provenance=Provenance.CONFIRMED)  # fmt: skip
    other = stands("i3", said("e3", "d2", said_on="2023-06", area_code=BURNLEY, area_name="Burnley", period=running))
    return shown(both, sure, other, documents=plans)


def test_an_initiative_with_several_codes_counts_once(two):
    found = seen_of(map_seen(two, asked()), MANCHESTER)
    assert (found.count, found.confirmed, found.documents) == (2, 1, 1)
    assert found.initiative_ids == ("i1", "i2")
    assert (found.first_seen, found.strongest) == (date(2023, 5, 1), InitiativeStatus.IN_PLACE)


def test_a_district_counts_for_its_county_and_silence_is_missing(two):
    found = map_seen(two, asked())
    assert seen_of(found, LANCASHIRE).count == 1
    assert seen_of(found, SALFORD).count is None
    assert found.missing == len(area_register().of_level(Level.UTLA, date(2024, 3, 31))) - 2
    assert found.copies == 1


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ({"code": "workforce"}, 1),
        ({"code": "flow"}, 2),  # above discharge
        ({"status": "planned"}, 1),
        ({"status": "stopped"}, 0),
        ({"confirmed_only": True}, 1),
        ({"setting": "care-home"}, 0),
    ],
)
def test_filters(two, what, count):
    assert seen_of(map_seen(two, asked(**what)), MANCHESTER).count == count


def test_a_year_without_a_document_is_known_only_from_others(two):
    earlier = asked(period=grid_period(Grid.FINANCIAL_YEAR, date(2022, 6, 1)))
    assert seen_of(map_seen(two, earlier), MANCHESTER).count is None
    old = stands("i4", said("e4", "d1", said_on="2023-06", period=span("2022-05-01", "..")))
    found = seen_of(map_seen(shown(old, documents=two.documents), earlier), MANCHESTER)
    assert (found.count, found.documents) == (1, 0)
    values = area_values(map_seen(shown(old, documents=two.documents), earlier))
    assert values[MANCHESTER].state is AreaState.LOW
    assert values[SALFORD].state is AreaState.MISSING
    assert values[SALFORD].value is None


def test_what_a_tile_says(two):
    values = area_values(map_seen(two, asked()))
    assert (values[MANCHESTER].value, values[MANCHESTER].text) == (2, "2")
    assert values[MANCHESTER].label == "2 initiatives, 1 confirmed by people"
    assert values[LANCASHIRE].label == "1 initiative, 0 confirmed by people"


def test_what_has_no_place_is_listed():
    nowhere = stands("i5", said("e5", "d9", area_code="", area_name="", period=span("2023-05-01", "2023-07-01")))
    found = map_seen(shown(nowhere, documents=(document("d9", "2023-06", area_code="", area_name=""),)), asked())
    assert {(one.kind, one.name) for one in found.unplaced} == {("initiative", "i5"), ("document", "d9")}


def test_periods_run_from_the_first_to_the_last_and_leave_out_centuries(two):
    old = stands("i6", said("e6", "d1", said_on="2023-06", period=span("1948-07-05", "..")))
    told = shown(old, *two.replay.initiatives, documents=two.documents)
    names = [one.name for one in map_of_all_years(told, CODES).periods]
    assert names[0] == "2010/11"
    assert names[-1] == "2023/24"
    assert len(names) == 14


@pytest.mark.parametrize(
    ("today", "opens"),
    [
        (date(2026, 1, 1), "2023/24"),  # two later years are only read about
        (date(2023, 4, 1), "2023/24"),
        (date(2023, 3, 31), "2022/23"),  # nothing runs yet: the last that has begun
        (date(2001, 1, 1), "2022/23"),  # none has begun: the first
    ],
)
def test_the_map_opens_on_the_last_year_in_which_something_runs(two, today, opens):
    years = grid_over(Grid.FINANCIAL_YEAR, date(2022, 6, 1), date(2025, 6, 1))
    assert opening_period(map_of_all_years(two, CODES).cells, years, today) == opens


def test_one_new_paper_does_not_open_an_empty_map():
    areas = (MANCHESTER, SALFORD, BURNLEY)
    known = [
        stands(
            f"i{code}",
            said(f"e{code}", "d1", said_on="2022-06", area_code=code, period=span("2022-05-01", "2023-03-01")),
        )
        for code in areas
    ]
    new = stands("inew", said("enew", "d2", said_on="2024-06", period=span("2024-05-01", "2024-07-01")))
    years = grid_over(Grid.FINANCIAL_YEAR, date(2022, 6, 1), date(2025, 6, 1))
    assert opening_period(map_of_all_years(shown(*known, new), CODES).cells, years, date(2026, 1, 1)) == "2022/23"
    assert opening_period(map_of_all_years(shown(new), CODES).cells, years, date(2026, 1, 1)) == "2024/25"


def test_without_any_initiative_it_opens_on_the_last_that_has_begun():
    years = grid_over(Grid.FINANCIAL_YEAR, date(2022, 6, 1), date(2050, 6, 1))
    assert opening_period(map_of_all_years(shown(), CODES).cells, years, date(2025, 6, 1)) == "2025/26"


def test_the_day_of_a_period_is_its_last_and_never_to_come():
    assert asked().on == date(2024, 3, 31)
    future = asked(period=grid_period(Grid.FINANCIAL_YEAR, date(2090, 6, 1)))
    assert future.on < date(2090, 1, 1)


def test_table_and_files_say_the_same(two):
    found = map_seen(two, asked(code="discharge"))
    one = seen_of(found, MANCHESTER)
    row = dict(zip(CSV_HEADER, csv_cells(one, asked(code="discharge")), strict=True))
    assert (row["initiatives"], row["confirmed_share"], row["code"]) == (2, 0.5, "discharge")
    assert row["confirmed_low_95"] < 0.5 < row["confirmed_high_95"]
    assert cells(one, {"period": "2023/24"})[0].query == {"period": "2023/24", "area": MANCHESTER}
    plain = json_rows(found, asked(code="discharge"))
    missing = next(line for line in plain if line["area_code"] == SALFORD)
    assert (missing["initiatives"], missing["initiative_ids"]) == (None, [])
    assert next(line for line in plain if line["area_code"] == MANCHESTER)["initiative_ids"] == ["i1", "i2"]
