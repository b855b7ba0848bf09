"""How alike the words of two passages are.

The weights are fixed, not learnt from the passages at hand: what two passages have in common does not change because a
third one came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt

from nlp.service_words import EMPTY, GENERAL

_LITTLE = 0.25
_PAIR = 0.5  # two words that stand side by side
_WORD = re.compile(r"[^\W\d_]{2,40}")

Weights = dict[str, float]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case and without plural, words of grammar and of dates left out."""
    return [_singular(word) for word in _WORD.findall(text.lower()) if word not in EMPTY]


def weights_of(text: str, apart: Iterable[str] = ()) -> Weights:
    """Return the weights of words and of pairs of neighbours, of length 1.

    Parameters
    ----------
    apart : iterable of str
        Words that count nothing: the names of the area, which all of its passages share.
    """
    left_out = frozenset(apart)
    words = [word for word in words_of(text) if word not in left_out]
    found: Weights = {word: _LITTLE if word in GENERAL else 1.0 for word in words}
    for first, second in pairwise(words):
        if first not in GENERAL or second not in GENERAL:
            found[f"{first} {second}"] = _PAIR
    length = sqrt(sum(weight * weight for weight in found.values()))
    return {word: weight / length for word, weight in found.items()} if length else {}


def likeness(one: Weights, other: Weights) -> float:
    """Return the cosine of two sets of weights, between 0 and 1."""
    if len(one) > len(other):
        one, other = other, one
    # Rounded: sums of floats differ in the last digit with the order of words, and a threshold must not see that.
    return round(min(1.0, sum(weight * other.get(word, 0.0) for word, weight in one.items())), 6)


def alike(weights: Sequence[Weights], floor: float, chunk: int = 512) -> Iterable[dict[int, float]]:
    """Yield, for each of some passages, those before it that are at least ``floor`` alike, with their likeness.

    Parameters
    ----------
    chunk : int
        Passages set against all others at a time: bounds the memory.
    """
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    data, columns, ends = [], [], [0]
    for one in weights:
        for word, weight in one.items():
            columns.append(numbers.setdefault(word, len(numbers)))
            data.append(weight)
        ends.append(len(data))
    matrix = csr_matrix((data, columns, ends), shape=(len(weights), max(len(numbers), 1)))
    across = matrix.T.tocsr()
    for first in range(0, len(weights), chunk):
        found = (matrix[first : first + chunk] @ across).tocsr()
        for row in range(found.shape[0]):
            start, end = found.indptr[row], found.indptr[row + 1]
            pairs = zip(found.indices[start:end].tolist(), found.data[start:end].tolist(), strict=True)
            near = {column: round(min(value, 1.0), 6) for column, value in pairs if column < first + row}
            yield {column: value for column, value in sorted(near.items()) if value >= floor}


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
