"""Training examples: blank stays unknown, rows stay together, and the digest is that of the content."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import InputError
from careatlas.identifiers import Code
from models import examples as examples_module
from models.examples import Example, Examples, examples_of, joined

CODES = (Code("a"), Code("b"), Code("c"))


def example(name: str = "1", present: str = "", absent: str = "", **facts: object) -> Example:
    made = Example(id=name, text=f"text {name}", present=frozenset(present), absent=frozenset(absent), origin="file")
    return replace(made, **facts)


LABELS = st.lists(st.tuples(*[st.sampled_from((1, 0, -1))] * len(CODES)), max_size=6)


def labelled(rows: list[tuple[int, ...]]) -> Examples:
    """Examples with these targets; every third row is like the first in all else."""
    return examples_of(
        CODES,
        [
            example(
                str(number % 3),
                "".join(code for code, value in zip(CODES, row, strict=True) if value == 1),
                "".join(code for code, value in zip(CODES, row, strict=True) if value == 0),
                heading=("h",) * (number % 2),
                inclusion=(math.nan, 0.5, 1.0)[number % 3],
            )
            for number, row in enumerate(rows)
        ],
    )


def test_what_nobody_looked_at_is_unknown() -> None:
    found = examples_of(CODES, [example("1", "a", "c"), example("2", "", "abc"), example("3", "", "a")])
    assert found.targets.tolist() == [[1, -1, 0], [0, 0, 0], [0, -1, -1]]
    assert found.targets.dtype == np.int8
    assert found.initiative().tolist() == [1, 0, -1]


def test_a_passage_without_a_group_is_its_own() -> None:
    found = examples_of(CODES, [example("1"), example("2", group="E08000003"), example("3", origin="seed")])
    assert found.groups == ("file:1", "E08000003", "seed:3")
    assert np.isnan(found.inclusion).all()


def test_no_examples_have_the_shape_of_none() -> None:
    none = examples_of(CODES, [])
    assert repr(none) == "<Examples: 0 passages, 3 codes>"
    assert len(none) == 0
    assert none.targets.shape == (0, 3)
    assert none.initiative().shape == none.inclusion.shape == (0,)
    assert len(joined(none, examples_of(CODES, [example()]))) == 1


@pytest.mark.parametrize("row", [example("1", "a", "a"), example("1", "z"), example("1", "", "z")])
def test_labels_that_cannot_be_are_refused(row: Example) -> None:
    with pytest.raises(ValueError, match="unknown, or both"):
        examples_of(CODES, [row])


@pytest.mark.parametrize(
    "change",
    [
        {"texts": ()},
        {"inclusion": np.zeros(2)},
        {"codes": CODES[:2]},
        {"targets": np.zeros((1, 3), dtype=np.int64)},
        {"targets": np.full((1, 3), 2, dtype=np.int8)},
        {"origins": ("elsewhere",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_columns_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"rows|shape|int8|origin"):
        replace(examples_of(CODES, [example()]), **change)


def test_no_column_is_forgotten_when_rows_move() -> None:
    assert {field.name for field in fields(Examples)} == {*examples_module._ROW_WISE, "codes"}


@given(LABELS, st.lists(st.integers(0, 100), max_size=8))
def test_a_subset_holds_whole_rows(rows: list[tuple[int, ...]], places: list[int]) -> None:
    examples = labelled(rows)
    indices = [place % len(rows) for place in places] if rows else []
    chosen = examples.subset(indices)
    assert chosen.targets.tolist() == [list(rows[index]) for index in indices]
    for place, index in enumerate(indices):
        assert chosen.subset([place]).digest() == examples.subset([index]).digest()
    mask = examples.initiative() == 1
    assert examples.subset(mask).targets.tolist() == [list(row) for row in rows if 1 in row]


@given(LABELS, LABELS, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order(one: list[tuple[int, ...]], other: list, random: object) -> None:
    both = joined(labelled(one), labelled(other))
    assert joined(labelled(other), labelled(one)).digest() == both.digest()
    order = list(range(len(both)))
    random.shuffle(order)
    assert both.subset(order).digest() == both.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "2"},
        {"text": "other"},
        {"heading": ("h",)},
        {"before": "b"},
        {"after": "b"},
        {"present": frozenset("b")},
        {"absent": frozenset("c")},
        {"group": "g"},
        {"origin": "seed"},
        {"inclusion": 0.25},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_change_changes_the_digest(change: dict[str, object]) -> None:
    first = example("1", "a", group="file:1")
    digests = {examples_of(CODES, [row]).digest() for row in (first, replace(first, **change))}
    assert len(digests) == 2
    assert examples_of(CODES[::-1], [first]).digest() not in digests


def test_a_row_that_stands_twice_is_not_the_row_once() -> None:
    once = examples_of(CODES, [example()])
    assert joined(once, once).digest() != once.digest()


def test_examples_of_other_codes_are_not_joined() -> None:
    one = examples_of(CODES, [example()])
    with pytest.raises(InputError, match="c") as caught:
        joined(one, examples_of(CODES[:2], []))
    assert "codebook" in caught.value.mend
    with pytest.raises(InputError, match="order"):
        joined(one, examples_of(CODES[::-1], []))
