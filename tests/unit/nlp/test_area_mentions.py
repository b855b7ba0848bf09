import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area_register import area_register
from careatlas.errors import MissingDependencyError
from nlp.area_forms import AreaForm
from nlp.area_mentions import NOWHERE, area_mentions, named_as_a_whole, without_overlaps
from nlp.language import BLANK, TRAINED, pipeline, read_text
from nlp.place_context import PlaceContext

ON = date(2024, 3, 1)
KENT = PlaceContext(
    area_code="E10000016",
    body="Kent County Council",
    on=ON,
    abbreviations={"KCC": "Kent County Council", "KLP": "Kent Local Plan", "K16": "Kent"},
)


@pytest.fixture(params=[BLANK, TRAINED])
def nlp(request):
    try:
        return pipeline(request.param)
    except MissingDependencyError as error:
        pytest.skip(str(error))


def read(text, nlp=None, on=ON, known=NOWHERE):
    return area_mentions(read_text(text, nlp or pipeline(BLANK)), on, known)


def codes(text, least=0.5, **more):
    return [one.code for one in read(text, **more) if one.confidence >= least]


# Reading, Bath, Bury and the like, and names that are part of other names: below 0.5, or not there at all.
@pytest.mark.parametrize(
    "text",
    [
        "We are reading the plan.",
        "Reading is good for children.",
        "There was progress in Reading and Maths this year.",
        "Bath aids are loaned to residents.",
        "they bury the cables",
        "Cllr Ashford chaired the meeting.",
        "Mr Kent and Mrs. Barnet declared an interest.",
        "Cllr Jane Ashford spoke.",
        "Professor Barnet leads the trial.",
        "Jane Kent spoke to the panel.",
        "We thank Jane Kent for it.",
        "J. Bolton seconded the motion.",
        "The home on Kent Road was inspected.",
        "The team moved to Lancaster House.",
        "It is open at the Trafford Centre.",
        "Wigan Athletic gave tickets.",
        "Homes of Bolton at Home were adapted.",
        "Durham University evaluated it.",
        "The University of Bath evaluated it.",
        "The Bishop of Dover opened it.",
        "The Bromley-by-Bow centre is a model.",
        "Land at Kirkby-in-Ashfield was sold.",
        "Homes in Sutton-in-Ashfield and Sutton in Ashfield were visited.",
        "Kent Police and Healthwatch Kent joined.",
        "NHS England wrote to all homes.",
        "Sessions House, County Hall, Maidstone is shut.",
        "A patient of Leeds General Infirmary agreed.",
        "READING THE PLAN AND READING THE RULES",
    ],
)
def test_what_is_no_place(text, nlp):
    wrong = [one for one in read(text, nlp) if one.confidence >= 0.5 and one.words != "Ashfield"]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A hub will open in Reading.", "E06000038"),
        ("Homes across Bury have a nurse.", "E08000002"),
        ("We want to make Reading a better place.", "E06000038"),
        ("Reading Borough Council pays.", "E06000038"),
        ("Kent has 300 homes.", "E10000016"),
        ("Kent's homes have a nurse.", "E10000016"),
        ("People of Wigan were asked.", "E08000010"),
        ("Kent Better Care Fund plan", "E10000016"),
        ("Kent Health and Wellbeing Board", "E10000016"),
        ("the London Borough of Barnet pays", "E09000003"),
        ("NHS Kent & Medway ICB pays", "E54000032"),
        ("a Kent-wide offer", "E10000016"),
        ("While Kent has homes, few are open", "E10000016"),
        ("Supporting Kent through winter", "E10000016"),
        ("Hull City Council and others", "E06000010"),
        ("Newcastle-under-Lyme has beds", "E07000195"),
        ("St. Helens has beds", "E08000013"),
        ("In Kent\nthere are homes", "E10000016"),
        ("in the county of Kent", "E10000016"),
        ("a team serving Dover in Kent", "E07000108"),
    ],
)
def test_what_is_a_place(text, code, nlp):
    found = [one for one in read(text, nlp) if one.code == code]
    assert found
    assert max(one.confidence for one in found) >= 0.5


def test_places_in_a_list_are_all_placed():
    found = read("A nurse visits homes in Dover, Swale and Thanet. Medway has none.")
    assert [(one.words, one.is_placed) for one in found] == [
        ("Dover", True),
        ("Swale", True),
        ("Thanet", True),
        ("Medway", False),
    ]


