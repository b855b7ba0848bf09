"""Whatever people do, in whatever order: the replay loses nothing, doubles nothing, and undoing undoes."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from careatlas.evidence_standing import EvidenceStanding, evidence_standing
from careatlas.initiative import Initiative
from careatlas.initiative_event import InitiativeEvent
from careatlas.initiative_replay import Replay, replayed
from careatlas.initiative_reviewing import confirmed, edited, merged, rejected, split, undone
from careatlas.judgement import Verdict
from tests.made_initiatives import initiative, judgement, later

NAMES = tuple("abcdefgh")
STANDS = EvidenceStanding()


@st.composite
def partitions(draw: st.DrawFn) -> list[Initiative]:
    """Draw initiatives that share out the evidence."""
    groups: dict[int, list[str]] = {}
    for name in NAMES:
        groups.setdefault(draw(st.integers(0, 3)), []).append(name)
    return [initiative(f"i{number}", *names) for number, names in groups.items()]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Initiative], list[InitiativeEvent]]:
    """Draw proposals and what people did to them, each act on what stood at its time."""
    proposals = draw(partitions())
    events: list[InitiativeEvent] = []
    for minute in range(draw(st.integers(1, 6))):
        stands = replayed(proposals, events, STANDS).initiatives
        one = draw(st.sampled_from(stands))
        others = [other for other in stands if other is not one]
        parts = [part.evidence_id for part in one.initiative.evidence]
        acts = ["confirm", "reject", "edit", *(["merge"] if others else []), *(["split"] if len(parts) > 1 else [])]
        act = draw(st.sampled_from([*acts, *(["undo"] if events else [])]))
        now = later(minute)
        if act == "confirm":
            events.append(confirmed(one, "ann", now))
        elif act == "reject":
            events.append(rejected(one, "ann", now))
        elif act == "edit":
            events.append(edited(one, {"title": f"title {minute}"}, "ben", now))
        elif act == "merge":
            chosen = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique_by=id))
            events.append(merged(one, chosen, "ben", now))
        elif act == "split":
            events.append(split(one, parts[: draw(st.integers(1, len(parts) - 1))], "cat", now))
        else:
            events.append(undone(draw(st.sampled_from(events)), None, "ann", now))
    return proposals, events


def partition(found: Replay) -> set[frozenset[str]]:
    return {frozenset(part.evidence_id for part in one.initiative.evidence) for one in found.initiatives}


@given(histories())
def test_no_evidence_is_lost_or_doubled(history):
    proposals, events = history
    found = replayed(proposals, events, STANDS)
    counts = Counter(part.evidence_id for one in found.initiatives for part in one.initiative.evidence)
    assert counts == Counter(NAMES)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_proposals_does_not_matter(history, random):
    proposals, events = history
    shuffled = random.sample(proposals, len(proposals))
    assert replayed(shuffled, events, STANDS) == replayed(proposals, events, STANDS)


@given(histories(), st.data())
def test_an_undone_event_is_as_if_it_had_never_been(history, data):
    proposals, events = history
    place = data.draw(st.integers(0, len(events) - 1))
    back = undone(events[place], None, "eve", later(99))
    without = events[:place] + events[place + 1 :]
    assert _stands(replayed(proposals, [*events, back], STANDS)) == _stands(replayed(proposals, without, STANDS))


@given(histories())
def test_undoing_twice_changes_nothing(history):
    proposals, events = history
    back = undone(events[-1], None, "eve", later(98))
    again = undone(back, None, "eve", later(99))
    assert replayed(proposals, [*events, back, again], STANDS) == replayed(proposals, events, STANDS)


@given(partitions().filter(lambda proposals: len(proposals) > 1))
def test_merging_and_splitting_the_same_evidence_gives_the_same_parts(proposals):
    before = replayed(proposals, [], STANDS)
    one, two = before.initiatives[:2]
    join = merged(one, [two], "ann", later(0))
    whole = replayed(proposals, [join], STANDS).initiatives
    joined = next(each for each in whole if each.initiative.initiative_id == one.initiative.initiative_id)
    cut = split(joined, [part.evidence_id for part in two.initiative.evidence], "ann", later(1))
    assert partition(replayed(proposals, [join, cut], STANDS)) == partition(before)


@given(histories(), partitions(), st.sets(st.sampled_from(NAMES)))
def test_whatever_is_built_or_rejected_later_every_event_and_every_passage_is_accounted_for(history, rebuilt, fallen):
    _, events = history
    rows = [judgement(name, Verdict.NOTHING_HERE, 200, "eve") for name in sorted(fallen)]
    found = replayed(rebuilt, events, evidence_standing(rows, {}))
    counts = Counter(part.evidence_id for one in found.initiatives for part in one.initiative.evidence)
    assert counts == Counter(set(NAMES) - fallen)
    traces = " ".join(line for one in (*found.initiatives, *found.vanished) for line in one.trace)
    assert all(f"evidence {name} stands no more" in traces for name in fallen)


def _stands(found: Replay) -> object:
    # An undoing of what is gone is listed: that is the only thing that may differ.
    return found.initiatives, found.vanished
