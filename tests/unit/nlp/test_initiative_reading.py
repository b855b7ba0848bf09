"""A coded passage to evidence: what, where and when, with the words that say so; what people say prevails."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.codebook_file import shipped
from careatlas.initiative import Basis, InitiativeStatus, Span
from careatlas.passage import PassageKind
from careatlas.period import Precision
from nlp.initiative_reading import ReadPassage, sightings_of
from nlp.judged_words import JudgedWords
from nlp.language import BLANK, pipeline, read_text
from nlp.place_context import PlaceContext
from nlp.sighting import Coding

NLP = pipeline(BLANK)
BOOK = shipped("care-home-integration")
MANCHESTER = PlaceContext(area_code="E08000003", on=date(2023, 6, 1))
CODING = Coding(codes=("community-team",), basis=Basis.ACCEPTED, probability=0.7)


@pytest.fixture(scope="module")
def passage(document_of, reading_of):
    def made(text, kind=PassageKind.PARAGRAPH):
        return reading_of(document_of(), [[text]], kind=kind).passages[0]

    return made


@pytest.fixture
def read(passage):
    def made(text, said_on="2023-06", context=MANCHESTER, kind=PassageKind.PARAGRAPH, lead="", **facts):
        values = {"coding": CODING, **facts}
        one = ReadPassage(
            passage=passage(text, kind),
            doc=read_text(text, NLP),
            heading=read_text("Part 1", NLP),
            lead=read_text(lead, NLP) if lead else None,
            **values,
        )
        return sightings_of(one, context, said_on, BOOK)

    return made


def marked(text, name, words, person):
    start = text.index(words)
    return Span(name=name, value=words, words=words, char_start=start, char_end=start + len(words), person=person)


def evidence(sightings):
    (one,) = sightings
    return one.evidence


PLAN = "The Bridge Hub will open in September 2024 for 38 care homes, with £120,000 from the ICB."


def test_what_where_and_when(read):
    one = evidence(read(PLAN))
    assert (one.title, one.area_code, one.area_name) == ("Bridge Hub", "E08000003", "Manchester")
    assert one.status is InitiativeStatus.PLANNED
    assert (one.period.start, one.period.end, one.period.precision) == (date(2024, 9, 1), None, Precision.MONTH)
    assert (one.setting, one.scale, one.funding) == ("care-home", "38 care homes", "£120,000")
    assert (one.codes, one.basis, one.probability, one.said_on) == (CODING.codes, Basis.ACCEPTED, 0.7, "2023-06")


def test_every_span_is_where_it_says(read):
    for one in evidence(read(PLAN)).spans:
        assert PLAN[one.char_start : one.char_end] == one.words
    assert {"start", "status", "scale", "funding"} <= {one.name for one in evidence(read(PLAN)).spans}


def test_two_named_services_are_two_sightings_each_with_its_own_time(read):
    text = "The Bridge Hub has run since May 2021. The Quiet Nights Service will begin in October 2024."
    first, second = read(text)
    assert [one.evidence.title for one in (first, second)] == ["Bridge Hub", "Quiet Nights Service"]
    assert [one.evidence.status.value for one in (first, second)] == ["in-place", "planned"]
    assert [one.evidence.period.start for one in (first, second)] == [date(2021, 5, 1), date(2024, 10, 1)]
    assert second.evidence.evidence_id == f"{first.evidence.evidence_id}.1"
    assert first.text + second.text == text
    for one in second.evidence.spans:
        assert text[one.char_start : one.char_end] == one.words


def test_a_table_row_is_read_by_its_headers(read):
    row = "Scheme: Bridge Hub: one number; Lead: Joint office; Start: October 2021; Budget: £845,000"
    (one,) = read(row, kind=PassageKind.TABLE_ROW)
    assert one.evidence.period.start == date(2021, 10, 1)
    assert one.evidence.period.end is None
    assert one.evidence.status is InitiativeStatus.IN_PLACE  # no verb says it: the date lies behind
    assert one.text == "Scheme: Bridge Hub: one number"
    assert evidence(read(row, said_on="2020", kind=PassageKind.TABLE_ROW)).status is InitiativeStatus.PLANNED
    assert evidence(read(row, said_on="", kind=PassageKind.TABLE_ROW)).status is InitiativeStatus.UNCLEAR


def test_what_ran_until_a_day_that_is_past_has_stopped(read):
    text = "The Bridge Hub ran until May 2020."
    assert evidence(read(text)).status is InitiativeStatus.STOPPED
    assert evidence(read(text)).period.end == date(2020, 6, 1)
    assert evidence(read(text, said_on="2020-03")).status is not InitiativeStatus.STOPPED
    assert evidence(read(text, said=JudgedWords(status="in-place"))).status is InitiativeStatus.IN_PLACE


def test_an_item_of_a_list_is_read_with_the_line_above(read):
    item = "A falls pickup for every home"
    assert evidence(read(item)).status is InitiativeStatus.UNCLEAR
    led = evidence(read(item, kind=PassageKind.LIST_ITEM, lead="We will start these in April 2024:"))
    assert led.status is InitiativeStatus.PLANNED
    assert led.period.start == date(2024, 4, 1)
    assert not any(one.name in {"start", "status"} for one in led.spans)  # the words stand elsewhere


def test_without_a_document_area_there_is_none(read):
    one = evidence(read("The Bridge Hub opened.", context=PlaceContext()))
    assert (one.area_code, one.area_name) == ("", "")


def test_what_people_say_prevails(read):
    text = "The Bridge Hub in Salford opened in May 2021."
    spans = (marked(text, "area", "Salford", "ann"), marked(text, "end", "May 2021", "bo"))
    said = JudgedWords(status="stopped", setting="older-people", spans=spans)
    one = evidence(read(text, said=said))
    assert (one.status, one.setting) == (InitiativeStatus.STOPPED, "older-people")
    assert (one.area_code, one.area_why) == ("E08000006", "marked by ann: Salford")
    assert one.period.end == date(2021, 6, 1)
    people = {one.name: one.person for one in one.spans if one.person}
    assert people == {"area": "ann", "end": "bo"}
    assert not any(one.name in {"status", "setting"} for one in one.spans)


def test_an_area_that_people_marked_and_nobody_knows_leaves_the_document_area(read):
    text = "The Bridge Hub in Nether Wallop opened."
    span = marked(text, "area", "Nether Wallop", "ann")
    one = evidence(read(text, said=JudgedWords(spans=(span,))))
    assert one.area_code == "E08000003"
    assert any(one.words == "Nether Wallop" and one.person == "ann" for one in one.spans)


def test_people_mark_partners_and_money(read):
    text = "The Bridge Hub works with Nether Lamps on £5,000."
    spans = (marked(text, "partner", "Nether Lamps", "ann"), marked(text, "funding", "£5,000", "ann"))
    one = evidence(read(text, said=JudgedWords(spans=spans)))
    assert (one.partners, one.funding) == (("Nether Lamps",), "£5,000")
    assert sum(one.name == "funding" for one in one.spans) == 1


def test_hostile_words_are_read_as_words(read, hostile_texts):
    for text in (*hostile_texts, "", " ", "£" * 5_000):
        for one in read(text):
            assert all(text[span.char_start : span.char_end] == span.words for span in one.evidence.spans)
