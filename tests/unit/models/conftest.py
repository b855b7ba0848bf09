"""Tiny encoders with random weights, in the very files that real ones come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HIDDEN, HEADS, WIDE, LAYERS, TOKENS = 32, 4, 48, 2, 40
WORDS = (
    "care",
    "home",
    "homes",
    "gp",
    "visit",
    "fall",
    "##s",
    "##ing",
    "the",
    "a",
    "weekly",
    "round",
    ".",
    ",",
    "team",
)
SPECIAL = {
    "bert": ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    "mpnet": ("<s>", "<pad>", "</s>", "[UNK]", "<mask>"),
}
TinyBackbone = Callable[..., Path]

_ATTENTION = {
    "bert": ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"),
    "mpnet": ("attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"),
}


@pytest.fixture
def tiny_backbone(tmp_path: Path) -> TinyBackbone:
    """Return a maker of encoders: ``tiny_backbone(kind, labels=0, seed=0, config={...})`` gives their folder."""

    def make(kind: str, *, labels: int = 0, seed: int = 0, config: dict[str, object] | None = None) -> Path:
        folder = tmp_path / f"{kind}-{labels}-{seed}"
        folder.mkdir(exist_ok=True)
        values = _config(kind, labels) | (config or {})
        (folder / "config.json").write_text(json.dumps(values))
        (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": TOKENS - 10}))
        _tokenizer(kind).save(str(folder / "tokenizer.json"))
        save_file(_tensors(kind, labels, np.random.default_rng(seed)), folder / "model.safetensors")
        return folder

    return make


def _config(kind: str, labels: int) -> dict[str, object]:
    values: dict[str, object] = {
        "model_type": kind,
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": WIDE,
        "hidden_act": "gelu",
        "vocab_size": len(SPECIAL[kind]) + len(WORDS),
        "layer_norm_eps": 1e-5 if kind == "mpnet" else 1e-12,
        "max_position_embeddings": TOKENS + 2 if kind == "mpnet" else TOKENS,
        "pad_token_id": 1 if kind == "mpnet" else 0,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }
    values |= {"relative_attention_num_buckets": 32} if kind == "mpnet" else {"type_vocab_size": 2}
    if labels:
        values["id2label"] = {str(number): f"code-{number}" for number in range(labels)}
        values["label2id"] = {f"code-{number}": number for number in range(labels)}
    return values


def _tokenizer(kind: str) -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate((*SPECIAL[kind], *WORDS))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    first, last = ("[CLS]", "[SEP]") if kind == "bert" else ("<s>", "</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(name, vocabulary[name]) for name in (first, last)]
    )
    tokenizer.add_special_tokens(list(SPECIAL[kind]))
    # As the real files do: whoever leaves this on pads every text to the same length.
    tokenizer.enable_padding(length=TOKENS, pad_id=vocabulary[SPECIAL[kind][1 if kind == "mpnet" else 0]])
    return tokenizer


def _tensors(kind: str, labels: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
    prefix = f"{kind}." if labels else ""

    def table(name: str, rows: int, columns: int = HIDDEN) -> None:
        made[name] = chance.normal(scale=0.5, size=(rows, columns)).astype(np.float32)

    def dense(name: str, inputs: int, outputs: int) -> None:
        made[f"{name}.weight"] = chance.normal(scale=0.3, size=(outputs, inputs)).astype(np.float32)
        made[f"{name}.bias"] = chance.normal(scale=0.3, size=outputs).astype(np.float32)

    def norm(name: str) -> None:
        made[f"{name}.weight"] = chance.uniform(0.5, 1.5, size=HIDDEN).astype(np.float32)
        made[f"{name}.bias"] = chance.normal(scale=0.2, size=HIDDEN).astype(np.float32)

    table(f"{prefix}embeddings.word_embeddings.weight", len(SPECIAL[kind]) + len(WORDS))
    table(f"{prefix}embeddings.position_embeddings.weight", TOKENS + 2 if kind == "mpnet" else TOKENS)
    if kind == "bert":
        table(f"{prefix}embeddings.token_type_embeddings.weight", 2)
    else:
        table(f"{prefix}encoder.relative_attention_bias.weight", 32, HEADS)
    norm(f"{prefix}embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"{prefix}encoder.layer.{number}."
        *projections, after = (f"{layer}attention.{part}" for part in _ATTENTION[kind])
        for name in projections:
            dense(name, HIDDEN, HIDDEN)
        norm(after)
        dense(f"{layer}intermediate.dense", HIDDEN, WIDE)
        dense(f"{layer}output.dense", WIDE, HIDDEN)
        norm(f"{layer}output.LayerNorm")
    if labels and kind == "bert":
        dense("bert.pooler.dense", HIDDEN, HIDDEN)
        dense("classifier", HIDDEN, labels)
    elif labels:
        dense("classifier.dense", HIDDEN, HIDDEN)
        dense("classifier.out_proj", HIDDEN, labels)
    return made
