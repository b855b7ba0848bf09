"""The encoder: the same vector for the same text, whatever stands beside it, and a vector for every text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from unittest.mock import Mock, call

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careatlas.errors import InputError, UsageError
from models import encoder as module
from models.backbone import find_backbone
from models.encoder import Encoder

WORDS = st.sampled_from(["care", "home", "homes", "gp", "visiting", "falls", "weekly", ".", ",", "zebra", "é"])
TEXTS = st.lists(st.lists(WORDS, max_size=60).map(" ".join), max_size=12)


@pytest.fixture
def encoder(tiny_backbone, tmp_path):
    return Encoder(find_backbone(str(tiny_backbone("mpnet"))), "int8", cache=tmp_path)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(data=st.data())
def test_a_vector_does_not_depend_on_the_texts_beside_it(tiny_backbone, tmp_path, kind, precision, data):
    encoder = Encoder(find_backbone(str(tiny_backbone(kind))), precision, cache=tmp_path)
    texts = data.draw(TEXTS)
    together = encoder.encode(texts)
    assert together.shape == (len(texts), 32)
    assert together.dtype == np.float32
    for text, vector in zip(texts, together, strict=True):
        assert np.abs(encoder.encode([text])[0] - vector).max() < 1e-5
    order = data.draw(st.permutations(range(len(texts))))
    assert np.abs(encoder.encode([texts[index] for index in order]) - together[list(order)]).max(initial=0) < 1e-5


def test_vectors_have_length_one_and_differ(encoder):
    vectors = encoder.encode(["care home", "falls", "gp visits", ""])
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert (vectors @ vectors.T)[np.triu_indices(4, 1)].max() < 0.999


def test_several_threads_give_the_same(tiny_backbone, tmp_path):
    backbone = find_backbone(str(tiny_backbone("bert")))
    texts = [f"care {'home ' * length}" for length in range(40)]
    one, three, all_cores = (Encoder(backbone, threads=threads, cache=tmp_path) for threads in (1, 3, 0))
    assert all_cores.threads == len(os.sched_getaffinity(0))
    assert (one.encode(texts) == three.encode(texts)).all()


def test_the_same_text_is_computed_once_and_progress_hears_of_each(encoder):
    progress = Mock()
    vectors = encoder.encode(["gp", "falls", "gp", "gp"], progress)
    assert progress.mock_calls == [call.start("embedding", 2), call.advance(), call.advance()]
    assert (vectors[0] == vectors[2]).all()
    assert (vectors[0] == vectors[3]).all()
    assert encoder.encode([]).shape == (0, 32)


def test_long_texts_are_read_up_to_the_most_tokens(encoder):
    start = "care home " * 20
    assert encoder.max_tokens == 30
    assert len(encoder._tokens(start)) == 30
    vectors = encoder.encode([start, start + "falls", start + "zebra " * 100_000, "x" * 100_000])
    assert (vectors[0] == vectors[1]).all()
    assert (vectors[0] == vectors[2]).all()
    assert np.isfinite(vectors).all()


def test_every_text_has_a_vector(encoder, hostile_texts):
    texts = ["", " ", "\n\t", "\x00", "\ud800 broken", "<pad>", "<mask> </s> <s>", "\u200b" * 50, *hostile_texts]
    vectors = encoder.encode(texts)
    assert np.isfinite(vectors).all()
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert (vectors[0] == vectors[1]).all()


@given(st.lists(st.integers(1, 700), max_size=60))
def test_batches_hold_every_text_once_and_keep_the_budget(lengths):
    batches = list(module._batches(lengths))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= module.BATCH_TOKENS


def test_the_key_names_all_that_the_numbers_depend_on(tiny_backbone, tmp_path, encoder):
    fp32 = Encoder(encoder.backbone, "fp32", cache=tmp_path)
    other = Encoder(find_backbone(str(tiny_backbone("mpnet", seed=1))), cache=tmp_path)
    keys = {encoder.key, fp32.key, other.key}
    assert len(keys) == 3
    assert encoder.key.endswith(f"-{module.BUILDER_VERSION}-int8")
    assert Encoder(encoder.backbone, cache=tmp_path).key == encoder.key


def test_a_backbone_without_a_head_has_no_scores(encoder):
    with pytest.raises(UsageError, match="not fine-tuned"):
        encoder.logits(["care"])


def test_a_precision_that_is_not_there_lists_those_there_are(encoder):
    with pytest.raises(UsageError, match="no precision 'int4'") as caught:
        Encoder(encoder.backbone, "int4")
    assert caught.value.mend == "one of: fp32, int8"


def test_a_broken_tokeniser_is_said(tiny_backbone, tmp_path):
    folder = tiny_backbone("bert")
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(InputError, match="tokeniser cannot be read") as caught:
        Encoder(find_backbone(str(folder)), cache=tmp_path)
    assert caught.value.where.endswith("tokenizer.json")


def test_a_tokeniser_of_another_vocabulary_is_refused(tiny_backbone, tmp_path):
    folder = tiny_backbone("bert")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["beyond"] = 20
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(InputError, match="21 words, the weights have 20"):
        Encoder(find_backbone(str(folder)), cache=tmp_path)


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [("x86_64", "avx2 avx512_vnni", False), ("x86_64", "avx2", True), ("x86_64", None, True), ("aarch64", "", False)],
)
def test_processors_whose_fast_product_overflows_are_known(monkeypatch, machine, flags, expected):
    def read(*_: object, **__: object) -> str:
        if flags is None:
            raise FileNotFoundError
        return f"flags : {flags}"

    monkeypatch.setattr(module.platform, "machine", lambda: machine)
    monkeypatch.setattr(module.Path, "read_text", read)
    assert module._overflows.__wrapped__() is expected


def test_the_exact_product_gives_the_same_vectors(tiny_backbone, tmp_path, monkeypatch):
    backbone = find_backbone(str(tiny_backbone("bert")))
    texts = ["care homes", "weekly gp round", "falls"]
    fast = Encoder(backbone, cache=tmp_path).encode(texts)
    monkeypatch.setattr(module, "_overflows", lambda: True)
    assert np.abs(Encoder(backbone, cache=tmp_path).encode(texts) - fast).max() < 1e-5


def test_nothing_is_said_and_no_training_library_is_loaded(tiny_backbone, tmp_path):
    code = f"""
import sys
from models.backbone import find_backbone
from models.encoder import Encoder
assert not {{"onnxruntime", "onnx", "tokenizers", "safetensors"}} & set(sys.modules), "heavy at import"
folder, cache = {str(tiny_backbone("bert"))!r}, {str(tmp_path)!r}
from pathlib import Path
for _ in range(2):
    Encoder(find_backbone(folder), cache=Path(cache)).encode(["care"])
print(sorted({{"torch", "transformers", "huggingface_hub"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
