"""Fingerprints of texts: enough to tell that a text, or a near copy, was seen before, without keeping its words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from careatlas.shingles import SHINGLE, words_of
from models.families import SHARE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextFingerprints:
    """Hashes of each text's five-word shingles: those of text i are ``hashes[starts[i]:starts[i + 1]]``.

    A hash of five words does not give the words away; who has the words can find out whether they were there.

    Attributes
    ----------
    starts : array of int64, shape (n + 1,)
    hashes : array of uint32
        Ascending within a text, each once.
    """

    starts: NDArray[np.int64]
    hashes: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, index: int) -> NDArray[np.uint32]:
        """Return the hashes of one text, ascending."""
        return self.hashes[self.starts[index] : self.starts[index + 1]]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is to be stored."""
        return {"starts": self.starts, "hashes": self.hashes}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> TextFingerprints:
        """Make fingerprints again from ``to_arrays``.

        Raises
        ------
        InputError
            If an array is missing or they do not fit each other.
        """
        try:
            made = cls(starts=arrays["starts"], hashes=arrays["hashes"])
        except KeyError as error:
            raise InputError(f"these are no stored fingerprints: {error} is missing") from error
        starts = made.starts
        if not len(starts) or starts[0] or starts[-1] != len(made.hashes) or (np.diff(starts) < 0).any():
            raise InputError("the stored fingerprints do not fit together")
        return made


def text_fingerprints(texts: Sequence[str]) -> TextFingerprints:
    """Return the fingerprints of texts, whose words are compared as ``models.families`` compares them."""
    kept = [_hashes(text) for text in texts]
    return TextFingerprints(
        starts=np.cumsum([0, *map(len, kept)], dtype=np.int64),
        hashes=np.concatenate(kept) if kept else np.zeros(0, dtype=np.uint32),
    )


def near_copies(texts: Sequence[str], seen: TextFingerprints, *, share: float = SHARE) -> NDArray[np.intp]:
    """Return for each text which seen text it is a near copy of, the first of them, -1 for none; shape (texts,).

    A near copy has ``share`` or more of the shingles of the smaller of the two, as in ``models.families``.
    """
    owners: dict[int, list[int]] = defaultdict(list)
    sizes = np.diff(seen.starts)
    for value, owner in zip(seen.hashes.tolist(), np.repeat(np.arange(len(seen)), sizes).tolist(), strict=True):
        owners[value].append(owner)
    found = np.full(len(texts), -1, dtype=np.intp)
    for index, text in enumerate(texts):
        hashes = _hashes(text).tolist()
        shared = Counter(owner for value in hashes for owner in owners.get(value, ()))
        near = [owner for owner, count in shared.items() if count >= share * min(len(hashes), sizes[owner])]
        found[index] = min(near, default=-1)
    return found


def _hashes(text: str) -> NDArray[np.uint32]:
    words = words_of(text)
    runs = {" ".join(words[at : at + SHINGLE]) for at in range(max(len(words) - SHINGLE + 1, min(len(words), 1)))}
    joined = b"".join(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=4).digest() for run in runs)
    hashes: NDArray[np.uint32] = np.unique(np.frombuffer(joined, dtype="<u4")).astype(np.uint32)
    return hashes
