from __future__ import annotations

from careatlas.evidence_standing import EvidenceStanding
from careatlas.initiative_replay import replayed
from careatlas.reviewed_initiative import ReviewedInitiative
from streamlit_app.initiative_likeness import candidates
from tests.made_initiatives import evidence, initiative


def reviewed(*items: object) -> tuple[ReviewedInitiative, ...]:
    return replayed(items, [], EvidenceStanding()).initiatives  # type: ignore[arg-type]


def named(name: str, title: str, **changes: object) -> object:
    return initiative(name, evidence(f"p{name}", title=title, **changes))


ALL = reviewed(
    named("ia", "Home first discharge team"),
    named("ib", "Weekly round of general practice", codes=("primary-care",)),
    named("ic", "Home first team"),
    named("id", "Home first discharge team", area_code="E10000016", area_name="Kent"),
)
ONE = ALL[0]


def test_those_of_the_same_area_come_first_the_most_alike_at_the_top() -> None:
    found = candidates(ONE, ALL)
    assert [item.one.initiative.initiative_id for item in found] == ["ic", "ib"]
    assert found[0].likeness > found[1].likeness
    assert all(item.same_area for item in found)


def test_other_areas_come_last_although_they_are_more_alike() -> None:
    found = candidates(ONE, ALL, across=True)
    assert [item.one.initiative.initiative_id for item in found] == ["ic", "ib", "id"]
    assert (found[-1].same_area, found[-1].likeness) == (False, 0.9)


def test_words_find_the_other_one() -> None:
    assert [item.one.initiative.initiative_id for item in candidates(ONE, ALL, words="ROUND ib")] == ["ib"]
    assert candidates(ONE, ALL, words="kent") == []


def test_where_no_code_is_known_the_name_of_the_place_decides() -> None:
    here = reviewed(
        named("ia", "Team", area_code="", area_name="The north"),
        named("ib", "Team", area_code="", area_name="The north"),
        named("ic", "Team", area_code="", area_name="The south"),
    )
    one = next(item for item in here if item.initiative.initiative_id == "ia")
    assert [item.one.initiative.initiative_id for item in candidates(one, here)] == ["ib"]
