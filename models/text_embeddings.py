"""Embeddings of training texts, kept in the model cache: the written examples are the same at every training."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from careatlas.identifiers import sha256_of
from careatlas.progress import Progress
from models.embedding_cache import TextEncoder
from models.model_cache import model_cache

_log = logging.getLogger("careatlas")
_NAME = "embeddings"


def text_embeddings(
    encoder: TextEncoder, texts: Sequence[str], *, progress: Progress | None = None, cache: Path | None = None
) -> NDArray[np.float32]:
    """Return one vector per text, shape (texts, dim), from the cache where the very same texts were embedded before.

    Vectors are rounded to half precision, as those in the store are, whether they come from the cache or not.
    """
    digest = sha256_of(json.dumps([encoder.key, *texts]).encode())
    path = (cache or model_cache()) / _NAME / f"{digest[:32]}.safetensors"
    kept = _read(path, (len(texts), encoder.dim))
    if kept is None:
        kept = encoder.encode(texts, progress).astype(np.float16)
        _write(path, kept)
    return kept.astype(np.float32)


def _read(path: Path, shape: tuple[int, int]) -> NDArray[np.float16] | None:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path).get(_NAME)
    except (OSError, SafetensorError):
        return None
    return found if found is not None and found.shape == shape and found.dtype == np.float16 else None


def _write(path: Path, vectors: NDArray[np.float16]) -> None:
    from safetensors.numpy import save

    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(save({_NAME: vectors}))
        partial.replace(path)
    except OSError as error:
        _log.info("the embeddings of the training texts are not kept: %s", error.strerror)
    finally:
        with suppress(OSError):  # where nothing could be written, nothing can be removed
            partial.unlink()
