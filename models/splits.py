"""Splits that do not leak: what belongs together, by area, document or copied template, stays on one side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import StageError
from models.examples import Examples
from models.families import Components, families
from models.label_matrix import PRESENT

ALWAYS_TRAINING = -1  # in place of a fold
_NAMED = 5  # leaking pairs in one error
_FIRST_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedFolds:
    """A split into folds.

    Attributes
    ----------
    index : array of int, shape (n,)
        The fold in which each example is tested; -1 for those that are always used for training.
    count : int
        How many folds there are.
    families : array of int, shape (n,)
        The near-duplicate family of each example.
    components : int
        How many sets of examples, connected by group or family, could be told apart.
    largest_share : float
        The share of the tested examples that is in the largest of these sets.
    """

    index: NDArray[np.intp]
    count: int
    families: NDArray[np.intp]
    components: int
    largest_share: float

    @property
    def warning(self) -> str:
        """What to say where the folds cannot be even; empty where they can."""
        if self.largest_share <= 1.5 / self.count:
            return ""
        return (
            f"{self.largest_share:.0%} of the passages hang together by area, document or copied text and are tested in"
            f" one fold of {self.count}: the folds are uneven, and the spread between them says little"
        )

    def splits(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Yield the indices to train with and those to test with, fold by fold."""
        for fold in range(self.count):
            yield np.flatnonzero(self.index != fold), np.flatnonzero(self.index == fold)


def grouped_folds(examples: Examples, folds: int = 5, seed: int = 0) -> GroupedFolds:
    """Split examples into folds that keep groups and near-duplicate families together.

    What is connected by a group or a family, through any number of steps, is dealt to the folds as one; the largest
    sets first, each to the fold that has the smallest share of what the set holds (positives of each code, rows). Of
    sets of similar size, ``seed`` decides which comes first. Seeds and codebook texts are in no test.

    Parameters
    ----------
    examples : Examples, length n
    folds : int
        At least 2.
    seed : int
        The same seed makes the same split.

    Raises
    ------
    StageError
        If there are fewer sets than folds, or a tested passage is a near-duplicate of a seed or codebook text.
    """
    family = families(examples.texts)
    tested = np.flatnonzero(examples.labelled())
    check_leak(examples, np.setdiff1d(np.arange(len(examples)), tested), tested, family=family)
    connected = _connected(examples, family)[tested]
    sets, sizes = np.unique(connected, return_counts=True)
    if folds < 2 or len(sets) < folds:
        raise StageError(
            f"{len(tested):,} passages in {len(sets)} separate sets cannot be split into {folds} folds",
            mend="label passages of more areas or documents, or use fewer folds (2 at least)",
        )
    index = np.full(len(examples), ALWAYS_TRAINING, dtype=np.intp)
    dealt = _dealt(_contents(examples.subset(tested), np.searchsorted(sets, connected)), folds, seed)
    index[tested] = dealt[np.searchsorted(sets, connected)]
    return GroupedFolds(
        index=index,
        count=folds,
        families=family,
        components=len(sets),
        largest_share=float(sizes.max() / len(tested)),
    )


def check_leak(
    examples: Examples, train: NDArray[Any], test: NDArray[Any], *, family: NDArray[np.intp] | None = None
) -> None:
    """Refuse a split in which a group or a near-duplicate family stands on both sides.

    Parameters
    ----------
    examples : Examples, length n
    train, test : array of int
        Indices of the two sides.
    family : array of int, shape (n,), optional
        The families, where they are known already.

    Raises
    ------
    StageError
        Naming pairs of examples that leak, with their first words.
    """
    family = families(examples.texts) if family is None else family
    groups = np.unique(np.array(examples.groups, dtype=str), return_inverse=True)[1].reshape(-1)
    pairs = _straddling(family, train, test, "near-duplicates") + _straddling(groups, train, test, "of one group")
    if pairs:
        named = "\n".join(f"{_named(examples, a)} and {_named(examples, b)}: {why}" for a, b, why in pairs[:_NAMED])
        raise StageError(
            f"{len(pairs):,} leaks between training and test, the first of them:\n{named}",
            mend="split with models.splits.grouped_folds, and leave out passages that repeat a seed",
        )


def _straddling(
    keys: NDArray[np.intp], train: NDArray[Any], test: NDArray[Any], why: str
) -> list[tuple[int, int, str]]:
    both = np.intersect1d(keys[train], keys[test])
    first = [{int(keys[index]): int(index) for index in side[::-1]} for side in (train, test)]
    return [(first[0][key], first[1][key], why) for key in both.tolist()]


def _named(examples: Examples, index: int) -> str:
    words = examples.texts[index].split(maxsplit=_FIRST_WORDS)
    return f"{examples.ids[index]} ({examples.origins[index]}) {' '.join(words[:_FIRST_WORDS])[:80]!r}"


def _connected(examples: Examples, family: NDArray[np.intp]) -> NDArray[np.intp]:
    components = Components(len(examples))
    components.join_equal(examples.groups)
    components.join_equal(family.tolist())
    return components.ids()


def _contents(examples: Examples, sets: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the share of each code's positives, and of all rows, that each set holds; shape (sets, codes + 1)."""
    held = np.column_stack([examples.targets == PRESENT, np.ones(len(examples), dtype=bool)]).astype(np.float64)
    totals = np.zeros((int(sets.max()) + 1, held.shape[1]))
    np.add.at(totals, sets, held)
    shares: NDArray[np.float64] = totals / np.maximum(totals.sum(axis=0), 1.0)
    return shares


def _dealt(shares: NDArray[np.float64], folds: int, seed: int) -> NDArray[np.intp]:
    shuffled = np.random.default_rng(seed).permutation(len(shares))
    # Within a factor of two, sizes count as equal: else the seed would decide nothing.
    order = shuffled[np.argsort(-np.floor(np.log2(shares[shuffled].sum(axis=1))), kind="stable")]
    filled = np.zeros((folds, shares.shape[1]))
    fold_of = np.zeros(len(shares), dtype=np.intp)
    for item in order.tolist():
        # Adding c to a fold that holds f raises the sum of squares by c**2 + 2fc: the least f @ c is the evenest. Every
        # set has rows, so that no fold gets a second set while another is empty.
        fold_of[item] = int(np.argmin(filled @ shares[item]))
        filled[fold_of[item]] += shares[item]
    return fold_of
