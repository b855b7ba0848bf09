"""Copies and boilerplate: the same as comparing all pairs of sets, whatever the order."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import AreaCode, DocumentId, PassageId
from nlp import near_copies as module
from nlp.near_copies import ComparedDocument, near_copies

A, B, C = AreaCode("E08000001"), AreaCode("E08000002"), AreaCode("E08000003")
WORDS = [f"{first}{second}" for first in "abcdefghij" for second in "klmnopqrst"]


def text(seed: int, count: int = 60) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def document(name: str, *texts: str, area: AreaCode = A, published: str = "2024") -> ComparedDocument:
    passages = tuple((PassageId(f"p{name}{place}"), words) for place, words in enumerate(texts))
    return ComparedDocument(document_id=DocumentId(f"d{name}"), area_code=area, published=published, passages=passages)


def copies(*items: ComparedDocument) -> dict[str, str]:
    return {one.document_id: one.copy_of for one in near_copies(items)[0]}


def test_the_longest_of_a_family_counts_and_the_share_is_of_the_smaller() -> None:
    pack = document("pack", text(1), text(2), text(3))
    paper = document("paper", text(2), text(4, 8))
    (one,) = near_copies([paper, pack])[0]
    assert (one.document_id, one.copy_of) == ("dpaper", "dpack")
    assert one.similarity == pytest.approx(56 / 60, abs=1e-4)  # 4 of the paper's 60 shingles are its own


def test_of_equal_ones_the_earliest_counts_then_the_first_identifier() -> None:
    assert copies(document("a", text(1), published="2024-05"), document("b", text(1), published="2024-02")) == {
        "da": "db"
    }
    assert copies(document("b", text(1), published=""), document("a", text(1), published="2024")) == {"db": "da"}
    assert copies(document("b", text(1)), document("a", text(1))) == {"db": "da"}


def test_another_area_and_another_year_are_no_copies_but_unknown_ones_are() -> None:
    one = document("a", text(1))
    assert copies(one, document("b", text(1), area=B)) == {}
    assert copies(one, document("b", text(1), published="2023-12")) == {}
    assert copies(one, document("b", text(1), area=AreaCode(""), published="")) == {"db": "da"}


def test_a_copy_is_never_a_copy_of_a_copy() -> None:
    whole = document("a", text(1), text(2), text(3), text(4))
    most = document("b", text(1), text(2), text(3))
    part = document("c", text(1), text(2))
    assert copies(part, most, whole) == {"db": "da", "dc": "da"}


def test_half_alike_documents_are_not_joined_by_what_both_hold() -> None:
    assert copies(
        document("a", text(1), text(2), text(3)), document("b", text(1), text(4), text(5)), document("c", text(1))
    ) == {"dc": "da"}


def test_numbers_tell_documents_apart_and_a_page_of_few_words_is_no_copy() -> None:
    numbers = [" ".join(f"{number} beds" for number in range(start, start + 40)) for start in (100, 200)]
    assert copies(document("a", numbers[0]), document("b", numbers[1])) == {}
    assert copies(document("a", text(1, 20)), document("b", text(1, 20))) == {}


def test_a_passage_of_three_areas_is_boilerplate() -> None:
    shared, short = text(9, 10), text(8, 7)
    items = [
        document(name, shared, short, text(seed), area=area)
        for seed, (name, area) in enumerate([("a", A), ("b", B), ("c", C), ("d", C)], start=1)
    ]
    found = near_copies(items)[1]
    assert [one.passage_id for one in found] == ["pa0", "pb0", "pc0", "pd0"]
    assert {(one.document_count, one.area_count) for one in found} == {(4, 3)}
    assert len({one.group for one in found}) == 1


def test_two_areas_and_documents_without_area_are_not_enough() -> None:
    shared = text(9, 12)
    areas = [A, B, B, AreaCode(""), AreaCode("")]
    assert not near_copies([document(str(n), shared, text(n), area=area) for n, area in enumerate(areas)])[1]


def test_words_inside_a_longer_passage_count_and_the_longer_passage_does_not() -> None:
    shared = text(9, 12)
    items = [document("a", shared), document("b", f"{shared} {text(2)}", area=B), document("c", shared, area=C)]
    assert [one.passage_id for one in near_copies(items)[1]] == ["pa0", "pc0"]


def test_nothing_and_empty_documents_have_no_copies() -> None:
    assert near_copies([]) == ((), ())
    assert near_copies([document("a"), document("b", "", "  ")]) == ((), ())


def shingles(words: str) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", words.lower())
    if not found:
        return set()
    found += [""] * (5 - len(found))
    return {tuple(found[start : start + 5]) for start in range(len(found) - 4)}


def by_all_pairs(items: Sequence[ComparedDocument]) -> list[tuple[str, int, int]]:
    found = []
    for item in items:
        for name, words in item.passages:
            own = shingles(words)
            holders = [
                other for other in items if own and own <= set().union(*(shingles(one) for _, one in other.passages))
            ]
            areas = {other.area_code for other in holders} - {""}
            if len(words.split()) >= module.LEAST_WORDS and len(areas) >= module.LEAST_AREAS:
                found.append((name, len(holders), len(areas)))
    return sorted(found)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.lists(st.integers(0, 3), max_size=3)), max_size=6), st.randoms())
def test_boilerplate_is_that_of_all_pairs_in_any_order(made: list[tuple[str, list[int]]], order: random.Random) -> None:
    lengths = {0: 9, 1: 7, 2: 12, 3: 8}
    items = [
        document(str(n), *(text(seed, lengths[seed]) for seed in seeds), area=AreaCode(area))
        for n, (area, seeds) in enumerate(made)
    ]
    shuffled = list(items)
    order.shuffle(shuffled)
    found = near_copies(shuffled)[1]
    assert sorted((one.passage_id, one.document_count, one.area_count) for one in found) == by_all_pairs(items)


def test_blocks_of_rows_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        document(str(n), text(n % 4), text(20 + n // 8, 10), area=(A, B, C)[n // 8], published="2024")
        for n in range(24)
    ]
    whole = near_copies(items)
    assert (len(whole[0]), len(whole[1])) == (12, 24)  # every text twice in each area, the long one in all three
    monkeypatch.setattr(module, "_BLOCK", 2)
    assert near_copies(items) == whole
