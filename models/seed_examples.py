"""Training examples out of the codebook itself: what there is before anybody has labelled anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Texts with their codes.

    Attributes
    ----------
    targets : array of bool, shape (texts, codes + 1)
        One column per code in the codebook's order; the last says that no code applies.
    """

    texts: tuple[str, ...]
    targets: NDArray[np.bool_]


def seed_examples(codebook: Codebook) -> Examples:
    """Return the codebook's own texts as examples: its definitions, notes, and the passages written for it.

    A code's negative examples and the background passages count as examples of no code: they are near misses, written
    so that nothing applies.
    """
    texts: list[str] = []
    columns: list[int] = []
    none = len(codebook.codes)
    for column, code in enumerate(codebook.codes):
        for_it = (f"{code.label}. {code.definition}", *code.include, *code.positive)
        texts += [*for_it, *code.negative]
        columns += [column] * len(for_it) + [none] * len(code.negative)
    texts += codebook.background
    columns += [none] * len(codebook.background)
    targets = np.zeros((len(texts), none + 1), dtype=bool)
    targets[np.arange(len(texts)), columns] = True
    return Examples(texts=tuple(texts), targets=targets)
