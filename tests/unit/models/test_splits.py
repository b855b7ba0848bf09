"""Splits: what belongs together stays together, positives are spread, and a leak fails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import StageError
from careatlas.identifiers import Code
from models.examples import Example, Examples, examples_of, joined
from models.families import Components, families
from models.splits import check_leak, grouped_folds

CODES = (Code("a"), Code("b"))
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def text_of(number: int) -> str:
    """Twelve words that no other number has."""
    name = ALPHABET[number // 26] + ALPHABET[number % 26]
    return " ".join(name + letter for letter in ALPHABET[:12])


def made(groups: list[int], texts: list[int] | None = None, origin: str = "file", positive: str = "ab") -> Examples:
    """One example per group number; equal text numbers make near-duplicates; each third has no code."""
    return examples_of(
        CODES,
        (
            Example(
                id=f"{origin}{row}",
                text=f"{text_of(row if texts is None else texts[row])} {row}",
                present=frozenset(positive[row % 3 : row % 3 + 1]),
                absent=frozenset(CODES) - frozenset(positive[row % 3 : row % 3 + 1]),
                origin=origin,
                group=f"group {group}" if origin == "file" else "",
            )
            for row, group in enumerate(groups)
        ),
    )


GROUPS = st.lists(st.integers(0, 9), min_size=8, max_size=30)


@given(GROUPS, st.data(), st.integers(2, 4), st.integers(0, 3))
def test_no_group_and_no_family_straddles(groups: list[int], data: st.DataObject, folds: int, seed: int) -> None:
    texts = data.draw(st.lists(st.integers(0, 40), min_size=len(groups), max_size=len(groups)))
    examples = joined(made(groups, texts), made([0] * 3, [50, 51, 52], origin="seed"))
    connected = Components(len(groups))
    connected.join_equal(groups)
    connected.join_equal(texts)
    if connected.ids().max() + 1 < folds:
        with pytest.raises(StageError, match="separate sets"):
            grouped_folds(examples, folds, seed)
        return
    found = grouped_folds(examples, folds, seed)
    assert found.components == connected.ids().max() + 1
    assert found.index.shape == (len(examples),)
    assert found.index[-3:].tolist() == [-1] * 3
    assert set(found.index[:-3]) == set(range(folds))
    for train, test in found.splits():
        check_leak(examples, train, test)
        assert sorted([*train, *test]) == list(range(len(examples)))
    for keys in (examples.groups, found.families.tolist()):
        assert len(set(zip(keys, found.index, strict=True))) == len(set(keys))


def test_the_same_seed_makes_the_same_split_and_another_another() -> None:
    examples = made(list(range(30)))
    first, again, other = (grouped_folds(examples, 5, seed).index for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_positives_of_each_code_are_spread() -> None:
    examples = made([row // 2 for row in range(120)])
    found = grouped_folds(examples, 5)
    for target in examples.targets.T:
        per_fold = np.bincount(found.index[target == 1], minlength=5)
        assert per_fold.max() - per_fold.min() <= 2
    sizes = np.bincount(found.index)
    assert sizes.max() <= 1.25 * sizes.min()


def test_rare_positives_come_into_different_folds() -> None:
    rows = [examples_of(CODES, [_with(row, "b" if row in (3, 17, 29, 41, 55) else "")]) for row in range(60)]
    examples = joined(*rows)
    found = grouped_folds(examples, 5)
    assert sorted(found.index[[3, 17, 29, 41, 55]]) == [0, 1, 2, 3, 4]


def _with(row: int, present: str) -> Example:
    return Example(
        id=str(row),
        text=text_of(row),
        present=frozenset(present),
        absent=frozenset(CODES) - frozenset(present),
        origin="file",
    )


def test_a_template_that_joins_everything_is_said() -> None:
    even = grouped_folds(made(list(range(20))), 5)
    assert (even.components, even.largest_share, even.warning) == (20, 0.05, "")
    template = grouped_folds(made(list(range(20)), [0] * 12 + list(range(1, 9))), 5)
    assert (template.components, template.largest_share) == (9, 0.6)
    assert template.warning.startswith("60% of the passages hang together")
    assert (np.bincount(template.index).max(), template.count) == (12, 5)


@pytest.mark.parametrize(("groups", "folds"), [([0] * 9, 2), ([0, 1, 2], 4), ([0, 1, 2], 1)])
def test_too_few_sets_are_an_error_that_says_what_to_do(groups: list[int], folds: int) -> None:
    with pytest.raises(StageError, match="cannot be split") as caught:
        grouped_folds(made(groups), folds)
    assert "more areas" in caught.value.mend


@pytest.mark.parametrize("origin", ["seed", "codebook"])
def test_a_passage_that_repeats_a_seed_is_a_leak(origin: str) -> None:
    examples = joined(made([0, 1, 2, 3]), made([0, 1], [40, 2], origin=origin))
    with pytest.raises(StageError, match="1 leaks between training and test") as caught:
        grouped_folds(examples, 2)
    assert f"{origin}1 ({origin})" in caught.value.what
    assert "file2 (file) 'aca acb acc acd ace acf acg ach'" in caught.value.what
    assert "near-duplicates" in caught.value.what


def test_seeds_that_repeat_each_other_are_no_leak() -> None:
    examples = joined(made([0, 1, 2, 3]), made([0, 1], [40, 40], origin="seed"))
    assert grouped_folds(examples, 2).index.tolist()[4:] == [-1, -1]


def test_a_leak_by_group_or_family_is_named() -> None:
    examples = made([0, 0, 1, 2, 3], [0, 1, 2, 3, 3])
    check_leak(examples, np.array([0, 1, 3, 4]), np.array([2]))
    with pytest.raises(StageError, match=r"file0 .* and file1 .*of one group"):
        check_leak(examples, np.array([0]), np.array([1, 2]))
    with pytest.raises(StageError, match=r"file3 .* and file4 .*near-duplicates"):
        check_leak(examples, np.array([3]), np.array([4]))
    with pytest.raises(StageError, match="2 leaks"):
        check_leak(examples, np.array([0, 4]), np.array([1, 3]), family=families(examples.texts))


def test_many_leaks_are_counted_and_five_are_named() -> None:
    examples = made([*range(9), *range(9)])
    with pytest.raises(StageError, match="9 leaks") as caught:
        check_leak(examples, np.arange(9), np.arange(9, 18))
    assert caught.value.what.count("of one group") == 5


def test_long_and_hostile_first_words_stay_short() -> None:
    row = _with(0, "")
    rows = [row, Example(id="x", text="<b>" * 10_000, present=row.present, absent=row.absent, origin="file", group="g")]
    examples = joined(examples_of(CODES, rows), examples_of(CODES, rows))
    with pytest.raises(StageError) as caught:
        check_leak(examples, np.array([0, 1]), np.array([2, 3]))
    assert len(caught.value.what) < 1_000
