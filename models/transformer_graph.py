"""An encoder as an ONNX graph, built from its configuration and tensors alone: no torch, nobody's code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.graph_nodes import CONTRIB, GraphNodes
from models.quantised_dense import Precision, product
from models.transformer_config import TransformerConfig
from models.transformer_weights import Dense, Head, Layer, Norm, TransformerWeights

# Goes up whenever the graph of the same weights would give other numbers: caches of graphs and embeddings hold it.
BUILDER_VERSION = "1"

TOKENS, MASK, EMBEDDING, LOGITS = "input_ids", "attention_mask", "embedding", "logits"
# The least value of x * Phi(x) is -0.16997, at x = -0.7518.
_GELU_FLOOR = 0.17
_HIDDEN_FROM_SIGHT = -3.4028235e38  # about the least 32-bit number: what is masked gets no attention at all
_MAX_DISTANCE = 128  # from which on MPNet puts all distances into the last bucket


def build_graph(config: TransformerConfig, weights: TransformerWeights, precision: Precision) -> bytes:
    """Return the ONNX model of an encoder with its pooling.

    Inputs are ``input_ids`` (int64) and ``attention_mask`` (int32), both of shape (batch, tokens), padded on the right.
    Outputs are ``embedding`` (batch, hidden), of length one, and for a fine-tuned encoder ``logits`` (batch, labels).

    Parameters
    ----------
    config : TransformerConfig
        Its shape.
    weights : TransformerWeights
        Its tensors.
    precision : Precision
        Of the matrix products. Attention, normalisation and pooling stay in 32-bit floating point.

    References
    ----------
    Devlin et al. 2019, "BERT"; Song et al. 2020, "MPNet"; Reimers and Gurevych 2019, "Sentence-BERT" (mean pooling).
    """
    from onnx import TensorProto

    encoder = _Encoder(config, precision)
    state = encoder.embedded(weights)
    bias = encoder.distance_bias(weights.relative_bias) if weights.relative_bias is not None else ""
    for layer in weights.layers:
        state = encoder.layer(layer, state, bias)
    tokens = encoder.by_text(state)
    encoder.pooled(tokens)
    outputs: dict[str, tuple[str | int, ...]] = {EMBEDDING: ("batch", config.hidden)}
    if weights.head is not None:
        encoder.scored(weights.head, tokens)
        outputs[LOGITS] = ("batch", weights.head.scores.bias.size)
    axes = ("batch", "tokens")
    return encoder.nodes.model({TOKENS: (TensorProto.INT64, axes), MASK: (TensorProto.INT32, axes)}, outputs)


def distance_buckets(length: int, buckets: int) -> NDArray[np.int64]:
    """Return MPNet's bucket of each distance ``key - query`` from ``1 - length`` to ``length - 1``.

    Half of the buckets are for keys after the query; of each half, one half holds single distances and the other
    distances that grow logarithmically up to 128 (Raffel et al. 2020, section 2.1, both directions).
    """
    distance = np.arange(1 - length, length)
    half, exact = buckets // 2, buckets // 4
    steps = np.abs(distance)
    share = np.log(np.maximum(steps, 1) / exact) / np.log(_MAX_DISTANCE / exact)
    far = np.minimum(exact + (share * (half - exact)).astype(np.int64), half - 1)
    bucket: NDArray[np.int64] = np.where(distance > 0, half, 0) + np.where(steps < exact, steps, far)
    return bucket


class _Encoder:
    """Adds the parts of an encoder; between them the state has the shape (batch * tokens, hidden)."""

    def __init__(self, config: TransformerConfig, precision: Precision) -> None:
        self.nodes = GraphNodes()
        self._config, self._precision = config, precision
        self._shape = self.nodes.node("Shape", TOKENS)
        self._length = self.nodes.node("Shape", TOKENS, start=1, end=2)

    def embedded(self, weights: TransformerWeights) -> str:
        nodes = self.nodes
        small = self._precision is Precision.INT8  # the word table is most of such a graph: half of it will do
        words = nodes.constant(weights.words.astype(np.float16) if small else weights.words)
        words = nodes.node("Cast", nodes.node("Gather", words, TOKENS), to=_float())
        start, axis = nodes.constant([0]), nodes.constant([0])
        positions = nodes.node("Slice", nodes.constant(weights.positions), start, self._length, axis)
        state = self._rows(nodes.node("Add", words, positions))
        return self._normalised(state, weights.embedding_norm)

    def distance_bias(self, table: NDArray[np.float32]) -> str:
        """Add the bias of attention by distance, shape (1, heads, tokens, tokens)."""
        nodes, most = self.nodes, self._config.max_tokens
        by_distance = table[distance_buckets(most, self._config.buckets)].T
        one = nodes.constant(np.int64(1))
        ends = nodes.node("Squeeze", self._length)
        place = nodes.node("Range", nodes.constant(np.int64(0)), ends, one)
        distance = nodes.node(
            "Sub",
            nodes.node("Unsqueeze", place, nodes.constant([0])),
            nodes.node("Unsqueeze", place, nodes.constant([1])),
        )
        row = nodes.node("Add", distance, nodes.constant(np.int64(most - 1)))
        bias = nodes.node("Gather", nodes.constant(by_distance), row, axis=1)
        return nodes.node("Unsqueeze", bias, nodes.constant([0]))

    def layer(self, layer: Layer, state: str, distance_bias: str) -> str:
        seen = self._dense(layer.attention_output, self._attended(layer.query_key_value, state, distance_bias))
        state = self._normalised(self.nodes.node("Add", seen, state), layer.attention_norm)
        wide = product(self.nodes, state, layer.intermediate.weight, self._precision)
        wide = self.nodes.node("BiasGelu", wide, self.nodes.constant(layer.intermediate.bias), domain=CONTRIB)
        new = self._dense(layer.output, wide, floor=_GELU_FLOOR)
        return self._normalised(self.nodes.node("Add", new, state), layer.output_norm)

    def pooled(self, tokens: str) -> None:
        nodes = self.nodes
        axis = nodes.constant([1])
        if self._config.pooling == "cls":
            total = self._first(tokens)
        else:
            # The sum does for the mean: only its direction is kept.
            weight = nodes.node("Unsqueeze", nodes.node("Cast", MASK, to=_float()), axis)
            total = nodes.node("Squeeze", nodes.node("MatMul", weight, tokens), axis)
        length = nodes.node("ReduceL2", total, axis, keepdims=1)
        nodes.node("Div", total, nodes.node("Max", length, nodes.constant(np.float32(1e-12))), name=EMBEDDING)

    def scored(self, head: Head, tokens: str) -> None:
        """Add the head of a classifier; kept in 32 bits, for it is small and its numbers are the result."""
        nodes, pooled = self.nodes, EMBEDDING
        if head.pooler is not None:
            pooled = nodes.node("MatMul", self._first(tokens), nodes.constant(head.pooler.weight))
            pooled = nodes.node("Tanh", nodes.node("Add", pooled, nodes.constant(head.pooler.bias)))
        scores = nodes.node("MatMul", pooled, nodes.constant(head.scores.weight))
        nodes.node("Add", scores, nodes.constant(head.scores.bias), name=LOGITS)

    def by_text(self, rows: str, width: int | None = None) -> str:
        """Return rows as (batch, tokens, width)."""
        size = self.nodes.constant([width or self._config.hidden])
        return self.nodes.node("Reshape", rows, self.nodes.node("Concat", self._shape, size, axis=0))

    def _attended(self, projections: Dense, state: str, distance_bias: str) -> str:
        mixed = product(self.nodes, state, projections.weight, self._precision)
        parts = self.nodes.split(self.by_text(mixed, projections.bias.size), 3)
        inputs = [*parts, self.nodes.constant(projections.bias), MASK, *([distance_bias] if distance_bias else [])]
        seen = self.nodes.node(
            "MultiHeadAttention",
            *inputs,
            domain=CONTRIB,
            num_heads=self._config.heads,
            mask_filter_value=_HIDDEN_FROM_SIGHT,
        )
        return self._rows(seen)

    def _dense(self, dense: Dense, rows: str, *, floor: float | None = None) -> str:
        mixed = product(self.nodes, rows, dense.weight, self._precision, floor=floor)
        return self.nodes.node("Add", mixed, self.nodes.constant(dense.bias))

    def _normalised(self, rows: str, norm: Norm) -> str:
        scale, shift = self.nodes.constant(norm.scale), self.nodes.constant(norm.shift)
        return self.nodes.node("LayerNormalization", rows, scale, shift, epsilon=self._config.epsilon)

    def _rows(self, value: str) -> str:
        return self.nodes.node("Reshape", value, self.nodes.constant([-1, self._config.hidden]))

    def _first(self, tokens: str) -> str:
        return self.nodes.node("Gather", tokens, self.nodes.constant(np.int64(0)), axis=1)


def _float() -> int:
    from onnx import TensorProto

    return int(TensorProto.FLOAT)
