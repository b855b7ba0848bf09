"""Evidence put together: support adds up, rivals take away, and the order is that of belief."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import DocumentId, PassageId
from nlp.fact_evidence import MAX_PROPOSALS, FactEvidence, ranked_facts

NAME = DocumentId("d1")


def piece(value: str, strength: float, source: str = "title page", **more: object) -> FactEvidence:
    return FactEvidence(value=value, label=value, strength=strength, source=source, why=f"{source} {value}", **more)


def ranked(*pieces: FactEvidence, kin: float = 0.0) -> tuple[DocumentFact, ...]:
    return ranked_facts(NAME, FactName.AREA, pieces, kinship=lambda one, other: kin if one[:4] == other[:4] else 0.0)


def test_sorts_of_evidence_add_up_and_pieces_of_one_sort_do_not() -> None:
    (alone,) = ranked(piece("x", 0.6), piece("x", 0.5))
    (both,) = ranked(piece("x", 0.6), piece("x", 0.5, "file name"))
    assert alone.confidence == 0.6
    assert both.confidence == pytest.approx(1 - 0.4 * 0.5)


def test_what_speaks_for_another_value_takes_away_up_to_half() -> None:
    first, second = ranked(piece("x", 0.8), piece("y", 0.5, "text"))
    assert (first.value, first.confidence) == ("x", pytest.approx(0.8 * 0.75))
    assert (second.value, second.confidence) == ("y", pytest.approx(0.5 * 0.6))
    assert [first.rank, second.rank] == [0, 1]


def test_kin_support_each_other_and_are_no_rivals() -> None:
    month, day = ranked(piece("2024-03", 0.6), piece("2024-03-05", 0.5, "file"), kin=0.5)
    assert month.confidence == pytest.approx(1 - 0.4 * 0.75)
    assert day.confidence == pytest.approx(1 - 0.5 * 0.7)


def test_the_place_is_that_of_the_strongest_piece_on_a_page_and_reasons_are_told_once() -> None:
    weak = piece("x", 0.2, "text", passage_id=PassageId("p2"), char_start=0, char_end=3)
    strong = piece("x", 0.5, passage_id=PassageId("p1"), char_start=4, char_end=9)
    (found,) = ranked(weak, strong, strong, piece("x", 0.9, "file name"))
    assert (found.passage_id, found.char_start, found.char_end) == ("p1", 4, 9)
    assert found.why == "file name x; title page x; text x"


def test_evidence_of_no_strength_proposes_nothing() -> None:
    assert ranked(piece("x", 0.0)) == ()
    assert ranked() == ()


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.floats(0.01, 0.99), st.sampled_from(["title page", "text", "name"]))
    )
)
def test_confidences_are_between_0_and_1_and_fall_with_the_rank(pieces: list[tuple[str, float, str]]) -> None:
    found = ranked(*(piece(*one) for one in pieces))
    assert len(found) == min(MAX_PROPOSALS, len({value for value, _, _ in pieces}))
    confidences = [one.confidence for one in found]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= one <= 1 for one in confidences)
    assert [one.rank for one in found] == list(range(len(found)))
