"""Our graphs against a plain reading of the papers in NumPy, in double precision, one text at a time."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from careatlas.errors import InputError
from models.backbone import find_backbone
from models.encoder import Encoder
from models.graph_cache import graph_of
from models.quantised_dense import Precision
from models.transformer_graph import distance_buckets

TEXTS = [
    "care homes visit the gp",
    "falls",
    "",
    "a weekly round , the team visiting a care home . " * 3,
    "zebra",
    # Written out, these become the padding tokens: a mask made from identifiers would hide them.
    "care <pad> home [PAD] team",
]


class Reference:
    """An encoder of either type, written for reading and not for speed."""

    def __init__(self, folder: Path) -> None:
        self.config = json.loads((folder / "config.json").read_text())
        self.kind = self.config["model_type"]
        self.tensors = {
            name.removeprefix(f"{self.kind}."): values.astype(np.float64)
            for name, values in load_file(folder / "model.safetensors").items()
        }

    def dense(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.config["layer_norm_eps"])
        return centred / spread * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def attention(self, layer: str, x: np.ndarray) -> np.ndarray:
        names = ("self.query", "self.key", "self.value") if self.kind == "bert" else ("attn.q", "attn.k", "attn.v")
        q, k, v = (self.dense(f"{layer}.attention.{name}", x) for name in names)
        heads, size = self.config["num_attention_heads"], q.shape[1] // self.config["num_attention_heads"]
        seen = []
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            score = q[:, part] @ k[:, part].T / math.sqrt(size)
            if self.kind == "mpnet":
                score = score + self.distance_bias(len(x))[head]
            weight = np.exp(score - score.max(axis=1, keepdims=True))
            seen.append(weight / weight.sum(axis=1, keepdims=True) @ v[:, part])
        return np.concatenate(seen, axis=1)

    def distance_bias(self, length: int) -> np.ndarray:
        table = self.tensors["encoder.relative_attention_bias.weight"]
        rows = [[table[bucket(key - query)] for key in range(length)] for query in range(length)]
        return np.array(rows).transpose(2, 0, 1)

    def states(self, tokens: list[int]) -> np.ndarray:
        first = 2 if self.kind == "mpnet" else 0
        positions = self.tensors["embeddings.position_embeddings.weight"][first : first + len(tokens)]
        x = self.tensors["embeddings.word_embeddings.weight"][tokens] + positions
        if self.kind == "bert":
            x = x + self.tensors["embeddings.token_type_embeddings.weight"][0]
        x = self.norm("embeddings.LayerNorm", x)
        out, after = ("output.dense", "output.LayerNorm") if self.kind == "bert" else ("attn.o", "LayerNorm")
        for number in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}"
            seen = self.dense(f"{layer}.attention.{out}", self.attention(layer, x))
            x = self.norm(f"{layer}.attention.{after}", x + seen)
            wide = self.dense(f"{layer}.intermediate.dense", x)
            wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
            x = self.norm(f"{layer}.output.LayerNorm", x + self.dense(f"{layer}.output.dense", wide))
        return x

    def embedding(self, tokens: list[int]) -> np.ndarray:
        mean = self.states(tokens).mean(axis=0)
        return mean / np.linalg.norm(mean)

    def logits(self, tokens: list[int]) -> np.ndarray:
        pooler, scores = ("pooler.dense", "classifier")
        if self.kind == "mpnet":
            pooler, scores = ("classifier.dense", "classifier.out_proj")
        return self.dense(scores, np.tanh(self.dense(pooler, self.states(tokens)[:1])))[0]


def bucket(distance: int, buckets: int = 32, furthest: int = 128) -> int:
    """T5's rule for both directions, for one distance (key minus query)."""
    half = buckets // 2
    start = half if distance > 0 else 0
    steps, exact = abs(distance), half // 2
    if steps < exact:
        return start + steps
    far = exact + int(math.log(steps / exact) / math.log(furthest / exact) * (half - exact))
    return start + min(far, half - 1)


