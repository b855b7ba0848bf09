from datetime import date

import pytest

from careatlas.areas.area import Area, AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_names import area_ruler, ruler_of
from nlp.language import BLANK, pipeline, read_text
from nlp.name_words import name_words


def made(code, name, kind, *others, nhs=""):
    return Area(
        code=AreaCode(code),
        name=name,
        kind=kind,
        valid_from=date(2019, 4, 1),
        parent=AreaCode("E92000001"),
        other_names=others,
        nhs_code=nhs,
    )


FEW = (
    made("E10000099", "Greenshire", AreaKind.COUNTY, "Greenshire County Council"),
    made("E06000099", "Port, City of", AreaKind.UNITARY, "City of Port Council"),
    made("E54000099", "NHS Greenshire, Port and the Vale Integrated Care Board", AreaKind.ICB),
    made("E38000099", "NHS Greenshire, Port and the Vale ICB - 77X", AreaKind.SUB_ICB, nhs="77X"),
    made("E38000098", "NHS North Greenshire CCG", AreaKind.CCG),
    made("E12000099", "Eastern", AreaKind.REGION, "East"),
)


@pytest.fixture(scope="module")
def few():
    return ruler_of(FEW)


def named(ruler, text):
    words = name_words(read_text(text, pipeline(BLANK)))
    found = []
    for place in ruler.named(words):
        start, end = words.chars(place.whole.start, place.whole.end)
        found.append((text[start:end], place.form, [area.code for area in place.areas]))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in Greenshire", [("Greenshire", AreaForm.PLACE, ["E10000099"])]),
        ("GREENSHIRE COUNTY COUNCIL", [("GREENSHIRE COUNTY COUNCIL", AreaForm.COUNTY, ["E10000099"])]),
        ("the City of Port", [("City of Port", AreaForm.COUNCIL, ["E06000099"])]),
        (
            "Greenshire, Port & the Vale ICB",
            [("Greenshire, Port & the Vale ICB", AreaForm.ICB, ["E54000099"])],
        ),
        (
            "NHS Greenshire Port and Vale Integrated Care Board",
            [("NHS Greenshire Port and Vale Integrated Care Board", AreaForm.ICB, ["E54000099"])],
        ),
        (
            "NHS Greenshire, Port and the Vale ICB - 77X ends",
            [("NHS Greenshire, Port and the Vale ICB - 77X", AreaForm.ICB, ["E38000099"])],
        ),
        ("NHS North Greenshire CCG", [("NHS North Greenshire CCG", AreaForm.CCG, ["E38000098"])]),
        ("in North Greenshire", [("Greenshire", AreaForm.PLACE, ["E10000099"])]),
        ("greenshire and the east, East", []),
        (
            "Greenshire CC, Port",
            [("Greenshire CC", AreaForm.COUNTY, ["E10000099"]), ("Port", AreaForm.PLACE, ["E06000099"])],
        ),
    ],
)
def test_names_of_a_small_register(few, text, expected):
    assert named(few, text) == expected


def test_a_form_that_several_names_share_is_that_of_each(few):
    forms = [form for _, form, _ in named(few, "Greenshire and Port Councils met")]
    assert forms == [AreaForm.COUNCIL, AreaForm.COUNCIL]
    assert [form for _, form, _ in named(few, "Greenshire and Port Council")] == [AreaForm.PLACE, AreaForm.COUNCIL]


def test_nothing_in_an_empty_text(few):
    assert named(few, "") == []
    assert named(few, " \n ") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kent County Council", "E10000016"),
        ("Manchester City Council", "E08000003"),
        ("London Borough of Sutton", "E09000029"),
        ("Royal Borough of Kensington and Chelsea", "E09000020"),
        ("City of York Council", "E06000014"),
        ("City of London Corporation", "E09000001"),
        ("Newcastle City Council", "E08000021"),
        ("Hull City Council", "E06000010"),
        ("St Helens Council", "E08000013"),
        ("King's Lynn and West Norfolk Borough Council", "E07000146"),
        ("Kent & Medway ICB", "E54000032"),
        ("West Yorkshire Combined Authority", "E47000003"),
    ],
)
def test_official_names_of_the_shipped_register(text, code):
    ((_, _, codes),) = named(area_ruler(), f"Then {text} met.")
    assert code in codes


def test_every_council_of_the_register_is_found_by_its_own_name():
    ruler = area_ruler()
    local = {"county", "unitary", "metropolitan-district", "london-borough", "district"}
    councils = [
        (area.code, name)
        for area in area_register().areas
        for name in (area.name, *area.other_names)
        if area.kind.value in local and "Council" in name
    ]
    lost = [name for code, name in councils if not any(code in codes for *_, codes in named(ruler, name))]
    assert len(councils) > 300
    assert lost == []
