"""Our graphs against the library that the weights were made with."""

from __future__ import annotations

import importlib.util
import os

import numpy as np
import pytest

from models.backbone import find_backbone
from models.encoder import Encoder
from models.transformer_graph import distance_buckets

# Read at import: a fixture of ours takes such variables away before each test.
REQUIRED = os.environ.get("CAREATLAS_REQUIRE_TORCH") == "1"
TEXTS = [
    "Care homes will have a weekly round by a GP.",
    "falls",
    "The council, the trust and the voluntary sector agreed a joint plan for hospital discharge. " * 2,
    "",
]
LONG = "Weekly multidisciplinary team meetings review every resident with complex needs. " * 60


@pytest.fixture
def torch():
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
        assert not REQUIRED, "torch and transformers are required here and are not installed"
        pytest.skip("torch is not installed: with it absent there is nothing to compare with")
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch

    torch.set_num_threads(1)
    return torch


def by_torch(torch, encoder: Encoder, texts: list[str], kind: str = "AutoModel") -> tuple[np.ndarray, np.ndarray]:
    """Return mean-pooled vectors and logits of the library, one text at a time; the tokens are ours."""
    import transformers

    model = getattr(transformers, kind).from_pretrained(str(encoder.backbone.folder)).eval()
    vectors, logits = [], []
    with torch.inference_mode():
        for text in texts:
            ids = torch.from_numpy(encoder._tokens(text))[None]
            answer = model(ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
            mean = answer.hidden_states[-1][0].mean(dim=0)
            vectors.append((mean / mean.norm()).numpy())
            logits.append(answer.logits[0].numpy() if hasattr(answer, "logits") else np.zeros(0))
    return np.array(vectors), np.array(logits)


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_tiny_encoder_gives_what_transformers_gives(torch, tiny_backbone, tmp_path, kind):
    encoder = Encoder(find_backbone(str(tiny_backbone(kind))), "fp32", cache=tmp_path)
    expected, _ = by_torch(torch, encoder, TEXTS)
    assert np.abs(encoder.encode(TEXTS) - expected).max() < 1e-5


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_tiny_classifier_gives_the_logits_that_transformers_gives(torch, tiny_backbone, tmp_path, kind):
    encoder = Encoder(find_backbone(str(tiny_backbone(kind, labels=5))), "fp32", cache=tmp_path)
    vectors, logits = by_torch(torch, encoder, TEXTS, "AutoModelForSequenceClassification")
    assert logits.shape == (len(TEXTS), 5)
    assert np.abs(encoder.logits(TEXTS) - logits).max() < 1e-4
    assert np.abs(encoder.encode(TEXTS) - vectors).max() < 1e-5


@pytest.mark.torch
@pytest.mark.parametrize("name", ["minilm", "mpnet"])
def test_a_real_backbone_gives_what_transformers_gives(torch, tmp_path, name):
    from careatlas.errors import MissingDependencyError

    try:
        encoder = Encoder(find_backbone(name), "fp32", cache=tmp_path)
    except MissingDependencyError as error:
        pytest.skip(f"{error}")
    texts = [*TEXTS, LONG]
    expected, _ = by_torch(torch, encoder, texts)
    found = encoder.encode(texts)
    assert (found * expected).sum(axis=1).min() > 0.9999
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.torch
def test_distances_fall_into_the_buckets_of_transformers(torch):
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    distance = torch.arange(-511, 512)
    theirs = MPNetEncoder.relative_position_bucket(distance, num_buckets=32)
    assert distance_buckets(512, 32).tolist() == theirs.tolist()


@pytest.mark.torch
def test_our_tokens_are_those_of_transformers(torch, tmp_path):
    from transformers import AutoTokenizer

    encoder = Encoder(find_backbone("minilm"), cache=tmp_path)
    theirs = AutoTokenizer.from_pretrained(str(encoder.backbone.folder))
    for text in [*TEXTS, LONG, "naïve café – £1.2m, 医 \u200b"]:
        assert encoder._tokens(text).tolist() == theirs(text, truncation=True, max_length=256)["input_ids"]
