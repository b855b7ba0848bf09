"""Embeddings of a project's passages, each computed once and kept in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from careatlas.identifiers import PassageId
from careatlas.progress import Progress
from careatlas.store import embeddings
from careatlas.store.engine import Store

# Passages between two writes: what an interrupted run loses, and what the memory must hold at once.
_SLICE = 2_000
# Half precision, little-endian: an error of 0.05 % per number, a twentieth of what 8-bit weights cost already.
_KEPT, _BYTES = "<f2", 2


class TextEncoder(Protocol):
    """What the cache needs of an encoder; :class:`models.encoder.Encoder` is one."""

    dim: int
    key: str

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one vector per text, shape (texts, dim)."""


def cache_key(encoder: TextEncoder, form: str) -> str:
    """Return the key of an encoder's vectors of passages that are put to it in one form."""
    return f"{encoder.key}-{form}"


def embedded(
    store: Store,
    encoder: TextEncoder,
    passages: Sequence[tuple[PassageId, str]],
    *,
    form: str = "text",
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return one vector per passage, shape (passages, dim), computing only those that the store does not have.

    What comes out does not depend on what was in the cache: new vectors too are rounded as the store keeps them.

    Parameters
    ----------
    store : Store
        No connection is held while vectors are computed: others can write meanwhile.
    encoder : TextEncoder
    passages : sequence of (PassageId, str)
        Identifier and the text that is put to the encoder.
    form : str
        Names how that text was made of the passage: its own words (``text``), or with its headings, and so on. It is
        part of the key, together with the backbone, the version of its graph and the precision.
    progress : Progress, optional
        Told of every text that is computed.
    """
    key = cache_key(encoder, form)
    vectors = np.empty((len(passages), encoder.dim), dtype=np.float32)
    for start in range(0, len(passages), _SLICE):
        some = passages[start : start + _SLICE]
        with store.read() as connection:
            kept = embeddings.get_many(connection, key, [name for name, _ in some])
        vectors[start : start + len(some)], new = completed(encoder, some, kept, progress)
        if new:
            with store.write() as connection:
                embeddings.put_many(connection, key, new)
    return vectors


def completed(
    encoder: TextEncoder,
    passages: Sequence[tuple[PassageId, str]],
    kept: Mapping[PassageId, bytes],
    progress: Progress | None = None,
) -> tuple[NDArray[np.float32], dict[PassageId, bytes]]:
    """Return the vectors of passages, computing only those that are not kept, and the new ones as they are to be kept.

    Parameters
    ----------
    kept : Mapping
        Vectors as the store keeps them; those of another length than the encoder's are computed anew.

    Returns
    -------
    vectors : array of shape (passages, dim)
    new : dict of PassageId to bytes
    """
    vectors = np.empty((len(passages), encoder.dim), dtype=np.float32)
    new: dict[PassageId, bytes] = {}
    for start in range(0, len(passages), _SLICE):  # as in :func:`embedded`, so that the same texts go through together
        some = passages[start : start + _SLICE]
        known = {name: kept[name] for name, _ in some if len(kept.get(name, b"")) == encoder.dim * _BYTES}
        missing = {name: text for name, text in some if name not in known}
        if missing:
            computed = encoder.encode(list(missing.values()), progress).astype(_KEPT)
            new |= {name: vector.tobytes() for name, vector in zip(missing, computed, strict=True)}
            known |= new
        rows = np.frombuffer(b"".join(known[name] for name, _ in some), dtype=_KEPT)
        vectors[start : start + len(some)] = rows.reshape(len(some), encoder.dim)
    return vectors, new
