"""Which sightings are of one initiative: by name, by words, within an area, whatever the order they come in."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import initiative_id
from careatlas.initiative import InitiativeStatus
from nlp.consolidation import ConsolidationRules, consolidated
from tests.made_sightings import sighting, since

HUB = "The Bridge Hub takes calls about falls from every home."
HUB_LATER = "Calls about broken hips now go to the Bridge Hub as well."
NIGHTS = "The Quiet Nights Service sends carers after midnight."
LIFTING = "Lifting cushions and training in their use reach twelve homes, so that fewer ambulances are called."


def groups(*sightings, **rules):
    made = consolidated(sightings, ConsolidationRules(**rules))
    return sorted(sorted(part.evidence_id for part in one.evidence) for one in made)


def test_a_name_joins_passages_of_several_years():
    (one,) = consolidated([sighting("a", HUB), sighting("b", HUB_LATER, year="2024")])
    first, later = one.evidence
    assert first.joined == "first"
    assert re.fullmatch(
        "called “Bridge Hub” in both, words ..% alike; same area; both falls; 2021, then 2024", later.joined
    )
    assert 0.2 < later.similarity < 0.6
    assert one.initiative_id == initiative_id("a")


def test_the_latest_status_prevails_and_the_period_is_put_together():
    first = sighting("a", HUB, status=InitiativeStatus.PLANNED, period=since(2022))
    later = sighting("b", HUB_LATER, year="2024", status=InitiativeStatus.IN_PLACE)
    (one,) = consolidated([later, first])
    assert one.status is InitiativeStatus.IN_PLACE
    assert one.period == since(2022)


def test_two_names_are_two_things_even_in_the_same_words():
    assert groups(sighting("a", HUB), sighting("b", HUB.replace("Bridge Hub", "Beacon Hub"))) == [["a"], ["b"]]


def test_another_area_is_another_initiative():
    assert groups(sighting("a", HUB), sighting("b", HUB, area="E08000004")) == [["a"], ["b"]]


def test_without_an_area_only_passages_of_one_document_belong_together():
    nowhere = [
        sighting(name, HUB, area="", document=f"d{name[0]}", position=at) for at, name in enumerate(("a1", "a2", "b"))
    ]
    assert groups(*nowhere) == [["a1", "a2"], ["b"]]
    made = consolidated(nowhere)
    assert any("same document, area unknown" in part.joined for one in made for part in one.evidence)


def test_a_name_alone_does_not_join_other_codes():
    assert groups(sighting("a", HUB), sighting("b", HUB_LATER, codes=("pay",))) == [["a"], ["b"]]
    assert groups(sighting("a", HUB), sighting("b", HUB, codes=("pay",))) == [["a", "b"]]


def test_the_same_words_in_two_years_plans_are_one_without_any_name():
    again = LIFTING.replace("twelve", "fourteen")
    assert groups(sighting("a", LIFTING), sighting("b", again, year="2023")) == [["a", "b"]]
    assert groups(sighting("a", LIFTING), sighting("b", again, year="2023"), unnamed=0.99) == [["a"], ["b"]]


def test_within_a_document_more_likeness_is_asked_for():
    two = [sighting(name, text, document="d", position=at) for at, (name, text) in enumerate([
        ("a", "Lifting cushions help staff."), ("b", "Lifting cushions and slings for hospices."),
    ])]  # fmt: skip
    apart = [replace(one, evidence=replace(one.evidence, document_id=one.evidence.evidence_id)) for one in two]
    rules = {"unnamed": 0.1, "unnamed_here": 0.95, "faint_name": 0.1}
    assert groups(*two, **rules) == [["a"], ["b"]]
    assert groups(*apart, **rules) == [["a", "b"]]


def test_starts_far_apart_are_two_initiatives_unless_a_name_is_sure():
    early, late = since(2014), since(2023)
    assert groups(sighting("a", LIFTING, period=early), sighting("b", LIFTING, period=late)) == [["a"], ["b"]]
    assert groups(sighting("a", HUB, period=early), sighting("b", HUB_LATER, period=late)) == [["a", "b"]]


def test_a_passage_that_uses_the_words_of_a_known_name_in_small_letters_joins_it():
    small = "One number for falls: calls from every home reach the bridge hub."
    assert groups(sighting("a", HUB), sighting("b", small, year="2022")) == [["a", "b"]]
    assert groups(sighting("a", small), sighting("b", HUB, year="2022")) == [["a", "b"]]


def test_first_is_by_date_then_place_and_what_has_no_date_comes_last():
    same = {"document": "d"}
    undated = sighting("u", HUB, year="")
    made = consolidated([undated, sighting("p2", HUB, page=2, **same), sighting("p1", HUB, page=1, position=3, **same)])
    assert [part.evidence_id for part in made[0].evidence] == ["p1", "p2", "u"]
    assert made[0].initiative_id == initiative_id("p1")


SOME = st.lists(
    st.tuples(
        st.sampled_from([HUB, HUB_LATER, NIGHTS, LIFTING, LIFTING.replace("twelve", "nine"), "Nothing named", ""]),
        st.sampled_from(["2019", "2021-04", "2024", ""]),
        st.sampled_from(["E08000003", "E08000004", ""]),
        st.sampled_from([("falls",), ("pay",), ("falls", "pay")]),
        st.sampled_from([None, since(2015), since(2022)]),
    ),
    max_size=9,
)


def made_of(rows):
    return [
        sighting(f"p{at}", text, year=year, area=area, codes=codes, period=period, document=f"d{at % 4}", position=at)
        for at, (text, year, area, codes, period) in enumerate(rows)
    ]


@given(SOME, st.randoms(use_true_random=False))
def test_the_order_in_which_sightings_come_does_not_matter(rows, chance: Random):
    sightings = made_of(rows)
    shuffled = list(sightings)
    chance.shuffle(shuffled)
    assert consolidated(shuffled) == consolidated(sightings)


@given(SOME)
def test_every_sighting_is_in_one_initiative_of_its_area_and_every_merge_is_explained(rows):
    sightings = made_of(rows)
    made = consolidated(sightings)
    assert sorted(part.evidence_id for one in made for part in one.evidence) == sorted(
        one.evidence.evidence_id for one in sightings
    )
    for one in made:
        assert {part.area_code for part in one.evidence} == {one.area_code}
        assert one.evidence[0].joined == "first"
        assert all(part.joined.count(";") == 3 and 0 <= part.similarity <= 1 for part in one.evidence[1:])


@given(SOME)
def test_later_documents_neither_rename_initiatives_nor_take_them_apart(rows):
    sightings = made_of(rows)
    dates = sorted({one.evidence.said_on or "9999" for one in sightings})
    for last in dates:
        early = consolidated([one for one in sightings if (one.evidence.said_on or "9999") <= last])
        now = {one.initiative_id: {part.evidence_id for part in one.evidence} for one in consolidated(sightings)}
        assert all({part.evidence_id for part in one.evidence} <= now[one.initiative_id] for one in early)


def test_thousands_of_passages_of_one_area_are_put_together_in_seconds():
    chance = Random(1)
    words = [
        f"{chance.choice('bcdfglmnprst')}{chance.choice('aeiou')}{chr(97 + at % 26)}{chr(97 + at // 26)}"
        for at in range(500)
    ]
    many = [sighting(f"p{at}", " ".join(chance.sample(words, 12)), position=at, document="d") for at in range(1_500)]
    started = time.perf_counter()
    assert len(consolidated(many)) > 500
    assert time.perf_counter() - started < 5.0
