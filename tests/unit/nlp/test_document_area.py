"""The area of a document and its body, from handmade heads, texts, addresses and metadata."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import AreaCode, DocumentId
from careatlas.passage import Passage
from nlp.document_area import AUTHOR, ENGLAND, area_evidence, in_force
from nlp.document_body import body_evidence
from nlp.fact_evidence import FactEvidence, ranked_facts
from nlp.place_context import PlaceContext
from nlp.title_page import title_lines

KENT, BOLTON, WIGAN = "E10000016", "E08000001", "E08000010"
ON = date(2024, 5, 1)


@pytest.fixture(scope="session")
def passages_of(document_of, reading_of):
    def make(*pages: list[str]) -> list[Passage]:
        return list(reading_of(document_of("plan.pdf"), pages).passages)

    return make


def areas(passages: list[Passage], on: date | None = ON, **named: str) -> tuple[DocumentFact, ...]:
    lines = title_lines(passages)
    texts = {what.replace("_", " "): text for what, text in named.items()}
    return ranked_facts(DocumentId("d"), FactName.AREA, area_evidence(lines, passages, texts, PlaceContext(on=on)))


def bodies(passages: list[Passage], area: str = "") -> tuple[DocumentFact, ...]:
    evidence = body_evidence(title_lines(passages), {}, PlaceContext(on=ON), AreaCode(area))
    return ranked_facts(DocumentId("d"), FactName.BODY, evidence)


def test_a_council_on_the_title_page_is_the_area_with_its_words(passages_of) -> None:
    passages = passages_of(["BOLTON COUNCIL", "Plan for care homes"])
    (first, *_) = areas(passages)
    assert (first.value, first.label, first.passage_id) == (BOLTON, "Bolton", passages[0].passage_id)
    assert passages[0].text[first.char_start : first.char_end] == "BOLTON COUNCIL"
    assert first.confidence >= 0.7


def test_the_title_page_goes_before_what_the_text_names_most(passages_of) -> None:
    text = ["Homes in Wigan were visited again this year by nurses of the trust."] * 3
    first, second, *_ = areas(passages_of(["Bolton Council", "A plan"], [], [], ["Contents"], text))
    assert (first.value, second.value) == (BOLTON, WIGAN)
    assert second.confidence < 0.5


def test_the_text_alone_is_enough_where_it_names_one_area_often(passages_of) -> None:
    text = [f"Care homes in Bolton had {n} visits of the nurse in the last year." for n in range(6)]
    first, *_ = areas(passages_of(["A plan"], [], ["Contents"], text))
    assert (first.value, first.why) == (BOLTON, "named in 6 of the passages looked at")
    assert first.confidence >= 0.6
    once = areas(passages_of(["A plan"], ["Contents"], text[:1]))
    assert once[0].confidence < 0.5


def test_addresses_tell_the_council_and_national_ones_do_not(passages_of) -> None:
    (found,) = areas(passages_of(["Write to plans@kent.gov.uk or see www.kent.gov.uk/plans, and www.gov.uk/guidance."]))
    assert (found.value, found.confidence) == (KENT, pytest.approx(0.75))
    assert "address" in found.why


def test_where_a_council_meets_is_not_what_its_paper_is_about(passages_of) -> None:
    (found, *_) = areas(passages_of(["AGENDA", "Council Chamber, County Hall, Maidstone", "Thursday, 2 May 2024"]))
    assert found.label == "Maidstone"
    assert found.confidence < 0.3


def test_the_initials_of_one_council_only_tell_it(passages_of) -> None:
    text = "The KCC response follows; KCC will reply in full to every point made."
    (found,) = areas(passages_of([text, text]))
    assert (found.value, found.confidence) == (KENT, pytest.approx(0.75 * 2 / 3))  # each passage has one voice


def test_a_persons_name_as_author_is_no_area_but_a_council_is(passages_of) -> None:
    what = AUTHOR.replace(" ", "_")
    assert areas(passages_of(["A plan"]), **{what: "J Bolton"}) == ()
    (found,) = areas(passages_of(["A plan"]), **{what: "Bolton Council"})
    assert found.value == BOLTON


def test_a_file_name_in_small_letters_is_read(passages_of) -> None:
    (found,) = areas(passages_of(["A plan"]), file_name="bolton-better_care_fund")
    assert (found.value, found.why) == (BOLTON, "file name: Bolton")


def test_bodies_of_all_england_make_england_and_its_name_alone_does_not(passages_of) -> None:
    (found,) = areas(passages_of(["NHS England", "Guide to measures"]))
    assert found.value == ENGLAND
    assert areas(passages_of(["Care homes in England"])) == ()
    assert areas(passages_of(["Care homes in London"])) == ()


def test_an_abolished_area_gives_way_to_the_one_that_followed() -> None:
    vale = FactEvidence(value="E07000004", label="Aylesbury Vale", strength=0.5, source="text", why="named")
    found = in_force(vale, date(2020, 12, 1))
    assert (found.value, found.label) == ("E06000060", "Buckinghamshire")
    assert "became E06000060" in found.why
    assert in_force(vale, date(2019, 12, 1)) == vale
    assert in_force(vale, None) == vale
    cumbria = FactEvidence(value="E10000006", label="Cumbria", strength=0.5, source="text", why="named")
    assert in_force(cumbria, date(2024, 1, 1)) == cumbria  # two areas followed: none is chosen


def test_nothing_named_is_nothing_proposed(passages_of) -> None:
    assert areas([]) == ()
    assert areas(passages_of(["A plan", "for care homes"])) == ()


def test_the_body_on_the_title_page_goes_before_that_of_the_area(passages_of) -> None:
    passages = passages_of(["BOLTON COUNCIL", "with Wigan Council"])
    first, second = bodies(passages, BOLTON)
    assert (first.value, first.passage_id) == ("Bolton Metropolitan Borough Council", passages[0].passage_id)
    assert second.label.startswith("Wigan")
    (alone,) = bodies(passages_of(["A plan"]), KENT)
    assert (alone.value, alone.confidence) == ("Kent County Council", 0.55)
    assert bodies(passages_of(["A plan"])) == ()


def test_a_text_of_rubbish_is_quick(passages_of) -> None:
    import time

    started = time.process_time()
    areas(passages_of(["a.b" * 10_000, "-.gov" * 8_000, "KCC" * 10_000]))
    assert time.process_time() - started < 1.5
