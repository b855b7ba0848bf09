"""Suggestions in the store: replaced by document, read by passage, counted by area and code."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from careatlas.identifiers import CodebookId, ModelId
from careatlas.passage import Passage
from careatlas.store import passages, suggestions
from careatlas.store.engine import Store
from careatlas.store.passages import PassageFilter
from careatlas.store.suggestions import AreaCount, StoredModel
from careatlas.suggestion import CodeScore, Suggestion

M1, M2 = ModelId("model-1"), ModelId("model-2")


def suggest(passage: Passage, model: ModelId, accepted: Sequence[str], probability: float = 0.75) -> Suggestion:
    scores = [CodeScore(code=code, probability=probability, accepted=True) for code in accepted]
    scores += [CodeScore(code=code, probability=0.25, accepted=False) for code in "abc" if code not in accepted]
    return Suggestion(
        passage_id=passage.passage_id,
        codebook_id=CodebookId("book"),
        codebook_version="1.0.0",
        model_id=model,
        scores=tuple(scores),
        none_probability=0.125,
    )


def card(model: ModelId, made_at: str = "2025-01-01T00:00:00+00:00") -> StoredModel:
    return StoredModel(
        model_id=model, codebook_id=CodebookId("book"), codebook_version="1.0.0", made_at=made_at, card={"n": 1}
    )


@pytest.fixture
def shelf(store: Store, keep, document_of, reading_of) -> tuple[Store, dict[str, list[Passage]]]:
    """Bolton with two plans of two passages, Wigan with one plan, and Leigh with a plan that was not read."""
    plans = {"b1.pdf": "Bolton", "b2.pdf": "Bolton", "w1.pdf": "Wigan"}
    made = {}
    for name, area in plans.items():
        item = document_of(name, area_code=f"E-{area}", area_name=area)
        reading = reading_of(item, [[f"{name} one", f"{name} two"]])
        keep(store, item, reading)
        made[name] = list(reading.passages)
    keep(store, document_of("l1.pdf", area_code="E-Leigh", area_name="Leigh"))
    with store.write() as connection:
        suggestions.keep_model(connection, card(M1))
        for name, accepted in {"b1.pdf": ("ab", "a"), "b2.pdf": ("", "b"), "w1.pdf": ("", "")}.items():
            items = [suggest(passage, M1, codes) for passage, codes in zip(made[name], accepted, strict=True)]
            assert suggestions.replace(connection, M1, made[name][0].document_id, items) == sum(map(len, accepted))
    return store, made


def test_a_suggestion_comes_back_with_the_likeliest_code_first(shelf):
    store, made = shelf
    ids = [passage.passage_id for passage in made["b1.pdf"]]
    with store.read() as connection:
        found = suggestions.of_passages(connection, M1, ids)
    assert list(found) == ids or set(found) == set(ids)
    assert found[ids[0]] == suggest(made["b1.pdf"][0], M1, "ab")
    assert [score.code for score in found[ids[0]].accepted] == ["a", "b"]
    assert [score.probability for score in found[ids[1]].scores] == [0.75, 0.25, 0.25]


def test_what_a_model_did_not_score_is_not_there(shelf):
    store, made = shelf
    with store.read() as connection:
        assert suggestions.of_passages(connection, M2, [made["b1.pdf"][0].passage_id]) == {}
        assert suggestions.of_passages(connection, M1, []) == {}
        assert suggestions.of_passages(connection, M1, ["pnowhere"]) == {}


def test_counts_by_code_and_area_have_their_denominator(shelf):
    store, _ = shelf
    with store.read() as connection:
        assert suggestions.code_counts(connection, M1) == {"a": 2, "b": 2}
        assert suggestions.scored_count(connection, M1) == 6
        assert suggestions.area_counts(connection, M1) == [
            AreaCount(area_code="E-Bolton", area_name="Bolton", documents=2, passages=4, suggested=3),
            AreaCount(area_code="E-Leigh", area_name="Leigh", documents=1, passages=0, suggested=0),
            AreaCount(area_code="E-Wigan", area_name="Wigan", documents=1, passages=2, suggested=0),
        ]


@pytest.mark.parametrize(("code", "bolton"), [("a", 2), ("b", 2), ("c", 0), ("nothing", 0)])
def test_counts_of_one_code_keep_the_denominator(shelf, code: str, bolton: int):
    store, _ = shelf
    with store.read() as connection:
        rows = {row.area_name: row for row in suggestions.area_counts(connection, M1, code)}
    assert rows["Bolton"].suggested == bolton
    assert [rows[name].passages for name in ("Bolton", "Leigh", "Wigan")] == [4, 0, 2]


def test_counts_of_a_model_that_scored_nothing_are_nought(shelf):
    store, _ = shelf
    with store.read() as connection:
        assert suggestions.code_counts(connection, M2) == {}
        assert {row.suggested + row.passages for row in suggestions.area_counts(connection, M2)} == {0}


def test_counts_are_those_that_one_gets_by_hand(shelf):
    store, _ = shelf
    with store.read() as connection:
        for code in ("", "a", "b", "c"):
            by_area = {
                row.area_code: passages.count(
                    connection, PassageFilter(model_id=M1, code=code, area_code=row.area_code)
                )
                for row in suggestions.area_counts(connection, M1, code)
            }
            counted = {row.area_code: row.suggested for row in suggestions.area_counts(connection, M1, code)}
            assert counted == by_area


def test_replacing_touches_one_document_of_one_model(shelf):
    store, made = shelf
    document_id = made["b1.pdf"][0].document_id
    with store.write() as connection:
        suggestions.keep_model(connection, card(M2))
        suggestions.replace(connection, M2, document_id, [suggest(made["b1.pdf"][0], M2, "c")])
        assert suggestions.replace(connection, M1, document_id, [suggest(made["b1.pdf"][1], M1, "c")]) == 1
    with store.read() as connection:
        assert suggestions.code_counts(connection, M1) == {"b": 1, "c": 1}
        assert suggestions.code_counts(connection, M2) == {"c": 1}
        assert suggestions.scored_count(connection, M1) == 5
    with store.write() as connection:
        assert suggestions.replace(connection, M1, document_id, []) == 0
    with store.read() as connection:
        assert suggestions.code_counts(connection, M1) == {"b": 1}
        assert suggestions.code_counts(connection, M2) == {"c": 1}


def test_a_new_reading_takes_the_suggestions_of_the_old_along(shelf, keep, document_of, reading_of):
    store, _ = shelf
    item = document_of("b1.pdf", area_code="E-Bolton", area_name="Bolton")
    keep(store, item, reading_of(item, [["new words"]], version="test-2"))
    with store.read() as connection:
        assert suggestions.code_counts(connection, M1) == {"b": 1}
        assert suggestions.scored_count(connection, M1) == 4


def test_a_model_is_recorded_once_with_its_card_and_the_newest_is_first(shelf):
    store, _ = shelf
    with store.write() as connection:
        suggestions.keep_model(connection, card(M2, "2025-06-01T00:00:00+00:00"))
        suggestions.keep_model(connection, card(M1, "2026-01-01T00:00:00+00:00"))
        suggestions.keep_model(connection, card(ModelId("undated"), ""))
    with store.read() as connection:
        found = suggestions.models(connection)
    assert [model.model_id for model in found] == ["undated", M2, M1]
    assert found[-1] == card(M1)
    assert found[0].made_at.endswith("+00:00")


def test_probabilities_keep_four_digits(shelf):
    store, made = shelf
    passage = made["w1.pdf"][0]
    with store.write() as connection:
        suggestions.replace(connection, M1, passage.document_id, [suggest(passage, M1, "a", 0.123456)])
    with store.read() as connection:
        found = suggestions.of_passages(connection, M1, [passage.passage_id])[passage.passage_id]
    assert {score.code: score.probability for score in found.scores} == {"a": 0.1235, "b": 0.25, "c": 0.25}
