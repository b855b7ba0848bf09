"""What stands after people's events: each action, and what a new build or a later judgement makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec

from careatlas.evidence_standing import EvidenceStanding, evidence_standing
from careatlas.identifiers import PassageId, initiative_id
from careatlas.initiative import InitiativeStatus
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_replay import Provenance, Replay, ReviewedInitiative, events_in_force, replayed
from careatlas.initiative_reviewing import confirmed, edited, merged, rejected, split, undone
from careatlas.judgement import Verdict
from careatlas.period import Period, Precision
from tests.made_initiatives import NOON, evidence, initiative, judgement, later

STANDS = EvidenceStanding()
ONE, TWO = initiative("i1", "a", "b"), initiative("i2", "c")


def stored(event: InitiativeEvent) -> InitiativeEvent:
    """Return an event as the store gives it back."""
    return replace(event, content=msgspec.json.decode(msgspec.json.encode(event.content)))


def play(proposals, *events, standing=STANDS) -> Replay:
    return replayed(proposals, [stored(one) for one in events], standing)


def shown(*proposals, events=()) -> tuple[ReviewedInitiative, ...]:
    return play(proposals, *events).initiatives


def held(found: Replay) -> dict[str, list[str]]:
    return {
        one.initiative.initiative_id: sorted(p.evidence_id for p in one.initiative.evidence)
        for one in found.initiatives
    }


def refused(*passages, minute=60, **changes) -> EvidenceStanding:
    return evidence_standing([judgement(name, Verdict.NOTHING_HERE, minute, "eve", **changes) for name in passages], {})


def test_without_events_the_proposals_stand_as_they_are():
    found = play([TWO, ONE])
    assert [one.initiative for one in found.initiatives] == [ONE, TWO]
    assert {one.provenance for one in found.initiatives} == {Provenance.MACHINE}
    assert (found.vanished, found.unapplied) == ((), ())


def test_what_is_confirmed_stands_and_says_by_whom():
    one = shown(ONE, events=[confirmed(shown(ONE)[0], "ann", NOON, note="saw it myself")])[0]
    assert (one.provenance, one.person, one.decided_at) == (Provenance.CONFIRMED, "ann", NOON)
    assert one.initiative == ONE
    assert one.trace == ("ann, 2025-03-01: confirmed (saw it myself)",)
    assert one.is_confirmed


def test_confirmed_values_stand_against_a_new_build_and_the_trace_says_what_is_read_now():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    new = evidence("n", said_on="2024", status=InitiativeStatus.IN_PLACE, codes=("workforce",))
    one = shown(initiative("i1", "a", "b", new), events=[act])[0]
    assert one.initiative.status is InitiativeStatus.PLANNED
    assert one.initiative.codes == ("discharge",)
    assert len(one.initiative.evidence) == 3
    assert "status in-place; planned stands (ann, 2025-03-01)" in " ".join(one.trace)
    assert [said.status for said in one.history] == ["planned", "planned", "in-place"]


def test_rejected_ones_stay_and_do_not_count_until_they_are_confirmed():
    no = rejected(shown(ONE)[0], "ann", NOON)
    one = shown(ONE, events=[no])[0]
    assert (one.provenance, one.counts, one.is_confirmed) == (Provenance.REJECTED, False, False)
    also = edited(one, {"title": "other"}, "ben", later(1))
    assert shown(ONE, events=[no, also])[0].provenance is Provenance.REJECTED
    yes = confirmed(one, "ben", later(2))
    again = shown(ONE, events=[no, also, yes])[0]
    assert (again.provenance, again.person) == (Provenance.CONFIRMED, "ben")


def test_edited_fields_prevail_and_the_trace_says_what_they_were():
    fields = {"status": "in-place", "start": "2022-04-01", "precision": "financial-year", "area_code": "E09000001"}
    act = edited(shown(ONE)[0], fields, "ann", NOON)
    one = shown(ONE, events=[act])[0]
    assert one.provenance is Provenance.EDITED
    assert one.initiative.status is InitiativeStatus.IN_PLACE
    assert one.initiative.period == Period(start=date(2022, 4, 1), end=None, precision=Precision.FINANCIAL_YEAR)
    assert one.initiative.area_code == "E09000001"
    assert one.initiative.title == ONE.title
    assert "status from planned to in-place" in one.trace[0]
    assert "start from nothing to 2022-04-01" in one.trace[0]


def test_confirming_an_edit_keeps_it_an_edit_that_no_new_build_is_set_against():
    first = edited(shown(ONE)[0], {"status": "in-place"}, "ann", NOON)
    act = confirmed(shown(ONE, events=[first])[0], "ben", later(1))
    one = shown(ONE, events=[first, act])[0]
    assert (one.provenance, one.initiative.status) == (Provenance.CONFIRMED, InitiativeStatus.IN_PLACE)
    assert not any("read otherwise" in line for line in one.trace)


def test_an_initiative_is_found_by_its_evidence_when_a_build_renames_it():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    found = play([initiative("renamed", "a", "b", "z"), initiative("other", "y")], act)
    assert {one.initiative.initiative_id: str(one.provenance) for one in found.initiatives} == {
        "renamed": "confirmed",
        "other": "machine",
    }


def test_an_event_whose_evidence_is_spread_out_is_listed_with_the_reason():
    act = rejected(shown(ONE)[0], "ann", NOON)
    found = play([initiative("x", "a"), initiative("y", "b")], act)
    ((event, why),) = found.unapplied
    assert event.event_id == act.event_id
    assert "spread over 2 initiatives: x, y" in why
    assert all(one.counts for one in found.initiatives)


def test_what_people_confirmed_stays_although_the_machine_proposes_it_no_more():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    (one,) = play([], act).initiatives
    assert one.initiative == ONE
    assert "proposes it no more" in one.trace[0]
    (one,) = play([initiative("i1", "a")], act).initiatives  # a part of its evidence is proposed no more
    assert [part.evidence_id for part in one.initiative.evidence] == ["a", "b"]
    assert one.initiative.evidence[1] == ONE.evidence[1]


def test_evidence_that_a_build_gave_to_another_initiative_stays_there():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    assert held(play([initiative("i1", "a"), initiative("i9", "b", "q")], act)) == {"i1": ["a"], "i9": ["b", "q"]}


def test_a_merger_moves_all_evidence_and_the_trace_says_by_whom():
    one, two = shown(ONE, TWO)
    known = confirmed(two, "ann", NOON)
    act = merged(one, [two], "ben", later(1))
    found = play([ONE, TWO], known, act)
    assert held(found) == {"i1": ["a", "b", "c"]}
    (one,) = found.initiatives
    assert "ben, 2025-03-01: merged i2, confirmed by ann, into it" in one.trace
    assert "i2: ann, 2025-03-01: confirmed" in one.trace
    assert one.events == (stored(known), stored(act))


def test_a_merger_that_a_build_made_itself_says_so():
    one, two = shown(ONE, TWO)
    act = merged(one, [two], "ben", NOON)
    found = play([initiative("i1", "a", "b", "c")], act)
    assert held(found) == {"i1": ["a", "b", "c"]}
    assert "part of it already" in found.initiatives[0].trace[0]
    assert found.unapplied == ()


def test_a_merger_with_what_is_not_there_is_listed():
    one, two = shown(ONE, TWO)
    found = play([ONE], merged(one, [two], "ben", NOON))
    assert "was found" in found.unapplied[0][1]
    assert held(found) == {"i1": ["a", "b"]}


def test_a_split_makes_a_new_initiative_with_values_of_its_own_evidence():
    whole = initiative("i1", "a", evidence("b", status=InitiativeStatus.IN_PLACE, codes=("workforce",)))
    act = split(shown(whole)[0], ["b"], "ben", NOON)
    found = play([whole], act)
    name = initiative_id("split", act.event_id)
    assert held(found) == {"i1": ["a"], name: ["b"]}
    new = next(one for one in found.initiatives if one.initiative.initiative_id == name)
    assert (new.initiative.status, new.initiative.codes) == (InitiativeStatus.IN_PLACE, ("workforce",))
    assert new.provenance is Provenance.MACHINE
    assert new.trace == ("ben, 2025-03-01: split off i1",)
    old = next(one for one in found.initiatives if one.initiative.initiative_id == "i1")
    assert old.initiative.codes == ("discharge",)


def test_what_a_build_has_set_apart_already_is_not_split_again():
    act = split(shown(ONE)[0], ["b"], "ben", NOON)
    found = play([initiative("i1", "a"), initiative("i5", "b")], act)
    assert held(found) == {"i1": ["a"], "i5": ["b"]}
    assert "no longer part" in found.unapplied[0][1]


def test_where_a_build_leaves_nothing_but_the_split_part_the_rest_vanishes_with_a_trace():
    act = split(shown(ONE)[0], ["b"], "ben", NOON)
    found = play([initiative("i1", "b")], act)
    assert held(found) == {initiative_id("split", act.event_id): ["b"]}
    assert "split 1 passage off" in found.vanished[0].why


def test_an_undone_event_leaves_nothing_and_an_undone_undoing_brings_it_back():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    back = undone(act, shown(ONE)[0], "ann", later(1))
    again = undone(back, shown(ONE)[0], "ann", later(2))
    assert play([ONE], act, back) == play([ONE])
    assert play([ONE], act, back, again) == play([ONE], act)


def test_an_undoing_of_nothing_is_listed():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    back = undone(act, None, "ann", later(1))
    found = play([ONE], back, act)  # the undoing came first
    assert [why for _, why in found.unapplied] == [f"there is no earlier event {act.event_id!r} to undo"]
    assert found.initiatives[0].provenance is Provenance.CONFIRMED
    force, astray = events_in_force([act, back])
    assert (force, astray) == ([back], {})


def test_evidence_that_people_reject_goes_with_a_trace():
    found = play([ONE], standing=refused("b"))
    (one,) = found.initiatives
    assert held(found) == {"i1": ["a"]}
    assert "evidence b stands no more: eve read the passage and found nothing in it on 2025-03-01" in one.trace


def test_what_was_confirmed_on_rejected_evidence_falls_back_until_it_is_confirmed_again():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    fallen = play([ONE], act, standing=refused("b"))
    (one,) = fallen.initiatives
    assert (one.provenance, one.person, one.decided_at) == (Provenance.MACHINE, "", None)
    assert any("eve rejected evidence it stood on: what ann confirmed stands no more" in line for line in one.trace)
    again = confirmed(one, "ben", later(120))
    (one,) = play([ONE], act, again, standing=refused("b")).initiatives
    assert (one.provenance, one.person) == (Provenance.CONFIRMED, "ben")


def test_it_falls_back_as_well_when_the_build_has_let_the_rejected_evidence_go():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    (one,) = play([initiative("i1", "a")], act, standing=refused("b")).initiatives
    assert one.provenance is Provenance.MACHINE
    assert [part.evidence_id for part in one.initiative.evidence] == ["a"]


def test_edits_stay_when_what_was_confirmed_falls_back():
    fix = edited(shown(ONE)[0], {"setting": "care-home"}, "ann", NOON)
    yes = confirmed(shown(ONE, events=[fix])[0], "ann", later(1))
    (one,) = play([ONE], fix, yes, standing=refused("b")).initiatives
    assert one.provenance is Provenance.MACHINE
    assert one.initiative.setting == "care-home"


def test_evidence_that_left_by_a_split_does_not_take_the_rest_down():
    yes = confirmed(shown(ONE)[0], "ann", NOON)
    cut = split(shown(ONE, events=[yes])[0], ["b"], "ben", later(1))
    found = play([ONE], yes, cut, standing=refused("b"))
    assert held(found) == {"i1": ["a"]}
    assert found.initiatives[0].provenance is Provenance.CONFIRMED
    assert found.vanished[0].initiative_id == initiative_id("split", cut.event_id)


def test_an_initiative_without_evidence_vanishes_and_it_is_said_why_by_whom_and_when():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    for proposals in ([ONE], []):  # before and after a new build
        found = play(proposals, act, standing=refused("a", "b"))
        (gone,) = found.vanished
        assert found.initiatives == ()
        assert (gone.initiative_id, gone.title, gone.person) == ("i1", ONE.title, "eve")
        assert gone.vanished_at == later(60)
        assert gone.evidence == ("a", "b")
        assert "found nothing" in gone.why
        assert gone.events == (stored(act),)


def test_passages_that_a_new_reading_renamed_or_lost_are_followed():
    act = confirmed(shown(ONE)[0], "ann", NOON)
    moved = EvidenceStanding(moved={"a": "a2", "b": ""})
    (one,) = play([ONE], act, standing=moved).initiatives  # before the next build
    assert [part.evidence_id for part in one.initiative.evidence] == ["a2"]
    assert one.provenance is Provenance.CONFIRMED  # nobody rejected anything
    assert any("new reading" in line for line in one.trace)
    (one,) = play([initiative("i7", "a2")], act, standing=moved).initiatives  # after it
    assert (one.initiative.initiative_id, one.provenance) == ("i7", Provenance.CONFIRMED)


def test_evidence_that_two_proposals_claim_stands_once():
    found = play([initiative("i2", "a"), initiative("i1", "a", "b")])
    assert held(found) == {"i1": ["a", "b"]}
    assert found.vanished[0].initiative_id == "i2"


def test_an_event_that_cannot_be_read_is_listed_and_does_nothing():
    good = confirmed(shown(ONE)[0], "ann", NOON)
    broken = [
        replace(good, event_id="e1", content={"status": "wonderful"}),
        replace(good, event_id="e2", content={"kept": [{"evidence_id": 1}]}),
        replace(good, event_id="e3", action=InitiativeAction.MERGED, content={}),
        replace(good, event_id="e4", action=InitiativeAction.MERGED, content={"others": ["i2"]}),
        replace(good, event_id="e5", action=InitiativeAction.SPLIT, content={"evidence": 3}),
        replace(good, event_id="e6", action=InitiativeAction.UNDONE, content={}),
    ]
    found = play([ONE, TWO], *broken)
    assert [event.event_id for event, _ in found.unapplied] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert all(why for _, why in found.unapplied)
    assert found.initiatives == play([ONE, TWO]).initiatives


def test_two_passages_that_a_new_reading_made_one_tell_once():
    moved = evidence_standing([], {"a": PassageId("n"), "b": PassageId("n")})
    (one,) = play([ONE], standing=moved).initiatives
    assert [part.evidence_id for part in one.initiative.evidence] == ["n"]


def test_a_code_that_people_say_is_absent_goes_and_the_evidence_stands_for_the_others():
    two = initiative("i9", evidence("p", codes=("discharge", "workforce")), evidence("q", codes=("workforce",)))
    absent = evidence_standing([judgement("p", Verdict.ABSENT, 60, "eve")], {})
    (one,) = play([two], standing=absent).initiatives
    assert one.initiative.codes == ("workforce",)
    assert [part.codes for part in one.initiative.evidence] == [("workforce",), ("workforce",)]
    assert one.trace == ("evidence p stands for workforce alone: eve said that discharge is absent",)
    (said,) = play([two], confirmed(shown(two)[0], "ann", NOON), standing=absent).initiatives
    assert (said.provenance, said.initiative.codes) == (Provenance.CONFIRMED, ("discharge", "workforce"))
    assert "codes workforce; discharge, workforce stands" in said.trace[-1]
