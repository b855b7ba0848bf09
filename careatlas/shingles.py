"""Shingles: runs of words by which texts are compared, numbered so that equal runs are equal numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+")


def words_of(text: str, *, fold_numbers: bool = True) -> list[str]:
    """Return the words of a text as they are compared: in lower case, every number 0 unless numbers are to differ."""
    lower = text.lower()
    return _WORD.findall(_NUMBER.sub("0", lower) if fold_numbers else lower)


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The shingles of each text as sorted numbers: those of text i are ``shingles[starts[i]:starts[i + 1]]``."""

    starts: NDArray[np.intp]
    shingles: NDArray[np.intp]

    def of(self, index: int) -> NDArray[np.intp]:
        """Return the shingles of one text, ascending."""
        return self.shingles[self.starts[index] : self.starts[index + 1]]


def shingle_sets(texts: Sequence[str], *, size: int = SHINGLE, fold_numbers: bool = True) -> ShingleSets:
    """Return the set of shingles (runs of ``size`` words) of each text.

    Equal runs have equal numbers, and only they: nothing is hashed. The rarer a shingle is, the smaller its number. A
    text of fewer words is one shingle of its own kind; a text without any word has none.
    """
    vocabulary: dict[str, int] = {"": 0}  # the empty word fills up texts that are shorter than a shingle
    words: list[int] = []
    lengths = np.zeros(len(texts), dtype=np.intp)
    for index, text in enumerate(texts):
        numbers = [vocabulary.setdefault(word, len(vocabulary)) for word in words_of(text, fold_numbers=fold_numbers)]
        numbers += [0] * (size - len(numbers)) if numbers else []
        words += numbers
        lengths[index] = len(numbers)
    runs = _runs(np.array(words, dtype=np.int64), size)
    owners = np.repeat(np.arange(len(texts)), lengths)
    ends = np.cumsum(lengths)
    inside = np.arange(len(words)) + size <= ends[owners]
    runs, owners = _numbered_from_the_rarest(runs[inside]), owners[inside]
    # One entry per text and shingle, sorted by text, then by shingle.
    entries = np.unique(owners * (int(runs.max(initial=0)) + 1) + runs)
    owners, shingles = np.divmod(entries, int(runs.max(initial=0)) + 1)
    return ShingleSets(np.searchsorted(owners, np.arange(len(texts) + 1)), shingles)


def _runs(words: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return a number for the run of ``size`` words from each word on; those near the end are of no use."""
    runs = words
    for step in range(1, size):
        following = np.concatenate([words[step:], np.zeros(min(step, len(words)), dtype=np.int64)])
        pairs = runs * (int(words.max(initial=0)) + 1) + following  # below 2**63 up to 10**9 of each
        runs = np.unique(pairs, return_inverse=True)[1].reshape(-1)
    return runs


def _numbered_from_the_rarest(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    _, numbers, counts = np.unique(runs, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    return rank[numbers.reshape(-1)]
