from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, Code, PassageId
from evaluation.corrected_share import ShareMethod, corrected_share
from evaluation.corrected_totals import ScoredPassage, corrected_totals
from evaluation.labelled_sample import labelled_sample


def group(area: str = "E1", period: str = "2023", code: str = "falls", *, total: int = 200, n: int = 40) -> Any:
    """Return a group of passages, the first ``n`` of them drawn and labelled; every fifth carries the code."""

    def rows() -> Iterator[ScoredPassage]:
        for at in range(total):
            yield ScoredPassage(
                passage_id=PassageId(f"{area}-{period}-{at}"),
                area_code=AreaCode(area),
                period=period,
                code=Code(code),
                score=0.9 if at % 4 == 0 else 0.1,
                accepted=at % 4 == 0,
                label=at % 5 == 0 if at < n else None,
                inclusion_probability=0.2 if at < n else None,
            )

    return list(rows())


def test_each_group_is_the_share_of_its_own_passages() -> None:
    rows = group()
    (found,) = corrected_totals(rows, level=0.9)
    sample = labelled_sample(
        [row.score for row in rows],
        [row.label for row in rows],
        [row.inclusion_probability for row in rows],
        accepted=[row.accepted for row in rows],
    )
    assert found.share == corrected_share(sample, level=0.9)
    assert (found.n_total, found.n_labelled, found.n_undecided, found.raw_count, found.reason) == (200, 40, 0, 50, "")


def test_groups_are_apart_and_in_order_whatever_the_order_of_the_rows() -> None:
    rows = [*group("E2", code="falls"), *group("E1", "2024"), *group("E1", "2023"), *group("E2", code="discharge")]
    mixed = list(rows)
    Random(1).shuffle(mixed)
    found, again = corrected_totals(rows), corrected_totals(mixed)
    assert [(row.area_code, row.period, row.code) for row in found] == [
        ("E1", "2023", "falls"),
        ("E1", "2024", "falls"),
        ("E2", "2023", "discharge"),
        ("E2", "2023", "falls"),
    ]
    for one, other in zip(found, again, strict=True):
        assert one.share is not None
        assert other.share is not None
        assert (one.share.estimate, one.share.high) == pytest.approx((other.share.estimate, other.share.high))


def test_too_few_labels_give_a_reason_and_the_raw_count_only() -> None:
    (found,) = corrected_totals(group(n=29))
    assert found.share is None
    assert found.reason == "29 of 200 passages are labelled, 30 are needed"
    assert (found.raw_count, found.n_labelled) == (50, 29)


def test_no_label_is_not_zero() -> None:
    (found,) = corrected_totals(group(n=0))
    assert (found.share, found.n_labelled) == (None, 0)


def test_a_small_group_that_was_labelled_to_the_last_is_known() -> None:
    (found,) = corrected_totals(group(total=10, n=10))
    assert found.share is not None
    assert found.share.total == (2.0, 2.0, 2.0)
    (short,) = corrected_totals(group(total=10, n=9))
    assert short.reason == "9 of 10 passages are labelled, 10 are needed"


def test_drawn_without_a_label_is_counted_as_undecided() -> None:
    rows = group()
    rows[0] = replace(rows[0], label=None)
    rows[1] = replace(rows[1], label=None)
    (found,) = corrected_totals(rows)
    assert (found.n_labelled, found.n_undecided) == (38, 2)


def test_labels_alone_on_request() -> None:
    (found,) = corrected_totals(group(), method=ShareMethod.HUMAN_ONLY)
    assert found.share is not None
    assert found.share.estimate == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inclusion_probability": None}, r"no inclusion probability.*passage E1-2023-7, code falls.*browsing"),
        ({"inclusion_probability": 0.0}, r"0\.0 is not in \(0, 1\].*E1-2023-7"),
        ({"inclusion_probability": 2.0}, r"2\.0 is not in"),
        ({"score": 1.5}, r"score 1\.5 is not between"),
        ({"score": float("nan")}, "score nan is not between"),
        ({"passage_id": PassageId("E1-2023-6")}, r"stands twice.*passage E1-2023-6, code falls"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(changes: dict[str, Any], words: str) -> None:
    rows = group()
    rows[7] = replace(rows[7], **changes)
    with pytest.raises(InputError, match=words):
        corrected_totals(rows)


def test_nothing_in_nothing_out() -> None:
    assert corrected_totals([]) == []