def tokens_of(encoder: Encoder) -> list[list[int]]:
    return [encoder._tokens(text).tolist() for text in TEXTS]


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_the_graph_computes_what_the_papers_say(tiny_backbone, tmp_path, kind):
    folder = tiny_backbone(kind)
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=tmp_path)
    reference = Reference(folder)
    expected = np.array([reference.embedding(tokens) for tokens in tokens_of(encoder)])
    assert np.abs(encoder.encode(TEXTS) - expected).max() < 1e-5


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_fine_tuned_encoder_gives_its_scores_too(tiny_backbone, tmp_path, kind):
    folder = tiny_backbone(kind, labels=3)
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=tmp_path)
    reference = Reference(folder)
    expected = np.array([reference.logits(tokens) for tokens in tokens_of(encoder)])
    assert expected.std() > 0.1
    assert np.abs(encoder.logits(TEXTS) - expected).max() < 1e-4
    assert np.abs(encoder.encode(TEXTS)[1] - reference.embedding(tokens_of(encoder)[1])).max() < 1e-5


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_head_on_the_embedding_scores_the_vector_of_length_one(tiny_backbone, tmp_path, kind):
    folder = tiny_backbone(kind, config={"careatlas_head": "embedding"})
    weight = np.random.default_rng(1).normal(size=(3, 32)).astype(np.float32)
    bias = np.array([1, 2, 3], dtype=np.float32)
    tensors = load_file(folder / "model.safetensors") | {"careatlas_head.weight": weight, "careatlas_head.bias": bias}
    save_file(tensors, folder / "model.safetensors")
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=tmp_path)
    reference = Reference(folder)
    expected = np.array([weight @ reference.embedding(tokens) + bias for tokens in tokens_of(encoder)])
    assert np.abs(encoder.logits(TEXTS) - expected).max() < 1e-5


def test_a_head_that_is_not_known_or_not_there_is_refused(tiny_backbone, tmp_path):
    with pytest.raises(InputError, match="careatlas_head 'median' is not built here, only first or embedding"):
        find_backbone(str(tiny_backbone("bert", config={"careatlas_head": "median"})))
    without = find_backbone(str(tiny_backbone("mpnet", config={"careatlas_head": "embedding"})))
    with pytest.raises(InputError, match=r"careatlas_head\.weight is missing"):
        Encoder(without, "fp32", cache=tmp_path)


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_eight_bits_stay_close_and_are_not_the_same(tiny_backbone, tmp_path, kind):
    backbone = find_backbone(str(tiny_backbone(kind)))
    exact, small = (Encoder(backbone, precision, cache=tmp_path).encode(TEXTS) for precision in ("fp32", "int8"))
    cosine = (exact * small).sum(axis=1)
    assert cosine.min() > 0.995
    assert np.abs(exact - small).max() > 1e-4


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_the_first_token_is_pooled_where_the_folder_says_so(tiny_backbone, tmp_path, kind):
    folder = tiny_backbone(kind)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=tmp_path)
    first = Reference(folder).states(tokens_of(encoder)[0])[0]
    assert np.abs(encoder.encode(TEXTS[:1])[0] - first / np.linalg.norm(first)).max() < 1e-5


@given(st.integers(1, 400))
def test_distances_fall_into_the_buckets_of_the_paper(length):
    found = distance_buckets(length, 32)
    assert found.tolist() == [bucket(distance) for distance in range(1 - length, length)]


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@pytest.mark.parametrize("precision", list(Precision))
def test_the_same_weights_make_the_same_bytes_and_a_model_that_onnx_takes(tiny_backbone, tmp_path, kind, precision):
    backbone = find_backbone(str(tiny_backbone(kind)))
    graphs = [graph_of(backbone, precision, cache=tmp_path / name) for name in "ab"]
    assert graphs[0] == graphs[1]
    model = onnx.load_model_from_string(graphs[0])
    assert [item.name for item in model.graph.input] == ["input_ids", "attention_mask"]
    assert [item.name for item in model.graph.output] == ["embedding"]
    small = {item.data_type for item in model.graph.initializer if np.prod(item.dims) >= 32 * 32}
    assert (onnx.TensorProto.INT8 in small) == (precision is Precision.INT8)
