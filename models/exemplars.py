"""The tier that needs no label: how near a passage is to what the codebook says of each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from models.label_matrix import Floats

_NEAREST = 3  # texts of a code whose mean similarity counts


class Exemplars:
    """The embedded texts of each code: its definition first, then its include notes and positive examples.

    Parameters
    ----------
    vectors : array of float, shape (texts, dim)
        Of length 1.
    owners : array of int, shape (texts,)
        The column of the code that each text belongs to; the first of a code is its definition.
    """

    def __init__(self, vectors: NDArray[Any], owners: NDArray[Any]) -> None:
        self.vectors = np.asarray(vectors, dtype=np.float32)
        self.owners = np.asarray(owners, dtype=np.int64)
        self._columns = [np.flatnonzero(self.owners == code) for code in range(int(self.owners.max()) + 1)]

    @property
    def say_more(self) -> bool:
        """Whether there is more than one text per code: one alone is the offset of the embedding tier already."""
        return len(self.vectors) > len(self._columns)

    def definition_similarity(self, embeddings: NDArray[Any]) -> Floats:
        """Return the cosine similarity to each code's definition, shape (n, codes)."""
        first = [rows[0] for rows in self._columns]
        return np.asarray(embeddings @ self.vectors[first].T, dtype=np.float64)

    def similarity(self, embeddings: NDArray[Any]) -> Floats:
        """Return the mean cosine similarity to the three nearest texts of each code, shape (n, codes)."""
        found = np.empty((len(embeddings), len(self._columns)))
        for code, rows in enumerate(self._columns):
            near = embeddings @ self.vectors[rows].T
            found[:, code] = np.sort(near, axis=1)[:, -_NEAREST:].mean(axis=1)
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the vectors and their owners, for a safetensors file."""
        return {"vectors": self.vectors.astype(np.float16), "owners": self.owners}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Exemplars:
        """Make the tier from its arrays."""
        return cls(arrays["vectors"], arrays["owners"])


def exemplar_texts(codebook: Codebook) -> tuple[list[str], NDArray[np.int64]]:
    """Return the texts of all codes and the column that each belongs to, each code's definition first."""
    texts: list[str] = []
    owners: list[int] = []
    for column, code in enumerate(codebook.codes):
        own = [f"{code.label}. {code.definition}", *code.include, *code.positive]
        texts += own
        owners += [column] * len(own)
    return texts, np.array(owners)
