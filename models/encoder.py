"""Sentence embeddings of texts, by onnxruntime: no torch."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import UsageError
from careatlas.progress import NoProgress, Progress
from models.backbone import Backbone
from models.graph_cache import graph_of
from models.quantised_dense import Precision
from models.text_tokens import TextTokens, Tokens
from models.transformer_graph import BUILDER_VERSION, EMBEDDING, LOGITS, MASK, TOKENS

# Texts of like length go through together, until this many tokens: more gain nothing and fall out of the fast memory.
BATCH_TOKENS = 512

Array = NDArray[np.float32]


class Encoder:
    """Turns texts into vectors of length one, of which the inner product is the cosine similarity.

    Parameters
    ----------
    backbone : Backbone
        Which encoder; ``models.backbone.find_backbone`` finds it.
    precision : {"int8", "fp32"}
        Of its matrix products. ``int8`` is twice as fast and loses little: docs/methods/embedding.md.
    threads : int
        Batches that are computed at the same time, each on one core: 1 suits a worker process beside others, 0 takes
        every core that this process may use.
    cache : Path, optional
        The model cache, if not the usual one.

    Attributes
    ----------
    dim : int
        Length of a vector.
    key : str
        Names everything that the numbers depend on; caches of embeddings hold it.

    Raises
    ------
    InputError
        If the backbone's files do not fit together.
    """

    def __init__(
        self, backbone: Backbone, precision: str = "int8", *, threads: int = 1, cache: Path | None = None
    ) -> None:
        self.backbone = backbone
        self.precision = _precision(precision)
        self.threads = threads or len(os.sched_getaffinity(0))
        self.dim = backbone.config.hidden
        self.max_tokens = backbone.config.max_tokens
        self.key = f"{backbone.digest[:16]}-{BUILDER_VERSION}-{self.precision}"
        self._text_tokens = TextTokens(backbone, self.max_tokens)
        self._session = _session(graph_of(backbone, self.precision, cache=cache))

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Array:
        """Return one vector per text, shape (texts, dim).

        The same text is computed once. A text's vector does not depend on the texts beside it. Of long texts the
        first ``max_tokens`` tokens are read; an empty text has the vector of an empty sequence.

        Parameters
        ----------
        texts : sequence of str
        progress : Progress, optional
            Told of every distinct text.
        """
        return self._computed(texts, EMBEDDING, self.dim, progress or NoProgress())

    def logits(self, texts: Sequence[str], progress: Progress | None = None) -> Array:
        """Return the scores of a fine-tuned encoder's own head, shape (texts, labels), before the sigmoid.

        Raises
        ------
        UsageError
            If the backbone has no such head.
        """
        sizes = {output.name: output.shape[1] for output in self._session.get_outputs()}
        if LOGITS not in sizes:
            raise UsageError(f"backbone {self.backbone.name} is not fine-tuned: it has no head of its own")
        return self._computed(texts, LOGITS, sizes[LOGITS], progress or NoProgress())

    def _computed(self, texts: Sequence[str], output: str, width: int, progress: Progress) -> Array:
        distinct = list(dict.fromkeys(texts))
        sequences = [self._tokens(text) for text in distinct]
        found = np.empty((len(distinct), width), dtype=np.float32)
        progress.start("embedding", len(distinct))

        def compute(batch: list[int]) -> list[int]:
            found[batch] = self._run([sequences[index] for index in batch], output)
            return batch

        with ThreadPoolExecutor(self.threads) as pool:
            for batch in pool.map(compute, _batches([len(tokens) for tokens in sequences])):
                for _ in batch:
                    progress.advance()
        place = {text: index for index, text in enumerate(distinct)}
        return found[[place[text] for text in texts]]

    def _tokens(self, text: str) -> Tokens:
        return self._text_tokens.of(text)

    def _run(self, sequences: Sequence[Tokens], output: str) -> Array:
        shape = (len(sequences), max(len(tokens) for tokens in sequences))
        tokens = np.full(shape, self.backbone.config.pad_id, dtype=np.int64)
        # From the lengths, never from the identifiers: MPNet pads with 1, and BERT's 0 could be a word elsewhere.
        mask = np.zeros(shape, dtype=np.int32)
        for row, sequence in enumerate(sequences):
            tokens[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        (result,) = self._session.run([output], {TOKENS: tokens, MASK: mask})
        return np.asarray(result, dtype=np.float32)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut the indices of texts, the longest first, into batches of at most ``BATCH_TOKENS`` with their padding."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        if batch and (len(batch) + 1) * lengths[batch[0]] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _precision(name: str) -> Precision:
    if name not in set(Precision):
        raise UsageError(f"there is no precision {name!r}", mend=f"one of: {', '.join(Precision)}")
    return Precision(name)


def _session(graph: bytes) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.set_default_logger_severity(4)
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Every batch has another shape: remembering the memory plan of each would only fill the memory.
    options.enable_mem_pattern = False
    if _overflows():
        options.add_session_config_entry("session.x64quantprecision", "1")
    # The fused operator takes five times as long here as an addition and a normalisation (docs/methods/embedding.md).
    slow = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=slow)


@cache
def _overflows() -> bool:
    """Tell whether this processor's fast 8-bit product loses sums: x86 without VNNI. onnxruntime has an exact one too.

    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "u8s8 and u8u8"
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return False
    try:
        return "vnni" not in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return True
