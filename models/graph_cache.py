"""Built graphs kept on disk, so that a second start needs neither the safetensors file nor the builder."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from models.backbone import Backbone
from models.backbone_files import WEIGHTS
from models.model_cache import model_cache
from models.quantised_dense import Precision
from models.transformer_graph import BUILDER_VERSION, build_graph
from models.transformer_weights import read_weights

_log = logging.getLogger("careatlas")


def graph_of(backbone: Backbone, precision: Precision, *, cache: Path | None = None) -> bytes:
    """Return the ONNX model of a backbone, from the cache if it is there and whole.

    A file in the cache starts with the SHA-256 of the rest; one that does not fit is built anew. Where the cache
    cannot be written, the graph is built each time.

    Raises
    ------
    InputError
        If the backbone's tensors do not fit its configuration.
    """
    name = f"{backbone.digest[:32]}-{BUILDER_VERSION}-{precision}.graph"
    path = (cache or model_cache()) / "graphs" / name
    graph = _read(path)
    if graph is None:
        graph = build_graph(backbone.config, read_weights(backbone.folder / WEIGHTS, backbone.config), precision)
        try:
            _write(path, graph)
        except OSError as error:
            _log.info("the built graph of %s is not kept: %s", backbone.name, error.strerror)
    return graph


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, graph = content[:32], content[32:]
    return graph if hashlib.sha256(graph).digest() == digest else None


def _write(path: Path, graph: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(graph).digest())
            stream.write(graph)
        draft.replace(path)  # another process may be writing the same: the last whole one stays
    finally:
        draft.unlink(missing_ok=True)
