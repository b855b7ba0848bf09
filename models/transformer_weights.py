"""The tensors of an encoder under one set of names, whichever library saved them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from models.transformer_config import TransformerConfig

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """``y = x @ weight + bias``; ``weight`` has the shape (inputs, outputs)."""

    weight: Array
    bias: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """Scale and shift of a layer normalisation."""

    scale: Array
    shift: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One encoder layer; ``query_key_value`` holds the three projections side by side."""

    query_key_value: Dense
    attention_output: Dense
    attention_norm: Norm
    intermediate: Dense
    output: Dense
    output_norm: Norm


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A fine-tuned head: one linear score per label.

    Attributes
    ----------
    pooler : Dense or None
        The tanh layer over the first token below it; ``None`` where the head reads the embedding.
    """

    pooler: Dense | None
    scores: Dense


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerWeights:
    """All tensors of an encoder.

    Attributes
    ----------
    words : array, shape (vocabulary, hidden)
    positions : array, shape (max_tokens, hidden)
        One row per token of a text, the segment's embedding added.
    relative_bias : array, shape (buckets, heads), or None
        MPNet's bias of attention by distance.
    """

    words: Array
    positions: Array
    embedding_norm: Norm
    layers: tuple[Layer, ...]
    relative_bias: Array | None
    head: Head | None


# Per type: query, key, value, output of the attention, and the normalisation after it.
_ATTENTION = {
    "bert": ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"),
    "mpnet": ("attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"),
}
# Where the sequence classifiers of transformers keep their head; BERT's pooler belongs to the encoder.
_HEAD = {"bert": ("pooler.dense", "classifier"), "mpnet": ("classifier.dense", "classifier.out_proj")}
# A head on the embedding has a name of its own: transformers must not take it for one of its heads and score wrongly.
EMBEDDING_HEAD = "careatlas_head"


def read_weights(path: Path, config: TransformerConfig) -> TransformerWeights:
    """Read ``model.safetensors`` of an encoder, with the head if it was fine-tuned for classification.

    Raises
    ------
    InputError
        If the file is no safetensors file, or a tensor is missing or of another shape than the configuration says.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the weights cannot be read: {error}", where=str(path), mend="get the file again: it is cut or damaged"
        ) from error
    return _Tensors(tensors, config, path).weights()


class _Tensors:
    def __init__(self, tensors: dict[str, NDArray[np.generic]], config: TransformerConfig, path: Path) -> None:
        self._config, self._path = config, path
        # Classifiers keep the encoder under the name of its type.
        self._tensors = {name.removeprefix(f"{config.kind}."): values for name, values in tensors.items()}

    def weights(self) -> TransformerWeights:
        config = self._config
        hidden, first = config.hidden, config.first_position
        words = self._array("embeddings.word_embeddings.weight", config.words, hidden)
        positions = self._array("embeddings.position_embeddings.weight", config.positions, hidden)
        positions = positions[first : first + config.max_tokens]
        if config.kind == "bert":
            positions = positions + self._array("embeddings.token_type_embeddings.weight", None, hidden)[0]
        relative = None
        if config.kind == "mpnet":
            relative = self._array("encoder.relative_attention_bias.weight", config.buckets, config.heads)
        return TransformerWeights(
            words=words,
            positions=positions,
            embedding_norm=self._norm("embeddings.LayerNorm"),
            layers=tuple(self._layer(f"encoder.layer.{number}.") for number in range(config.layers)),
            relative_bias=relative,
            head=self._head(),
        )

    def _layer(self, prefix: str) -> Layer:
        hidden = self._config.hidden
        *projections, output, norm = (f"{prefix}attention.{part}" for part in _ATTENTION[self._config.kind])
        parts = [self._dense(name, hidden, hidden) for name in projections]
        intermediate = self._dense(f"{prefix}intermediate.dense", hidden, None)
        return Layer(
            query_key_value=Dense(
                weight=np.concatenate([part.weight for part in parts], axis=1),
                bias=np.concatenate([part.bias for part in parts]),
            ),
            attention_output=self._dense(output, hidden, hidden),
            attention_norm=self._norm(norm),
            intermediate=intermediate,
            output=self._dense(f"{prefix}output.dense", intermediate.bias.size, hidden),
            output_norm=self._norm(f"{prefix}output.LayerNorm"),
        )

    def _head(self) -> Head | None:
        hidden = self._config.hidden
        if self._config.head == "embedding":
            return Head(pooler=None, scores=self._dense(EMBEDDING_HEAD, hidden, None))
        pooler, scores = _HEAD[self._config.kind]
        if f"{scores}.weight" not in self._tensors:
            return None
        return Head(pooler=self._dense(pooler, hidden, hidden), scores=self._dense(scores, hidden, None))

    def _dense(self, name: str, inputs: int, outputs: int | None) -> Dense:
        weight = self._array(f"{name}.weight", outputs, inputs)
        return Dense(weight=np.ascontiguousarray(weight.T), bias=self._array(f"{name}.bias", weight.shape[0]))

    def _norm(self, name: str) -> Norm:
        hidden = self._config.hidden
        return Norm(scale=self._array(f"{name}.weight", hidden), shift=self._array(f"{name}.bias", hidden))

    def _array(self, name: str, *shape: int | None) -> Array:
        values = self._tensors.get(name)
        if values is None:
            raise InputError(f"tensor {name} is missing", where=str(self._path), mend="get the file again")
        if len(values.shape) != len(shape) or any(
            wanted not in (None, size) for wanted, size in zip(shape, values.shape, strict=True)
        ):
            raise InputError(
                f"tensor {name} has the shape {values.shape}, its configuration says {shape}", where=str(self._path)
            )
        return values.astype(np.float32)
