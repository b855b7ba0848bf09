"""Answers side by side: first answers of two coders, repeats of one, and documents that are numbered."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from annotation.coded_passages import CodedPassage, between_coders, of_the_same_coder


def said(passage: str, coder: str, codes: str = "", **facts: object) -> CodedPassage:
    return CodedPassage(
        **{"id": passage, "document": "d" + passage[0], "annotator": coder, "codes": frozenset(codes), **facts}
    )


def at(hour: int) -> datetime:
    return datetime(2025, 5, 1, hour, tzinfo=UTC)


def test_passages_of_a_single_coder_are_left_out() -> None:
    table = between_coders([said("1a", "B", "x"), said("1a", "A", "y"), said("2a", "A")])
    assert table.coders == ("A", "B")
    assert [[one.codes for one in row] for row in table.rows] == [[{"y"}, {"x"}]]
    assert (len(table), table.documents, table.alone) == (1, 1, 0)


def test_a_coder_who_did_not_answer_leaves_a_gap() -> None:
    table = between_coders([said("1", "A"), said("1", "C"), said("2", "A"), said("2", "B"), said("2", "C")])
    assert [[one is None for one in row] for row in table.rows] == [[False, True, False], [False] * 3]


def test_the_first_answer_of_each_coder_counts_whatever_the_order() -> None:
    answers = [
        said("1", "A", "z", repeat=1, made_at=at(1)),
        said("1", "A", "y", made_at=at(3)),
        said("1", "A", "x", made_at=at(2)),
        said("1", "B"),
    ]
    for order in (answers, answers[::-1]):
        ((first, _),) = between_coders(order).rows
        assert first.codes == {"x"}


def test_a_coders_own_answers_are_paired_in_time() -> None:
    answers = [said("1", "A", "z", repeat=2), said("1", "A", "x"), said("1", "A", "y", repeat=1), said("2", "A")]
    table = of_the_same_coder([*answers, said("1", "B", "w")])
    assert table.coders == ("first", "second")
    assert [[one.codes for one in row] for row in table.rows] == [[{"x"}, {"y"}]]


def test_passages_of_one_document_share_a_cluster_and_others_stand_alone() -> None:
    passages = [(name, document) for name, document in (("1", "plan"), ("2", ""), ("3", "plan"), ("plan", ""))]
    answers = [said(name, coder, document=document) for name, document in passages for coder in "AB"]
    table = between_coders(answers)
    assert table.clusters.tolist() == [0, 1, 0, 2]  # a passage named like a document is not that document
    assert (table.documents, table.alone) == (3, 2)


def test_the_document_is_taken_from_whoever_names_it() -> None:
    table = between_coders(
        [said("1", "A", document=""), said("1", "B", document="plan"), said("2", "A"), said("2", "B")]
    )
    assert (table.documents, table.alone) == (2, 0)


def test_some_rows_keep_the_numbers_of_their_documents() -> None:
    table = between_coders([said(name, coder) for name in ("1", "2", "3") for coder in "AB"])
    part = table.only(np.array([False, True, True]))
    assert part.clusters.tolist() == [1, 2]
    assert (len(part), part.documents) == (2, 3)


def test_no_answers_are_an_empty_table() -> None:
    for table in (between_coders([]), of_the_same_coder([])):
        assert (len(table), table.documents, table.clusters.shape) == (0, 0, (0,))
