"""The map: missing is not zero, nothing counts twice, and what cannot be placed is listed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area import Level
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import DocumentId
from careatlas.initiative import InitiativeStatus
from careatlas.reviewed_initiative import Provenance
from careatlas.share_interval import share_interval
from evaluation.map_grid import Grid
from evaluation.policy_map import PolicyMap, policy_map
from tests.made_map import BURNLEY, CODES, LANCASHIRE, MANCHESTER, SALFORD, asked, document, said, span, stands

IN_PLACE, PLANNED = InitiativeStatus.IN_PLACE, InitiativeStatus.PLANNED
D21, D23 = document("d21", "2021-06"), document("d23", "2023-06")
TEAM = stands("team", said("a", "d21"))


def mapped(initiatives=(), documents=(D21, D23), surveys=(), **request) -> PolicyMap:
    return policy_map(initiatives, documents, CODES, asked(**request), surveys)


def cell(found: PolicyMap, period="2021/22", code="discharge", area=MANCHESTER):
    (one,) = [one for one in found.cells if (one.area_code, one.period, one.code) == (area, period, code)]
    return one


def counts(found: PolicyMap, code="discharge", area=MANCHESTER) -> dict[str, int | None]:
    return {one.period: one.count for one in found.cells if (one.area_code, one.code) == (area, code)}


def test_read_and_nothing_found_is_zero_and_nothing_read_is_missing():
    found = mapped([TEAM])
    assert counts(found) == {"2021/22": 1, "2022/23": None, "2023/24": 0}
    assert counts(found, "workforce") == {"2021/22": 0, "2022/23": None, "2023/24": 0}
    assert [cell(found, period).documents_read for period in counts(found)] == [1, 0, 1]


def test_an_initiative_known_to_run_counts_where_no_document_was_read():
    since = stands("since", said("a", "d23", period=span("2020-05-01", "..")))
    found = mapped([since], [D23])
    assert counts(found) == {"2020/21": 1, "2021/22": 1, "2022/23": 1, "2023/24": 1}
    assert counts(found, "workforce") == {"2020/21": None, "2021/22": None, "2022/23": None, "2023/24": 0}
    assert cell(found, "2023/24").first_seen == date(2020, 5, 1)


def test_every_area_period_and_code_has_one_cell():
    found = mapped([TEAM], [D21, D23, document("s", "2022", area_code=SALFORD, area_name="Salford")])
    keys = [(one.area_code, one.period, one.code) for one in found.cells]
    assert len(keys) == len(set(keys)) == 2 * 3 * 3
    assert [one.name for one in found.areas] == ["Manchester", "Salford"]
    assert counts(found, area=SALFORD) == {"2021/22": None, "2022/23": 0, "2023/24": None}


def test_a_code_counts_what_those_below_it_count_each_initiative_once():
    both = stands("both", said("a", "d21", codes=("discharge", "flow")))
    found = mapped([both, TEAM])
    assert (cell(found).count, cell(found, code="flow").count) == (2, 2)
    assert cell(found, code="flow").initiative_ids == ("both", "team")
    assert cell(found, code="workforce").count == 0


def test_rejected_initiatives_and_copies_do_not_count():
    no = stands("no", said("a", "d21"), provenance=Provenance.REJECTED)
    found = mapped([no], [D21, document("copy", "2021", copy_of=DocumentId("d21"))])
    assert cell(found).count == 0
    assert cell(found).documents_read == 1
    assert found.copies == 1


def test_the_share_that_people_confirmed_comes_with_its_interval():
    seen = [
        stands(f"i{n}", said(f"p{n}", "d21"), provenance=how)
        for n, how in enumerate([Provenance.CONFIRMED, Provenance.EDITED, Provenance.MACHINE, Provenance.MACHINE])
    ]
    found = cell(mapped(seen))
    assert found.confirmed_share == 0.5
    assert (found.confirmed_low, found.confirmed_high) == pytest.approx(share_interval(0.5, 4, 1.96), abs=1e-4)
    assert cell(mapped(seen), code="workforce").confirmed_share is None
    only = cell(mapped(seen, confirmed_only=True))
    assert (only.count, only.confirmed_share, only.initiative_ids) == (2, 1.0, ("i0", "i1"))


def test_the_strongest_status_is_that_of_the_time():
    parts = said("a", "d21", "planned", said_on="2021"), said("b", "d23", said_on="2023")
    one, dream = stands("one", *parts), stands("dream", said("c", "d21", "aspiration"))
    found = mapped([one, dream])
    assert cell(found, "2021/22").strongest_status is PLANNED
    assert cell(found, "2023/24").strongest_status is IN_PLACE
    assert cell(found, "2021/22", "workforce").strongest_status is None
    assert counts(mapped([one, dream], statuses=(IN_PLACE,))) == {"2021/22": 0, "2022/23": None, "2023/24": 1}
    assert counts(mapped([one, dream], statuses=(PLANNED,)))["2022/23"] == 1


def test_settings_codes_and_periods_can_be_asked_for():
    home = stands("home", said("a", "d21", setting="care-home"))
    found = mapped([home, TEAM], settings=("care-home",), codes=("discharge",), last=date(2021, 4, 1))
    assert [(one.code, one.period, one.initiative_ids) for one in found.cells] == [("discharge", "2021/22", ("home",))]
    assert [one.name for one in mapped([home], first=date(2022, 4, 1)).periods] == ["2023/24"]


def test_a_code_that_is_no_column_is_refused():
    with pytest.raises(UsageError, match="no code wrong"):
        mapped([TEAM], codes=("wrong",))


@pytest.mark.parametrize(
    ("grid", "periods"),
    [(Grid.YEAR, ["2021", "2023"]), (Grid.ALL, ["all"]), (Grid.QUARTER, ["2021 Q2", "2023 Q2"])],
)
def test_grids_cut_time(grid, periods):
    found = mapped([TEAM], grid=grid)
    known = [one.period for one in found.cells if one.code == "discharge" and one.count is not None]
    assert known == periods
    assert sum(one.count or 0 for one in found.cells if one.code == "discharge") == 1


def test_a_plan_that_covers_years_was_read_for_each_of_them():
    plan = document("plan", "2022-01", covers=span("2022-04-01", "2024-04-01"))
    assert counts(mapped([], [plan])) == {"2022/23": 0, "2023/24": 0}
    assert counts(mapped([stands("one", said("a", "plan"))], [plan])) == {"2022/23": 1, "2023/24": 1}


def test_what_cannot_be_placed_is_listed_with_the_reason():
    documents = [D21, document("undated"), document("nowhere", "2021", area_code="", area_name="the borough")]
    lost = [
        stands("lost", said("a", "undated")),
        stands("far", said("a", "d21"), area_code="", area_name=""),
    ]
    found = mapped(lost, documents)
    assert {(one.kind, one.name): one.why for one in found.unplaced} == {
        ("document", "undated"): "neither the period that it covers nor its date is known",
        ("document", "nowhere"): "no code is known for 'the borough'",
        ("initiative", "lost"): "no period is stated, and none of its documents can be dated",
        ("initiative", "far"): "no area was read",
    }
    coarse = mapped([], [document("year", "2021")], grid=Grid.QUARTER)
    assert coarse.unplaced[0].why == "its date is too coarse for these periods"
    assert mapped(lost, documents, grid=Grid.ALL).unplaced[0].name == "nowhere"


def test_all_time_has_no_first_or_last_day():
    with pytest.raises(UsageError, match="cannot begin or end"):
        policy_map([], [], CODES, asked(grid=Grid.ALL, last=date(2023, 1, 1)))


def test_districts_roll_up_to_their_county_and_divided_areas_are_not_multiplied():
    documents = [
        document("district", "2023-06", area_code=BURNLEY, area_name="Burnley"),
        document("county", "2023-06", area_code=LANCASHIRE, area_name="Lancashire"),
        document("board", "2023-06", area_code="E54000057", area_name="NHS Greater Manchester"),
    ]
    one = stands("one", said("a", "district"), area_code=BURNLEY, area_name="Burnley")
    wide = stands("wide", said("a", "board"), area_code="E54000057", area_name="NHS Greater Manchester")
    found = mapped([one, wide], documents, level=Level.UTLA)
    assert len(found.areas) == 153
    here = cell(found, "2023/24", area=LANCASHIRE)
    assert (here.count, here.documents_read) == (1, 2)
    assert counts(found, area=MANCHESTER) == {"2023/24": None}
    assert sum(one.count or 0 for one in found.cells if one.code == "discharge") == 1
    assert {one.name: "divided" in one.why for one in found.unplaced} == {"board": True, "wide": True}
    boards = mapped([one, wide], documents, level=Level.ICB)
    assert cell(boards, "2023/24", area="E54000057").count == 1
    assert cell(boards, "2023/24", area="E54000048").documents_read == 2
    assert boards.unplaced == ()


def test_a_code_of_another_time_is_carried_over():
    old = document("old", "2019-06", area_code="E10000023", area_name="North Yorkshire")
    assert cell(mapped([], [old], level=Level.UTLA), "2019/20", area="E06000065").count == 0


def test_areas_of_a_day_that_nobody_knows_are_refused():
    with pytest.raises(InputError, match="not known"):
        mapped([], level=Level.ICB, on=date(2026, 5, 1))


def test_nothing_makes_an_empty_map():
    assert mapped([], []).cells == ()
    assert mapped([], [], level=Level.UTLA).periods == ()


YEARS = st.integers(2018, 2024)
ITEMS = st.lists(
    st.tuples(YEARS, st.sampled_from(["in-place", "planned", "stopped", "unclear"]), st.booleans()), max_size=6
)


@given(ITEMS, st.sets(YEARS, max_size=4), st.sampled_from(list(Grid)))
def test_cells_agree_with_their_initiatives_and_no_zero_is_made_of_nothing(items, read, grid):
    documents = [document(f"d{year}", str(year)) for year in sorted(read | {year for year, _, _ in items})]
    seen = [
        stands(f"i{n}", said(f"p{n}", f"d{year}", status, period=span(f"{year - 1}-01-01", "..") if dated else None))
        for n, (year, status, dated) in enumerate(items)
    ]
    found = mapped(seen, documents, grid=grid)
    for one in found.cells:
        assert (one.count or 0) == len(one.initiative_ids) == len(set(one.initiative_ids))
        assert (one.count is None) == (one.documents_read == 0 and not one.initiative_ids)
        assert (one.confirmed_share is None) == (not one.count)
    placed = {name for one in found.cells for name in one.initiative_ids}
    left = {one.name for one in found.unplaced if one.kind == "initiative"}
    assert placed | left == {one.initiative.initiative_id for one in seen}
    assert not placed & left
