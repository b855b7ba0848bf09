"""Passages in the store: by place, by filter, by word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, ModelId, judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import PassageKind
from careatlas.store import judgements, passages, suggestions
from careatlas.store.engine import Store
from careatlas.store.passages import MAX_WORDS, PassageFilter
from careatlas.suggestion import CodeScore, Suggestion

WORDS = [
    "Care homes are visited weekly; care, care and more care.",
    "The home round is near the end of the week, or later, and not before.",
    "Discharges to a care home need a plan.",
    'She said "seven-day working" is a must.',
    "Café visits: naïve, 50% of residents* (new).",
]


@pytest.fixture
def shelf(store: Store, keep, document_of, reading_of) -> Store:
    """Two plans: one of WORDS on two pages, one of furniture and a table row."""
    first = document_of("first.pdf", area_code="E08000001")
    keep(store, first, reading_of(first, [WORDS[:3], WORDS[3:]]))
    second = document_of("second.pdf", area_code="E08000002")
    keep(store, second, reading_of(second, [["Care plan, page 1 of 9"]], kind=PassageKind.FURNITURE))
    third = document_of("third.pdf", area_code="E08000002")
    keep(store, third, reading_of(third, [["Scheme: step-down care"]], kind=PassageKind.TABLE_ROW))
    return store


def found(store: Store, words: str, **options: int) -> set[str]:
    with store.read() as connection:
        return {hit.passage.text for hit in passages.search(connection, words, **options)}


def texts(store: Store, **which) -> list[str]:
    with store.read() as connection:
        listed = passages.listed(connection, PassageFilter(**which), limit=1_000)
        assert passages.count(connection, PassageFilter(**which)) == len(listed)
        assert list(passages.stream(connection, PassageFilter(**which), batch=2)) == listed
    return [passage.text for passage in listed]


def test_a_passage_comes_back_by_its_identifier(shelf: Store):
    with shelf.read() as connection:
        for passage in passages.listed(connection, PassageFilter()):
            assert passages.get(connection, passage.passage_id) == passage


def test_a_passage_that_is_not_there_is_an_error_of_use(shelf: Store):
    with shelf.read() as connection, pytest.raises(UsageError, match="is not in this project"):
        passages.get(connection, "pnowhere")


def test_a_page_is_given_in_order_with_its_furniture(shelf: Store, document_of):
    with shelf.read() as connection:
        first = passages.of_page(connection, document_of("first.pdf").document_id, 1)
        second = passages.of_page(connection, document_of("second.pdf").document_id, 1)
        none = passages.of_page(connection, document_of("first.pdf").document_id, 3)
    assert [one.text for one in first] == WORDS[:3]
    assert [one.kind for one in second] == [PassageKind.FURNITURE]
    assert none == []


def test_furniture_is_listed_only_if_it_is_asked_for(shelf: Store):
    assert len(texts(shelf)) == 6
    assert texts(shelf, kinds=(PassageKind.FURNITURE,)) == ["Care plan, page 1 of 9"]
    assert len(texts(shelf, kinds=tuple(PassageKind))) == 7
    assert texts(shelf, kinds=(PassageKind.TABLE_ROW, PassageKind.HEADING)) == ["Scheme: step-down care"]


def test_filters_narrow_together(shelf: Store, document_of):
    first = document_of("first.pdf").document_id
    assert texts(shelf, document_id=first) == WORDS
    assert texts(shelf, area_code="E08000002") == ["Scheme: step-down care"]
    assert texts(shelf, area_code="E08000002", document_id=first) == []
    assert set(texts(shelf, words="care home", document_id=first)) == {WORDS[0], WORDS[2]}
    assert texts(shelf, words="step-down", area_code="E08000002") == ["Scheme: step-down care"]
    assert texts(shelf, document_id="' OR 1=1 --") == []


def test_passages_are_listed_by_place_and_in_pages(shelf: Store, document_of):
    which = PassageFilter(document_id=document_of("first.pdf").document_id)
    with shelf.read() as connection:
        pages = [passages.listed(connection, which, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [[one.text for one in page] for page in pages] == [WORDS[:2], WORDS[2:4], WORDS[4:], []]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("care", {0, 2, 5}),
        ("CARE", {0, 2, 5}),
        ("home care", {0, 2}),
        ("discharge", {2}),
        ("discharged", {2}),
        ("visit", {0, 4}),
        ("café", {4}),
        ("step-down", {5}),
        ("seven-day", {3}),
        ("care absentword", set()),
        ("", set()),
        ("   ", set()),
        ('"', set()),
        ("*", set()),
        ("( ) : ^ -", set()),
    ],
)
def test_a_search_finds_every_word_in_any_form(shelf: Store, words: str, where: set[int]):
    every = [*WORDS, "Scheme: step-down care"]
    assert found(shelf, words) == {every[number] for number in where}


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ('"care home"', "care home"),
        ('"home care"', "home care"),
        ("resid*", "resid"),
        ("NEAR(home round)", "near home round"),
        ("home OR absentword", "home or absentword"),
        ("home NOT plan", "home not plan"),
        ("home AND plan", "home and plan"),
        ("-plan", "plan"),
        ("^care", "care"),
        ("text:care", "text care"),
        ("{care}", "care"),
        ("care +plan", "care plan"),
        ('unclosed "care', "unclosed care"),
        ("care & plan | home !x", "care plan home x"),
        ("care <-> home", "care home"),
        ("'; DROP TABLE passage; --", "drop table passage"),
        ("passage_words MATCH care", "passage_words match care"),
        ("care\x00plan", "care plan"),
    ],
)
def test_signs_and_words_that_engines_know_are_plain_words(shelf: Store, words: str, plain: str):
    assert found(shelf, words) == found(shelf, plain)
    assert set(texts(shelf, words=words)) == found(shelf, plain)


@pytest.mark.parametrize("words", ["NEAR", "near(", "NEAR(home, 2)", "home NEAR end"])
def test_an_operator_is_looked_for_as_a_word(shelf: Store, words: str):
    assert found(shelf, words) <= {WORDS[1]}


@pytest.mark.parametrize("words", ["_", "__ care", "\u0660", "²", "ʰ", "\U0001f3e5 care", "e\u0301", "x" * 10_000, "ﬁ"])
def test_odd_words_are_no_error(shelf: Store, words: str):
    assert found(shelf, words) <= {*WORDS, "Scheme: step-down care"}


def test_only_so_many_words_are_looked_for(shelf: Store):
    assert found(shelf, "care " * MAX_WORDS + "absentword") == found(shelf, "care")
    assert found(shelf, "care " * (MAX_WORDS - 1) + "absentword") == set()


def test_the_best_match_comes_first_and_the_limit_keeps_it(shelf: Store):
    with shelf.read() as connection:
        hits = passages.search(connection, "care")
        (best,) = passages.search(connection, "care", limit=1)
    assert hits[0].passage.text == WORDS[0], "the passage in which the word stands four times"
    assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)
    assert best == hits[0]
    assert best.document_name == "first.pdf"


def test_a_search_never_finds_furniture(shelf: Store):
    assert found(shelf, "page 1 of 9") == set()


def test_judged_and_not_judged_are_all(shelf: Store, document_of):
    with shelf.write() as connection:
        passage = passages.listed(connection, PassageFilter())[0]
        row = Judgement(
            judgement_id=judgement_id("1"),
            passage_id=passage.passage_id,
            codebook_id=CodebookId("c"),
            codebook_version="1.0.0",
            code="x",
            verdict=Verdict.ABSENT,
            person="ann",
            made_at=datetime(2025, 1, 1, tzinfo=UTC),
            origin=Origin.MANUAL,
        )
        judgements.append(connection, row, passage)
    assert texts(shelf, judged=True) == [passage.text]
    assert sorted([*texts(shelf, judged=True), *texts(shelf, judged=False)]) == sorted(texts(shelf))


def test_suggested_passages_are_found_by_model_and_code(shelf: Store, document_of):
    model = ModelId("m1")
    first = document_of("first.pdf").document_id
    with shelf.write() as connection:
        items = passages.of_page(connection, first, 1)
        made = [
            Suggestion(
                passage_id=item.passage_id,
                codebook_id=CodebookId("c"),
                codebook_version="1.0.0",
                model_id=model,
                scores=(
                    CodeScore(code="a", probability=0.9, accepted=number == 0),
                    CodeScore(code="b", probability=0.8, accepted=number == 1),
                ),
                none_probability=0.1,
            )
            for number, item in enumerate(items)
        ]
        suggestions.replace(connection, model, first, made)
    assert texts(shelf, model_id="m1") == WORDS[:2]
    assert texts(shelf, model_id="m1", code="a") == WORDS[:1]
    assert texts(shelf, model_id="m1", code="b", words="home") == WORDS[1:2]
    assert texts(shelf, model_id="m2") == texts(shelf, model_id="m1", code="c") == []


def test_a_stream_can_be_left_half_way_and_the_connection_goes_on(shelf: Store):
    with shelf.read() as connection:
        stream = passages.stream(connection, PassageFilter(), batch=1)
        first = next(stream)
        stream.close()
        assert passages.get(connection, first.passage_id) == first
        assert passages.count(connection, PassageFilter()) == 6
