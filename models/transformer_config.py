"""The shape of a transformer encoder, read from the folder that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from careatlas.errors import InputError

KINDS = ("bert", "mpnet")
HEADS = ("first", "embedding")
HEAD_KEY = "careatlas_head"
_POSITIONS_UNLESS_SAID = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerConfig:
    """The shape of an encoder of the BERT or the MPNet type.

    Attributes
    ----------
    kind : str
        ``bert`` or ``mpnet``.
    words : int
        Rows of the word table.
    epsilon : float
        What layer normalisation adds to the variance.
    positions : int
        Rows of the position table. MPNet leaves out those up to the identifier of the padding token.
    buckets : int
        Buckets of MPNet's relative positions; 0 for BERT.
    max_tokens : int
        Tokens of a text that are read, the two special ones among them.
    pooling : str
        ``mean`` of the tokens, or ``cls``, the first one.
    head : str
        What the head of a fine-tuned encoder reads, under our own key ``careatlas_head``: ``first``, the first token
        through a tanh layer, as the sequence classifiers of transformers do, or ``embedding``, the pooled vector of
        length one.
    """

    kind: str
    hidden: int
    layers: int
    heads: int
    words: int
    epsilon: float
    pad_id: int
    positions: int
    buckets: int
    max_tokens: int
    pooling: str
    head: str = "first"

    @property
    def first_position(self) -> int:
        """The row of the position table that belongs to the first token."""
        return self.pad_id + 1 if self.kind == "mpnet" else 0


def read_config(folder: Path) -> TransformerConfig:
    """Read ``config.json`` and, where they are there, the two files in which sentence-transformers adds its own.

    Raises
    ------
    InputError
        If the encoder is of a type that is not built here, or the files are wrong.
    """
    path = folder / "config.json"
    values = _json(path)
    kind = values.get("model_type")
    if kind not in KINDS:
        raise InputError(
            f"backbones of type {kind!r} are not read", where=str(path), mend=f"choose one of type {' or '.join(KINDS)}"
        )
    built = {"hidden_act": ("gelu",), "position_embedding_type": ("absolute",), HEAD_KEY: HEADS}
    for key, wanted in built.items():
        if values.get(key, wanted[0]) not in wanted:
            raise InputError(f"{key} {values[key]!r} is not built here, only {' or '.join(wanted)}", where=str(path))
    sentence = _json(folder / "sentence_bert_config.json", optional=True)
    try:
        return _config(kind, values, sentence, _pooling(folder))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the configuration is incomplete or wrong: {error}", where=str(path)) from error


def _config(kind: str, values: dict[str, Any], sentence: dict[str, Any], pooling: str) -> TransformerConfig:
    pad_id = int(values.get("pad_token_id", 1 if kind == "mpnet" else 0))
    positions = int(values["max_position_embeddings"])
    room = positions - (pad_id + 1 if kind == "mpnet" else 0)
    config = TransformerConfig(
        kind=kind,
        hidden=int(values["hidden_size"]),
        layers=int(values["num_hidden_layers"]),
        heads=int(values["num_attention_heads"]),
        words=int(values["vocab_size"]),
        epsilon=float(values["layer_norm_eps"]),
        pad_id=pad_id,
        positions=positions,
        buckets=int(values.get("relative_attention_num_buckets", 32)) if kind == "mpnet" else 0,
        max_tokens=min(room, int(sentence.get("max_seq_length") or _POSITIONS_UNLESS_SAID)),
        pooling=pooling,
        head=str(values.get(HEAD_KEY, HEADS[0])),
    )
    if min(config.hidden, config.layers, config.heads) < 1 or config.hidden % config.heads or config.max_tokens < 3:
        raise ValueError("sizes that do not fit together")
    return config


def _pooling(folder: Path) -> str:
    path = folder / "1_Pooling" / "config.json"
    modes = [
        key.removeprefix("pooling_mode_")
        for key, value in _json(path, optional=True).items()
        if key.startswith("pooling_mode_") and value is True
    ]
    names = {"mean_tokens": "mean", "cls_token": "cls"}
    if len(modes) > 1 or any(mode not in names for mode in modes):
        raise InputError(f"pooling by {' and '.join(modes)} is not built here", where=str(path))
    return names[modes[0]] if modes else "mean"


def _json(path: Path, *, optional: bool = False) -> dict[str, Any]:
    if optional and not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"cannot be read as JSON: {error}", where=str(path)) from error
