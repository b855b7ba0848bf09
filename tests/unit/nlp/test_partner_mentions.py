from datetime import date

from nlp.language import BLANK, pipeline, read_text
from nlp.partner_mentions import partner_mentions
from nlp.place_context import PlaceContext

KENT = PlaceContext(
    area_code="E10000016", body="Kent County Council", on=date(2024, 3, 1), abbreviations={"KCC": "Kent County Council"}
)


def partners(text, known=KENT):
    return [(one.name, one.words) for one in partner_mentions(read_text(text, pipeline(BLANK)), known)]


def test_all_but_the_documents_own_body_each_once():
    text = "KCC, the Council and NHS Kent and Medway ICB work with Vale NHS Trust. The ICB and the Vale NHS Trust pay."
    assert partners(text) == [
        ("NHS Kent and Medway Integrated Care Board", "NHS Kent and Medway ICB"),
        ("Vale NHS Trust", "Vale NHS Trust"),
    ]


def test_where_the_own_body_is_not_known_all_are_partners():
    assert [name for name, _ in partners("Kent County Council and Vale NHS Trust", PlaceContext())] == [
        "Kent County Council",
        "Vale NHS Trust",
    ]


def test_what_is_expired_or_doubtful_is_no_partner():
    assert partners("NHS Bury CCG and Newcastle") == []
    assert partners("homes, GPs and the voluntary sector") == []
