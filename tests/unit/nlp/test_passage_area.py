from datetime import date

import pytest

from careatlas.errors import MissingDependencyError
from nlp.language import BLANK, TRAINED, pipeline, read_text
from nlp.passage_area import area_of_passage
from nlp.place_context import PlaceContext

ON = date(2024, 3, 1)
KENT = PlaceContext(
    area_code="E10000016", body="Kent County Council", on=ON, abbreviations={"KCC": "Kent County Council"}
)
KENT_AND_MEDWAY = PlaceContext(area_code="E54000032", on=ON)
MANCHESTER = PlaceContext(area_code="E47000001", on=ON)


@pytest.fixture(params=[BLANK, TRAINED])
def nlp(request):
    try:
        return pipeline(request.param)
    except MissingDependencyError as error:
        pytest.skip(str(error))


def area(text, heading="", known=KENT, nlp=None):
    nlp = nlp or pipeline(BLANK)
    return area_of_passage(read_text(text, nlp), read_text(heading, nlp) if heading else None, known)


@pytest.mark.parametrize(
    ("text", "heading", "known", "code"),
    [
        ("Nurses visit all care homes.", "", KENT, "E10000016"),
        ("Nurses visit care homes in Thanet.", "", KENT, "E07000114"),
        ("Thanet District Council will fund beds.", "", KENT, "E07000114"),
        ("Nurses visit homes in Thanet and Dover.", "", KENT, "E10000016"),
        ("Nurses visit homes across Kent.", "Support in Swale", KENT, "E10000016"),
        ("Nurses visit homes across the county.", "Support in Swale", KENT, "E10000016"),
        ("KCC will send nurses.", "Support in Swale", KENT, "E07000113"),
        ("Nurses visit homes.", "Support in Swale", KENT, "E07000113"),
        ("Nurses visit homes.", "Support in Swale and Dover", KENT, "E10000016"),
        ("Nurses visit homes in Dover.", "Support in Swale", KENT, "E07000108"),
        ("As in Wigan, nurses will visit homes.", "", KENT, "E10000016"),
        ("Learning from Leeds, nurses will visit homes in Dover.", "", KENT, "E07000108"),
        ("As in Thanet, nurses will visit homes in Dover.", "", KENT, "E07000108"),
        ("Work began in Wigan.", "", KENT, "E10000016"),
        ("Nurses visit homes in Medway.", "", KENT_AND_MEDWAY, "E06000035"),
        ("Nurses visit homes in Kent.", "", KENT_AND_MEDWAY, "E10000016"),
        ("Nurses visit homes in Dover.", "", KENT_AND_MEDWAY, "E07000108"),
        ("Nurses visit homes in Bury.", "", MANCHESTER, "E08000002"),
        ("Mr Ashford asked of beds.", "", KENT, "E10000016"),
        ("Beds at Dover House were shut.", "", KENT, "E10000016"),
        ("Nurses of Maidstone and Tunbridge Wells NHS Trust visit homes.", "", KENT, "E10000016"),
        ("Nurses visit homes in Newcastle.", "", PlaceContext(on=ON), ""),
        ("Nurses visit homes in Thanet.", "", PlaceContext(on=ON), "E07000114"),
        ("Nurses visit homes.", "Support in Swale", PlaceContext(on=ON), "E07000113"),
        ("Nurses visit homes in Thanet and Dover.", "", PlaceContext(on=ON), ""),
        ("Nurses visit homes.", "", PlaceContext(area_code="E99999999"), ""),
        ("Nurses visit homes across England.", "", KENT, "E10000016"),
    ],
)
def test_the_area_of_an_initiative(text, heading, known, code, nlp):
    assert area(text, heading, known, nlp).code == code


def test_why_and_where():
    found = area("Nurses visit homes in Thanet.")
    assert found.span == (22, 28)
    assert found.name == "Thanet"
    assert "within Kent" in found.why
    headed = area("Nurses visit homes.", "Support in Swale")
    assert headed.span is None
    assert "heading" in headed.why
    outside = area("Work began in Wigan.")
    assert "outside" in outside.why
    assert outside.confidence < area("Work began.").confidence
    several = area("Nurses visit homes in Thanet and Dover.")
    assert "Thanet, Dover" in several.why
    nothing = area("Nurses visit homes.", known=PlaceContext())
    assert (nothing.code, nothing.confidence, nothing.span) == ("", 0.0, None)


def test_an_expired_area_is_not_where_something_is_done_today():
    known = PlaceContext(area_code="E06000060", on=ON)  # Buckinghamshire, in whose place Aylesbury Vale is no more
    assert area("Nurses visit homes in Aylesbury Vale.", known=known).code == "E06000060"
    then = PlaceContext(area_code="E10000002", on=date(2019, 1, 1))
    assert area("Nurses visit homes in Aylesbury Vale.", known=then).code == "E07000004"