def test_two_of_one_name_give_both_and_choose_none():
    (one,) = read("Beds in Newcastle are full.")
    assert (one.code, one.name, one.kind, one.is_ambiguous) == ("", "Newcastle", None, True)
    assert set(one.candidates) == {"E08000021", "E07000195"}
    assert one.confidence < 0.5
    (two,) = read("Beds in Newcastle are full.", known=PlaceContext(area_code="E10000028"))
    assert (two.code, two.is_ambiguous) == ("E07000195", False)


def test_the_vintage_is_that_of_the_day():
    (then,) = read("Homes in Northamptonshire agreed.", on=date(2019, 5, 1))
    (now,) = read("Homes in Northamptonshire agreed.")
    assert (then.code, then.is_expired) == (now.code, False) == ("E10000021", False)
    assert now.is_expired
    assert now.confidence < 0.5 < then.confidence
    assert "ended on 2021-04-01" in now.why


def test_the_day_of_the_context_counts_where_none_is_given():
    assert read("In Northamptonshire.", on=None, known=PlaceContext(on=ON))[0].is_expired


def test_abbreviations_of_the_document():
    (one,) = read("KCC pays.", known=KENT)
    assert (one.code, one.form, one.words) == ("E10000016", AreaForm.COUNTY, "KCC")
    assert "abbreviation of Kent County Council" in one.why
    assert read("KCC pays.") == ()
    assert read("The KLP and K16 say so.", known=KENT) == ()  # a plan is no area, and one capital no abbreviation
    assert read("kcc pays", known=KENT) == ()


def test_a_body_named_as_a_whole():
    assert named_as_a_whole("the Kent County Council").form is AreaForm.COUNTY
    assert named_as_a_whole("Kent Local Plan") is None
    assert named_as_a_whole("Kent and Dover") is None
    assert named_as_a_whole("") is None


def test_the_documents_own_area_is_believed_more():
    (mine,), (other,) = read("Kent has homes.", known=KENT), read("Kent has homes.")
    assert mine.confidence > other.confidence
    assert "own area" in mine.why
    (police,) = read("Kent Police came.", known=KENT)
    assert police.confidence < 0.5  # but not where the name is part of another


def test_a_trained_pipeline_tells_people_from_places():
    try:
        nlp = pipeline(TRAINED)
    except MissingDependencyError as error:
        pytest.skip(str(error))
    text = "We asked fair Barnet Bloggs to speak."
    doc, other = read_text(text, nlp), read_text(text, nlp)
    doc.set_ents([doc.char_span(14, 27, label="PERSON")])
    other.set_ents([other.char_span(14, 20, label="PERSON")])
    (person,), (alone,) = area_mentions(doc, ON), area_mentions(other, ON)
    assert person.confidence < alone.confidence  # a small pipeline takes a place's name alone for a person too often


def test_mentions_that_overlap_are_given_once():
    found = read("the Council of Kent County Council", known=KENT)
    spans = [(one.char_start, one.char_end) for one in found]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert without_overlaps(5, []) == []


_PIECES = st.sampled_from(
    [
        "Kent",
        "Reading",
        "in",
        "the Council",
        "KCC",
        "Newcastle",
        ",",
        "and",
        "Councils",
        "NHS",
        "ICB",
        "\n",
        "Mr",
        "-",
        "Road",
        "(",
        "x",
    ]
)


@given(st.lists(_PIECES, max_size=25), st.sampled_from([" ", ""]))
def test_any_text_gives_mentions_in_order_that_stand_in_it(pieces, between):
    text = between.join(pieces)
    found = read(text, known=KENT)
    last = 0
    for one in found:
        assert text[one.char_start : one.char_end] == one.words
        assert last <= one.char_start < one.char_end
        assert 0 < one.confidence <= 1
        assert one.is_ambiguous == (one.code == "")
        assert one.is_ambiguous or area_register().has(one.code)
        last = one.char_end


@pytest.mark.parametrize("piece", ["Kent, ", "KCC ", "the Council ", "Kent Police ", "Kent and "])
def test_long_rubbish_is_read_in_linear_time(piece):
    started = time.perf_counter()
    read((piece * 20_000)[:20_000], known=KENT)
    assert time.perf_counter() - started < 5
