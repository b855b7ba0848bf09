import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.areas.area_register import area_register
from nlp.body_mentions import body_as_a_whole, body_key, body_mentions, council_name
from nlp.body_names import BodyKind
from nlp.language import BLANK, pipeline, read_text
from nlp.place_context import PlaceContext

ON = date(2024, 3, 1)
KENT = PlaceContext(
    area_code="E10000016",
    body="Kent County Council",
    on=ON,
    abbreviations={
        "KCC": "Kent County Council",
        "KCHFT": "Kent Community Health NHS Foundation Trust",
        "HWB": "A thing",
    },
)


def bodies(text, known=KENT, on=None):
    return body_mentions(read_text(text, pipeline(BLANK)), on, known)


def names(text, **more):
    return [one.name for one in bodies(text, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kent County Council pays", ["Kent County Council"]),
        ("KCC and the Council pay", ["Kent County Council", "Kent County Council"]),
        ("Bexley Council and the London Borough of Bexley", ["London Borough of Bexley", "London Borough of Bexley"]),
        ("NHS Kent & Medway ICB", ["NHS Kent and Medway Integrated Care Board"]),
        ("the ICB pays", ["NHS Kent and Medway Integrated Care Board"]),
        ("Kent and Medway ICS", ["Kent and Medway Integrated Care System"]),
        ("Greater Manchester Combined Authority", ["Greater Manchester Combined Authority"]),
        ("Kent Health and Wellbeing Board", ["Kent Health and Wellbeing Board"]),
        ("KCHFT visits", ["Kent Community Health NHS Foundation Trust"]),
        ("Maidstone & Tunbridge Wells NHS Trust", ["Maidstone and Tunbridge Wells NHS Trust"]),
        ("with Medway NHS FT", ["Medway NHS Foundation Trust"]),
        ("Nottingham university hospitals NHS Trust", ["Nottingham university hospitals NHS Trust"]),
        (
            "Both Alpha NHS Trust and Beta Vale Hospitals NHS Foundation Trust agreed",
            ["Alpha NHS Trust", "Beta Vale Hospitals NHS Foundation Trust"],
        ),
        ("Vale Hospital and Dover NHS Trust", ["Dover NHS Trust"]),
        ("Age UK Faversham and Age UK", ["Age UK Faversham", "Age UK"]),
        ("Healthwatch Brighton and Hove", ["Healthwatch Brighton and Hove"]),
        ("Healthwatch Kent, Kent Police", ["Healthwatch Kent", "Kent Police"]),
        ("the Care Quality Commission (CQC)", ["Care Quality Commission", "Care Quality Commission"]),
        ("The Deal and Sandwich Primary Care Network", ["Deal and Sandwich Primary Care Network"]),
        ("an NHS trust, the police, a hospice and healthwatch", []),
        ("Kent county has homes in Kent", []),
        ("NHS trusts in Kent", []),
    ],
)
def test_stable_names(text, expected):
    assert names(text) == expected


def test_kinds_codes_and_the_documents_own():
    own, icb, trust = bodies("KCC, NHS Kent and Medway ICB and Vale NHS Trust")
    assert (own.kind, own.area_code, own.is_own) == (BodyKind.COUNCIL, "E10000016", True)
    assert (icb.kind, icb.area_code, icb.is_own) == (BodyKind.ICB, "E54000032", False)
    assert (trust.kind, trust.area_code, trust.is_own) == (BodyKind.TRUST, "", False)


def test_a_ccg_the_register_lacks_keeps_its_words():
    (found,) = bodies("Dover CCG pays", on=date(2018, 1, 1))
    assert (found.name, found.kind) == ("Dover CCG", BodyKind.CCG)
    (known,) = bodies("NHS Bury CCG pays", on=date(2020, 1, 1))
    assert (known.name, known.area_code) == ("NHS Bury CCG", "E38000024")


def test_the_trust_whose_document_it_is():
    known = PlaceContext(body="Vale NHS Trust", on=ON)
    (one,) = bodies("We ask the Trust and any trust.", known=known)
    assert (one.name, one.is_own) == ("Vale NHS Trust", True)
    (full,) = bodies("Vale NHS Foundation Trust", known=known)
    assert full.is_own  # an NHS trust that became a foundation trust


def test_bodies_alike():
    assert body_key("The Vale & Dale NHS Trust") == body_key("Vale and Dale NHS Foundation Trust")
    assert body_key("Vale NHS Trust") != body_key("Dale NHS Trust")


def test_names_as_a_whole():
    assert body_as_a_whole("the Vale NHS Trust") == (BodyKind.TRUST, "Vale NHS Trust")
    assert body_as_a_whole("plans of Vale NHS Trust") is None
    assert body_as_a_whole("A thing") is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("E10000016", "Kent County Council"),
        ("E09000004", "London Borough of Bexley"),
        ("E08000003", "Manchester City Council"),
        ("E09000001", "City of London Corporation"),
    ],
)
def test_official_names_of_councils(code, name):
    assert council_name(area_register().get(code)) == name


_PIECES = st.sampled_from(
    [
        "Kent",
        "County Council",
        "NHS Trust",
        "Age UK",
        "the",
        "Trust",
        "and",
        "of",
        "Vale",
        "Police",
        "University of",
        ",",
        "-",
        "CQC",
        "KCHFT",
        "\n",
    ]
)


@given(st.lists(_PIECES, max_size=20))
def test_any_text_gives_bodies_in_order_that_stand_in_it(pieces):
    text, last = " ".join(pieces), 0
    for one in bodies(text):
        assert text[one.char_start : one.char_end] == one.words
        assert last <= one.char_start < one.char_end
        assert one.name.strip()
        last = one.char_end


@pytest.mark.parametrize("piece", ["and ", "Vale and ", "NHS Trust ", "Kent Police ", "KCHFT "])
def test_long_rubbish_is_read_in_linear_time(piece):
    started = time.perf_counter()
    bodies((piece * 20_000)[:20_000])
    assert time.perf_counter() - started < 5
