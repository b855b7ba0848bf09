"""Judgements under a new version: what follows from what was said, and nothing that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.carried_judgement import CarriedFrom, Passing, Succeeded, carried_from, left_behind, succeeded
from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.codebook_map import CodebookMap
from careatlas.codebook_succession import Succession, succession
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.store.judgements import current

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
_numbers = count(1)


def book(version: str, *codes: str, **changes: object) -> Codebook:
    made = tuple(
        CodeDefinition(id=one.rstrip("*"), label=one, definition=f"{one} as it is {version if '*' in one else ''}")
        for one in codes
    )
    whole = Codebook(
        id="mine", version=version, title="Mine", provenance=Provenance.RECONSTRUCTED, source="us", codes=made
    )
    return replace(whole, **changes)


OLD = book("1.0.0", "kept", "old-name", "left", "right", "changed*", "whole", "gone")
NEW = book("2.0.0", "kept", "new-name", "both", "changed*", "part-a", "part-b", "added")
MAP = CodebookMap(
    exact={"old-name": "new-name", "left": "both", "right": "both"}, parts={"whole": ("part-a", "part-b")}
)
PLAN = succession(OLD, NEW, MAP)


def said(
    code: str, verdict: str, *, version: str = "1.0.0", at: float = 0, person: str = "ann", **more: object
) -> Judgement:
    made = Judgement(
        judgement_id=f"j{next(_numbers)}",
        passage_id="p1",
        codebook_id="mine",
        codebook_version=version,
        code=code,
        verdict=Verdict(verdict),
        person=person,
        made_at=NOON + timedelta(seconds=at),
        origin=Origin.MANUAL,
    )
    return replace(made, **more)


def derived(*rows: Judgement, plan: Succession = PLAN) -> dict[str, str]:
    return {row.code: row.verdict.value for row in succeeded(rows, plan, LATER).rows}


def passing(found: Succeeded) -> dict[str, str]:
    return {one.row.code: one.passing.value for one in found.handovers}


def test_each_code_by_its_fate() -> None:
    rows = [said(code.id, "present") for code in OLD.codes]
    found = succeeded(rows, PLAN, LATER)
    assert {row.code: row.verdict.value for row in found.rows} == {
        "kept": "present",
        "new-name": "present",
        "both": "present",
    }
    whys = {one.row.code: one.why for one in found.handovers if one.passing is Passing.LOOK}
    assert whys == {"changed": "changed: definition", "whole": "split into part-a, part-b", "gone": "the code is gone"}
    assert passing(found)["left"] == "carried"


def test_absent_carries_over_to_parts_and_is_set_aside_where_the_code_is_gone() -> None:
    found = succeeded([said(code.id, "absent") for code in OLD.codes], PLAN, LATER)
    assert {row.code for row in found.rows} == {"kept", "new-name", "both", "part-a", "part-b"}
    assert {row.verdict for row in found.rows} == {Verdict.ABSENT}
    assert passing(found)["gone"] == "aside"
    assert [one.row.code for one in found.handovers if one.passing is Passing.LOOK] == ["changed"]


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ("present", "absent", "present"),
        ("present", "unsure", "present"),
        ("present", None, "present"),
        ("absent", "absent", "absent"),
        ("unsure", "absent", "unsure"),
        ("absent", None, None),
        ("unsure", None, None),
    ],
)
def test_merged_codes(left: str, right: str | None, both: str | None) -> None:
    rows = [said("left", left), *([said("right", right)] if right else [])]
    assert derived(*rows) == ({"both": both} if both else {})
    found = succeeded(rows, PLAN, LATER)
    assert passing(found)["left"] == ("carried" if both else "look")
    assert both or found.handovers[0].why == "not enough is known of both"


def test_what_goes_into_a_wider_code_makes_it_present_but_not_absent() -> None:
    plan = succession(book("1.0.0", "a*", "b"), book("2.0.0", "a*"), CodebookMap(exact={"b": "a"}))
    assert derived(said("b", "present"), said("a", "absent"), plan=plan) == {"a": "present"}
    assert derived(said("b", "absent"), said("a", "absent"), plan=plan) == {}


def test_nothing_here_becomes_absent_where_codes_were_added_and_is_looked_at_again() -> None:
    found = succeeded([said("", "nothing-here")], PLAN, LATER)
    assert {row.code: row.verdict.value for row in found.rows} == dict.fromkeys(
        ("kept", "new-name", "both", "part-a", "part-b"), "absent"
    )
    (one,) = found.handovers
    assert (one.passing, one.why) == (Passing.LOOK, '"nothing here" says nothing of changed, added')


def test_nothing_here_stays_where_it_says_all_there_is_to_say() -> None:
    new = book("1.1.0", "a", "b2", "c1", "c2")
    plan = succession(book("1.0.0", "a", "b", "c"), new, CodebookMap(exact={"b": "b2"}, parts={"c": ("c1", "c2")}))
    found = succeeded([said("", "nothing-here"), said("a", "absent", at=1)], plan, LATER)
    assert [(row.code, row.verdict) for row in found.rows] == [("", Verdict.NOTHING_HERE)]
    assert {one.passing for one in found.handovers} == {Passing.CARRIED}


def test_nothing_here_that_is_defined_otherwise_is_looked_at_again() -> None:
    plan = succession(book("1.0.0", "a"), book("1.1.0", "a", none_definition="Otherwise."))
    found = succeeded([said("", "nothing-here")], plan, LATER)
    assert [(row.code, row.verdict) for row in found.rows] == [("a", Verdict.ABSENT)]
    assert found.handovers[0].why == '"nothing here" is defined otherwise'


def test_a_carried_row_keeps_everything_but_its_version_its_time_and_its_note() -> None:
    row = said(
        "kept",
        "present",
        origin=Origin.CHANGED,
        shown_model_id="m1",
        shown_probability=0.25,
        seconds=12.5,
        drawn_by="autumn",
        inclusion_probability=0.125,
        note="see page 3",
        answer_id="a1",
    )
    (made,) = succeeded([row], PLAN, LATER).rows
    assert made.made_at > LATER - timedelta(seconds=1)
    assert made.note == "carried over from mine 1.0.0 (kept): see page 3"
    assert made.judgement_id != row.judgement_id
    changes = {"judgement_id": row.judgement_id, "made_at": row.made_at, "note": row.note, "codebook_version": "1.0.0"}
    assert replace(made, **changes) == row


def test_a_probability_is_kept_only_for_the_code_that_it_was_shown_for() -> None:
    shown = {"shown_model_id": "m1", "shown_probability": 0.25, "origin": Origin.ACCEPTED}
    found = succeeded([said("", "nothing-here", **shown)], PLAN, LATER)
    assert {row.shown_probability for row in found.rows} == {None}
    renamed = succeeded([said("old-name", "present", **shown)], PLAN, LATER).rows[0]
    assert renamed.shown_probability == 0.25


def test_people_are_kept_apart_and_decisions_stay_decisions() -> None:
    rows = [
        said("left", "absent"),
        said("right", "absent", person="bob"),
        said("kept", "absent", person="cat", origin=Origin.ADJUDICATED),
    ]
    (made,) = succeeded(rows, PLAN, LATER).rows
    assert (made.person, made.origin) == ("cat", Origin.ADJUDICATED)


def test_only_what_is_in_force_carries_over() -> None:
    rows = [
        said("kept", "present"),
        said("kept", "absent", at=1),
        said("left", "present"),
        said("left", "withdrawn", at=1),
    ]
    assert derived(*rows) == {"kept": "absent"}
    assert derived(said("old-name", "present"), said("", "withdrawn", at=1, version="2.0.0")) == {}


def test_other_codebooks_and_versions_are_left_alone() -> None:
    rows = [said("kept", "present", codebook_id="other"), said("left", "present", version="0.9.0")]
    found = succeeded(rows, PLAN, LATER)
    assert (found.rows, found.handovers) == ((), ())


def test_a_code_that_the_old_version_has_not_is_looked_at() -> None:
    (one,) = succeeded([said("unheard-of", "present")], PLAN, LATER).handovers
    assert (one.passing, one.why) == (Passing.LOOK, "mine 1.0.0 has no such code")


def test_a_clock_that_was_ahead_does_not_hide_what_carries_over() -> None:
    row = said("kept", "present", at=10 * 86_400)
    (made,) = succeeded([row], PLAN, LATER).rows
    assert made.made_at > row.made_at
    assert list(current([row, made]).values()) == [made]


# --- with judgements of the new version beside them


def test_what_a_person_judged_anew_is_not_written_over() -> None:
    rows = [said("old-name", "present"), said("left", "present"), said("new-name", "absent", at=5, version="2.0.0")]
    found = succeeded(rows, PLAN, LATER)
    assert [row.code for row in found.rows] == ["both"]
    assert passing(found) == {"old-name": "anew", "left": "carried"}


def test_what_was_said_of_the_old_version_later_still_carries_over() -> None:
    rows = [said("new-name", "absent", version="2.0.0"), said("old-name", "present", at=5)]
    assert derived(*rows) == {"new-name": "present"}


def test_a_passage_that_was_read_anew_needs_no_other_look() -> None:
    old = [said("changed", "present"), said("gone", "present"), said("whole", "present")]
    anew = [said(code.id, "absent", at=5, version="2.0.0") for code in NEW.codes]
    assert set(passing(succeeded([*old, *anew], PLAN, LATER)).values()) == {"anew"}
    nothing = said("", "nothing-here", at=5, version="2.0.0")
    # "Nothing here" with the new version ends what was said before: nothing of it is in force.
    assert succeeded([*old, nothing], PLAN, LATER).handovers == ()


def test_running_again_adds_nothing() -> None:
    rows = [
        said("kept", "present"),
        said("left", "absent"),
        said("right", "absent"),
        said("", "nothing-here", person="bob"),
    ]
    first = succeeded(rows, PLAN, LATER)
    again = succeeded([*rows, *first.rows], PLAN, LATER + timedelta(days=1))
    assert (again.rows, again.withdrawn, again.there) == ((), (), len(first.rows))
    assert [one.passing for one in again.handovers] == [one.passing for one in first.handovers]


def test_an_answer_that_changed_after_it_was_carried_over_is_carried_over_again() -> None:
    row = said("kept", "present", answer_id="a1")
    first = succeeded([row], PLAN, LATER)
    late = said("kept", "absent", at=5, answer_id="a2")  # made before the migration, pulled after it
    second = succeeded([row, *first.rows, late], PLAN, LATER + timedelta(days=1))
    assert [(one.verdict, one.answer_id) for one in second.rows] == [(Verdict.ABSENT, "a2")]
    assert succeeded([row, *first.rows, late, *second.rows], PLAN, LATER + timedelta(days=2)).rows == ()


def test_what_was_taken_back_and_said_again_is_carried_over_again() -> None:
    row = said("kept", "present")
    first = succeeded([row], PLAN, LATER)
    back, again = said("kept", "withdrawn", at=2 * 86_400), said("kept", "present", at=3 * 86_400)
    second = succeeded([row, *first.rows, back, again], PLAN, LATER + timedelta(days=4))
    everything = [row, *first.rows, back, again, *second.rows]
    assert [one.codebook_version for one in current(everything).values()] == ["2.0.0"]


def test_what_was_taken_back_after_it_was_carried_over_is_withdrawn() -> None:
    row = said("old-name", "present")
    first = succeeded([row], PLAN, LATER)
    gone = said("", "withdrawn", at=5)
    second = succeeded([row, gone, *first.rows], PLAN, LATER + timedelta(days=1))
    (ended,) = second.withdrawn
    assert (ended.code, ended.verdict, ended.codebook_version) == ("new-name", Verdict.WITHDRAWN, "2.0.0")
    everything = [row, gone, *first.rows, ended]
    assert current(one for one in everything if one.codebook_version == "2.0.0") == {}
    assert succeeded(everything, PLAN, LATER + timedelta(days=2)).withdrawn == ()


def test_another_map_takes_the_place_of_the_first_and_back() -> None:
    old, new = book("1.0.0", "a"), book("2.0.0", "x", "y")
    plans = [succession(old, new, CodebookMap(exact={"a": code})) for code in ("x", "y", "x")]
    rows = [said("a", "present")]
    for day, plan in enumerate(plans):
        found = succeeded(rows, plan, LATER + timedelta(days=day))
        rows += [*found.withdrawn, *found.rows]
        in_force = current(row for row in rows if row.codebook_version == "2.0.0")
        assert [row.code for row in in_force.values()] == [plan.fates["a"].targets[0]]
    assert len({row.judgement_id for row in rows}) == len(rows)


def test_a_withdrawal_of_nothing_here_does_not_take_a_persons_own_judgements_along() -> None:
    plan = succession(book("1.0.0", "a"), book("1.1.0", "a"))
    row = said("", "nothing-here")
    first = succeeded([row], plan, LATER)
    own = said("a", "absent", at=3 * 86_400, version="1.1.0")
    found = succeeded([row, *first.rows, said("", "withdrawn", at=5), own], plan, LATER + timedelta(days=5))
    assert found.withdrawn == ()


# --- where a row comes from


def test_a_note_says_where_a_row_comes_from() -> None:
    (made,) = succeeded([said("left", "absent"), said("right", "absent")], PLAN, LATER).rows
    assert carried_from(made) == CarriedFrom(codebook_id="mine", version="1.0.0", codes=frozenset({"left", "right"}))
    (nothing, *_) = succeeded([said("", "nothing-here", note="(x): y")], PLAN, LATER).rows
    assert carried_from(nothing) == CarriedFrom(codebook_id="mine", version="1.0.0", codes=frozenset({""}))
    assert nothing.note.endswith("(nothing here): (x): y")


def test_a_row_carried_over_twice_keeps_what_the_person_noted() -> None:
    (first,) = succeeded([said("kept", "present", note="see page 3")], PLAN, LATER).rows
    plan = succession(NEW, replace(NEW, version="3.0.0"))
    (second,) = succeeded([first], plan, LATER + timedelta(days=1)).rows
    assert second.note == "carried over from mine 2.0.0 (kept): see page 3"


@given(st.text(max_size=60))
def test_what_people_note_is_never_taken_for_it(words: str) -> None:
    assert carried_from(said("kept", "present", note=words)) is None


def test_what_was_left_behind() -> None:
    rows = [said("old-name", "present"), said("changed", "present"), said("kept", "present")]
    found = succeeded(rows, PLAN, LATER)
    everything = [*rows, *found.rows]
    in_force = list(current(everything).values())
    assert [row.code for row in left_behind(in_force, everything, "2.0.0")] == ["changed"]
    assert len(left_behind(rows, rows, "2.0.0")) == 3
    assert left_behind(rows, rows, "1.0.0") == []


def test_what_was_changed_after_it_was_carried_over_is_behind_again() -> None:
    rows = [said("old-name", "present")]
    everything = [*rows, *succeeded(rows, PLAN, LATER).rows, said("old-name", "absent", at=3 * 86_400)]
    in_force = list(current(everything).values())
    assert [row.verdict for row in left_behind(in_force, everything, "2.0.0")] == [Verdict.ABSENT]


@given(st.lists(st.tuples(st.sampled_from([code.id for code in OLD.codes] + [""]), st.integers(0, 3)), max_size=12))
def test_whatever_was_said_it_is_accounted_for_and_carried_over_once(acts: list[tuple[str, int]]) -> None:
    verdicts = (Verdict.PRESENT, Verdict.ABSENT, Verdict.UNSURE, Verdict.WITHDRAWN)
    rows = [
        said(code, Verdict.NOTHING_HERE if not code and pick < 3 else verdicts[pick], at=at)
        for at, (code, pick) in enumerate(acts)
    ]
    found = succeeded(rows, PLAN, LATER)
    in_force = current(rows)
    assert {one.row.judgement_id for one in found.handovers} == {row.judgement_id for row in in_force.values()}
    again = succeeded([*rows, *found.rows], PLAN, LATER + timedelta(days=1))
    assert (again.rows, again.withdrawn) == ((), ())
    carried = current([*rows, *found.rows])
    assert {row.judgement_id for row in found.rows} <= {row.judgement_id for row in carried.values()}
