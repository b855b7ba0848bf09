"""Initiatives of a store as they stand, and acts on them that are kept or refused."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import pytest

from careatlas.codebook_file import shipped
from careatlas.errors import StoreError, UsageError
from careatlas.identifiers import initiative_id
from careatlas.initiative_reviewing import confirmed, edited, kept, merged, rejected, split, undone
from careatlas.initiatives_now import initiatives_now
from careatlas.judgement import Verdict
from careatlas.reviewed_initiative import Provenance, ReviewedInitiative
from careatlas.store import initiative_events, initiatives, judgements
from careatlas.store.engine import Store
from tests.made_initiatives import NOON, evidence, initiative, judgement, later

BOOK = shipped("care-home-integration")


@pytest.fixture
def passages(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    return reading.passages


@pytest.fixture
def built(store: Store, passages) -> Store:
    """A store with two initiatives in Manchester and one in London; the first stands on two judged passages."""
    first, second, third, fourth = (one.passage_id for one in passages)
    items = [
        initiative("i1", first, second),
        initiative("i2", evidence(third)),
        initiative("i3", evidence(fourth, area_code="E09000001", area_name="City of London")),
    ]
    with store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, items)
    return store


def one_of(store: Store, name: str) -> ReviewedInitiative:
    return next(one for one in initiatives_now(store, BOOK).initiatives if one.initiative.initiative_id == name)


def judge(store: Store, passage, verdict: Verdict, **changes) -> None:
    with store.write() as connection:
        judgements.append(connection, judgement(passage.passage_id, verdict, 30, "eve", **changes), passage)


def count(store: Store) -> int:
    with store.read() as connection:
        return initiative_events.count(connection, BOOK.id)


def test_what_is_kept_comes_back_from_the_store_as_it_stands(built: Store):
    now = kept(built, BOOK, confirmed(one_of(built, "i1"), "ann", NOON))
    assert now == initiatives_now(built, BOOK)
    assert one_of(built, "i1").provenance is Provenance.CONFIRMED
    kept(built, BOOK, edited(one_of(built, "i1"), {"scale": "=1+1"}, "ben", later(1)))
    kept(built, BOOK, rejected(one_of(built, "i2"), "ben", later(2)))
    assert one_of(built, "i1").initiative.scale == "=1+1"
    assert not one_of(built, "i2").counts


def test_judgements_end_evidence_of_their_own_codebook_version_only(built: Store, passages):
    kept(built, BOOK, confirmed(one_of(built, "i1"), "ann", NOON))
    judge(built, passages[0], Verdict.NOTHING_HERE, codebook_version="0.0.1")
    judge(built, passages[0], Verdict.NOTHING_HERE, codebook_id="another")
    assert one_of(built, "i1").provenance is Provenance.CONFIRMED
    judge(built, passages[0], Verdict.NOTHING_HERE)
    one = one_of(built, "i1")
    assert one.provenance is Provenance.MACHINE
    assert [part.evidence_id for part in one.initiative.evidence] == [passages[1].passage_id]
    judge(built, passages[1], Verdict.ABSENT)
    (gone,) = initiatives_now(built, BOOK).vanished
    assert (gone.initiative_id, gone.person) == ("i1", "eve")


def test_a_new_reading_that_cuts_the_pages_anew_keeps_what_people_said(
    built: Store, keep, reading_of, synthetic_reading
):
    item, old = synthetic_reading
    judge(built, old.passages[0], Verdict.PRESENT)  # the passage of a judgement is followed
    kept(built, BOOK, confirmed(one_of(built, "i1"), "ann", NOON))
    new = reading_of(item, [[old.passages[0].text]], version="test-2")
    keep(built, item, new)
    ids = [part.evidence_id for part in one_of(built, "i1").initiative.evidence]
    assert new.passages[0].passage_id in ids
    assert old.passages[0].passage_id not in ids
    with built.write() as connection:  # and the next build knows the new name alone
        initiatives.replace(connection, BOOK.id, BOOK.version, [initiative("new", new.passages[0].passage_id)])
    assert one_of(built, "new").provenance is Provenance.CONFIRMED


def test_what_was_confirmed_is_followed_although_nobody_judged_its_passages(
    built: Store, keep, reading_of, synthetic_reading
):
    item, old = synthetic_reading
    kept(built, BOOK, confirmed(one_of(built, "i1"), "ann", NOON))
    for version in ("test-2", "test-3"):
        new = reading_of(item, [[one.text for one in old.passages[:2]]], version=version)
        keep(built, item, new)
    names = {one.passage_id for one in new.passages}
    assert {part.evidence_id for part in one_of(built, "i1").initiative.evidence} == names
    with built.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, [initiative("new", *names)])
    (one,) = initiatives_now(built, BOOK).initiatives
    assert (one.initiative.initiative_id, one.provenance) == ("new", Provenance.CONFIRMED)


def test_a_view_that_is_out_of_date_is_refused(built: Store, passages):
    seen = one_of(built, "i1")
    kept(built, BOOK, edited(seen, {"title": "another"}, "ben", later(1)))
    with pytest.raises(UsageError, match="changed while you looked at it: title"):
        kept(built, BOOK, confirmed(seen, "ann", later(2)))
    judge(built, passages[0], Verdict.NOTHING_HERE)
    for act in (
        confirmed(seen, "ann", later(3)),
        rejected(seen, "ann", later(3)),
        edited(seen, {"scale": "4"}, "ann", NOON),
    ):
        with pytest.raises(UsageError, match="evidence of i1 changed"):
            kept(built, BOOK, act)
    assert count(built) == 1


def test_what_is_not_there_any_more_is_refused(built: Store):
    one, two = one_of(built, "i1"), one_of(built, "i2")
    kept(built, BOOK, merged(one, [two], "ann", NOON))
    for act in (confirmed(two, "ben", later(1)), merged(one_of(built, "i1"), [two], "ben", later(1))):
        with pytest.raises(UsageError, match="no initiative 'i2' any more"):
            kept(built, BOOK, act)


def test_mergers_need_two_and_say_that_they_cross_areas(built: Store):
    one, two, far = (one_of(built, name) for name in ("i1", "i2", "i3"))
    for others in ([], [one], [two, two]):
        with pytest.raises(UsageError, match="two different initiatives"):
            kept(built, BOOK, merged(one, others, "ann", NOON))
    with pytest.raises(UsageError, match="different areas: City of London, Manchester"):
        kept(built, BOOK, merged(one, [far], "ann", NOON))
    kept(built, BOOK, merged(one, [far], "ann", NOON, across_areas=True))
    assert len(one_of(built, "i1").initiative.evidence) == 3


def test_a_split_takes_some_of_the_evidence(built: Store):
    one = one_of(built, "i1")
    mine = [part.evidence_id for part in one.initiative.evidence]
    for leaving in ([], mine):
        with pytest.raises(UsageError, match="not all and not none"):
            kept(built, BOOK, split(one, leaving, "ann", NOON))
    with pytest.raises(UsageError, match="no evidence of the initiative: px"):
        kept(built, BOOK, split(one, [mine[0], "px"], "ann", NOON))
    act = split(one, mine[:1], "ann", NOON)
    kept(built, BOOK, act)
    assert one_of(built, initiative_id("split", act.event_id)).initiative.evidence == one.initiative.evidence[:1]


def test_undoing_what_is_not_there_or_undone_is_refused(built: Store):
    one = one_of(built, "i1")
    act = confirmed(one, "ann", NOON)
    with pytest.raises(UsageError, match="no event"):
        kept(built, BOOK, undone(act, one, "ann", later(1)))
    kept(built, BOOK, act)
    kept(built, BOOK, undone(act, one_of(built, "i1"), "ben", later(1)))
    assert one_of(built, "i1").provenance is Provenance.MACHINE
    with pytest.raises(UsageError, match="undone already"):
        kept(built, BOOK, undone(act, one, "ann", later(2)))


def test_a_split_is_not_undone_under_what_was_said_of_its_part(built: Store):
    one = one_of(built, "i1")
    cut = split(one, [one.initiative.evidence[0].evidence_id], "ann", NOON)
    kept(built, BOOK, cut)
    name = initiative_id("split", cut.event_id)
    said = confirmed(one_of(built, name), "ben", later(1))
    kept(built, BOOK, said)
    with pytest.raises(UsageError, match="was confirmed by ben since"):
        kept(built, BOOK, undone(cut, one_of(built, "i1"), "ann", later(2)))
    kept(built, BOOK, undone(said, one_of(built, name), "ann", later(3)))
    kept(built, BOOK, undone(cut, one_of(built, "i1"), "ann", later(4)))
    assert len(one_of(built, "i1").initiative.evidence) == 2


def test_a_merger_is_not_undone_under_what_was_done_to_the_whole_or_a_part_of_it(built: Store):
    one, two = one_of(built, "i1"), one_of(built, "i2")
    (brought,) = (part.evidence_id for part in two.initiative.evidence)
    together = merged(one, [two], "ann", NOON)
    kept(built, BOOK, together)
    cut = split(one_of(built, "i1"), [brought], "ann", later(1))
    kept(built, BOOK, cut)
    part = initiative_id("split", cut.event_id)
    said = confirmed(one_of(built, part), "ben", later(2))
    kept(built, BOOK, said)
    with pytest.raises(UsageError, match="merged by it was confirmed by ben since"):
        kept(built, BOOK, undone(together, one_of(built, "i1"), "ann", later(3)))
    kept(built, BOOK, undone(said, one_of(built, part), "ann", later(4)))
    with pytest.raises(UsageError, match="merged by it was split by ann since"):
        kept(built, BOOK, undone(together, one_of(built, "i1"), "ann", later(5)))
    kept(built, BOOK, undone(cut, one_of(built, part), "ann", later(6)))
    kept(built, BOOK, undone(together, one_of(built, "i1"), "ann", later(7)))
    assert one_of(built, "i2").initiative == two.initiative


def test_two_codebooks_of_one_project_may_have_an_initiative_of_one_name(built: Store):
    other = shipped("ehch-v2")
    mine = initiatives_now(built, BOOK)
    theirs = replace(mine.initiatives[-1].initiative, title="seen otherwise")
    with built.write() as connection:
        initiatives.replace(connection, other.id, other.version, [theirs])
    with built.read() as connection:
        assert initiatives.listed(connection, other.id) == [theirs]
    assert initiatives_now(built, BOOK) == mine
    kept(built, BOOK, rejected(mine.initiatives[-1], "ann", NOON))
    assert initiatives_now(built, other).initiatives[0].provenance is Provenance.MACHINE
    with built.write() as connection:
        initiatives.replace(connection, other.id, other.version, [])
    assert len(initiatives_now(built, BOOK).initiatives) == 3


@pytest.mark.parametrize("person", ["", "  ", "\t"])
def test_nobody_does_nothing(built: Store, person: str):
    with pytest.raises(UsageError, match="needs a person"):
        kept(built, BOOK, confirmed(one_of(built, "i1"), person, NOON))
    assert count(built) == 0


def test_times_have_a_zone_notes_an_end_and_edits_a_change(built: Store):
    one = one_of(built, "i1")
    with pytest.raises(UsageError, match="time zone"):
        kept(built, BOOK, confirmed(one, "ann", datetime(2025, 3, 1)))  # noqa: DTZ001
    with pytest.raises(UsageError, match="a note has at most"):
        kept(built, BOOK, confirmed(one, "ann", NOON, note="x" * 2_001))
    with pytest.raises(UsageError, match="nothing was changed"):
        edited(one, {"title": one.initiative.title, "codes": ("discharge",)}, "ann", NOON)


def test_the_same_event_is_kept_once(built: Store):
    act = rejected(one_of(built, "i1"), "ann", NOON)
    kept(built, BOOK, act)
    with pytest.raises(StoreError):
        kept(built, BOOK, replace(act, note="again"))
    assert count(built) == 1


def test_a_thousand_initiatives_are_there_at_once(store: Store):
    items = [initiative(f"i{n}", *(f"p{n}x{part}" for part in range(3))) for n in range(1_000)]
    with store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, items)
        for item in items[:100]:
            seen = initiatives_now_of(item)
            initiative_events.append(connection, BOOK.id, confirmed(seen, "ann", NOON))
    start = time.perf_counter()
    found = initiatives_now(store, BOOK)
    seconds = time.perf_counter() - start
    assert len(found.initiatives) == 1_000
    assert sum(one.is_confirmed for one in found.initiatives) == 100
    assert seconds < 2  # 0.1 s on an idle machine; what grows with the square would take far longer


def initiatives_now_of(item) -> ReviewedInitiative:
    return ReviewedInitiative(
        initiative=item,
        provenance=Provenance.MACHINE,
        person="",
        decided_at=None,
        history=(),
        trace=(),
        events=(),
    )


def test_another_area_is_one_of_the_register_and_brings_its_name(built: Store):
    one = one_of(built, "i2")
    with pytest.raises(UsageError, match="no area has the code 'E99999999'"):
        edited(one, {"area_code": "E99999999"}, "Ann", NOON)
    kept(built, BOOK, edited(one, {"area_code": "E08000006"}, "Ann", NOON))
    assert one_of(built, "i2").initiative.area_name == "Salford"
    kept(built, BOOK, edited(one_of(built, "i2"), {"area_code": ""}, "Ann", later(1)))
    assert one_of(built, "i2").initiative.area_name == ""


@pytest.mark.parametrize(("field", "value"), [("codes", ["discharge", "moon"]), ("setting", "moon")])
def test_a_value_that_the_codebook_has_not_is_refused(built: Store, field: str, value: object):
    with pytest.raises(UsageError, match=r"care-home-integration.*'moon'"):
        kept(built, BOOK, edited(one_of(built, "i2"), {field: value}, "Ann", NOON))
    assert count(built) == 0


def test_a_code_of_an_earlier_codebook_may_stay(store: Store, passages):
    old = initiative("i1", evidence(passages[0].passage_id, codes=("of-old",)))
    with store.write() as connection:
        initiatives.replace(connection, BOOK.id, BOOK.version, [old])
    kept(store, BOOK, edited(one_of(store, "i1"), {"codes": ["discharge", "of-old"]}, "Ann", NOON))
    assert one_of(store, "i1").initiative.codes == ("discharge", "of-old")
