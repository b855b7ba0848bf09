"""Fine-tuning of tiny encoders: what it learns, what it leaves alone, what it writes."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from careatlas.errors import InputError, MissingDependencyError, UsageError
from careatlas.identifiers import Code
from models.backbone import find_backbone
from models.encoder import Encoder
from models.examples import Example, Examples, examples_of
from models.fine_tuning import TextStates, fine_tune
from models.fine_tuning_config import FineTuningConfig
from models.fine_tuning_folder import facts_of, labels_of

# Read at import: a fixture of ours takes such variables away before each test.
REQUIRED = os.environ.get("CAREATLAS_REQUIRE_TORCH") == "1"
CODES = (Code("falls"), Code("gp"), Code("team"))
WORDS = {"falls": "fall falls falling", "gp": "gp visit weekly", "team": "the team round"}
KINDS = ("bert", "mpnet")
HEADS = ("embedding", "first")


@pytest.fixture
def torch():
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
        assert not REQUIRED, "torch and transformers are required here and are not installed"
        pytest.skip("torch is not installed: with it absent nothing can be fine-tuned")
    import torch

    torch.set_num_threads(1)
    return torch


def examples(count: int = 48) -> Examples:
    """Return passages of which the codes can be told from their words."""
    rows = []
    for number in range(count):
        present = [code for place, code in enumerate(CODES) if number >> place & 1]
        words = " ".join(WORDS[code] for code in present)
        text = f"a care home {words} , care {'. ' * (number % 5)}{'home ' * (number % 3)}{'zebra ' * (number // 8)}"
        absent = frozenset(CODES) - set(present)
        row = Example(id=str(number), text=text, present=frozenset(present), absent=absent, origin="file")
        rows.append(replace(row, group=f"document {number % 6}"))
    return examples_of(CODES, rows)


def settings(folder: Path, **changes: object) -> FineTuningConfig:
    values: dict[str, object] = {
        "backbone": str(folder),
        "freeze_layers": 1,
        "max_length": 24,
        "batch_tokens": 240,
        "num_train_epochs": 4,
        "learning_rate": 3e-3,
        "precision": "fp32",
    }
    return FineTuningConfig(**(values | changes))


def by_transformers(torch, folder: Path, texts: list[str]) -> np.ndarray:
    """Return the logits of the library's own sequence classifier, one text at a time; the tokens are ours."""
    import transformers

    model = transformers.AutoModelForSequenceClassification.from_pretrained(str(folder), local_files_only=True).eval()
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=folder)
    rows = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.from_numpy(encoder._tokens(text))[None]
            rows.append(model(ids, attention_mask=torch.ones_like(ids)).logits[0].numpy())
    return np.array(rows)


def by_hand(torch, folder: Path, texts: list[str]) -> np.ndarray:
    """Return the logits of a head on the embedding, from the library's encoder and the two saved tensors."""
    import transformers

    model = transformers.AutoModel.from_pretrained(str(folder), local_files_only=True).eval()
    encoder = Encoder(find_backbone(str(folder)), "fp32", cache=folder)
    saved = load_file(folder / "model.safetensors")
    rows = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.from_numpy(encoder._tokens(text))[None]
            mean = model(ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(dim=0)
            unit = (mean / mean.norm()).numpy()
            rows.append(saved["careatlas_head.weight"] @ unit + saved["careatlas_head.bias"])
    return np.array(rows)


@pytest.mark.torch
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("frozen", [-1, 0, 1])
def test_it_learns_and_onnxruntime_scores_as_torch_does(torch, tiny_backbone, tmp_path, kind, head, frozen):
    data, folder = examples(), tmp_path / "made"
    losses = fine_tune(data, folder, settings(tiny_backbone(kind), head=head, freeze_layers=frozen))
    assert losses[-1] < 0.8 * losses[0]
    texts = [*data.texts[:8], "", "zebra [PAD] care", "care home gp " * 30]
    expected = (by_hand if head == "embedding" else by_transformers)(torch, folder, texts)
    found = Encoder(find_backbone(str(folder)), "fp32", cache=tmp_path).logits(texts)
    assert found.shape == (len(texts), len(CODES) + 1)
    assert np.abs(found - expected).max() < 1e-4
    assert ((found > 0) == (expected > 0)).all()


@pytest.mark.torch
@pytest.mark.parametrize("head", HEADS)
def test_what_is_frozen_stays_and_the_rest_moves(torch, tiny_backbone, tmp_path, head):
    source, folder = tiny_backbone("mpnet"), tmp_path / "made"
    fine_tune(examples(), folder, settings(source, head=head))
    before, after = load_file(source / "model.safetensors"), load_file(folder / "model.safetensors")
    same = {name for name, values in before.items() if np.array_equal(values, after[f"mpnet.{name}"])}
    assert {name for name in before if name.startswith("encoder.layer.1.")} & same == set()
    assert {name for name in before if not name.startswith("encoder.layer.1.")} == same


@pytest.mark.torch
def test_unknown_is_not_absent(torch, tiny_backbone, tmp_path):
    data, heads = examples(), []
    for value in (-1, 0):
        targets = data.targets.copy()
        targets[1::2, 1] = value
        folder = tmp_path / str(value)
        fine_tune(replace(data, targets=targets), folder, settings(tiny_backbone("bert"), num_train_epochs=1))
        heads.append(load_file(folder / "model.safetensors")["careatlas_head.bias"])
    assert heads[0][1] > heads[1][1] + 0.1


@pytest.mark.torch
def test_an_unknown_cell_has_no_gradient(torch, tiny_backbone):
    from models.fine_tuning import _Training
    from models.fine_tuning_network import Network

    data, config = examples(8), settings(tiny_backbone("bert"))
    columns = np.column_stack([data.targets, np.full(8, -1, dtype=np.int8)])
    network = Network(find_backbone(config.backbone), 4, config)
    training = _Training(network, network.states(data.texts), columns, np.ones(8), config)
    training._step(np.arange(8), torch.optim.SGD(dict(network.parameters()).values(), lr=0.0))
    gradient = dict(network.parameters())["head.weight"].grad
    assert (gradient[3] == 0).all()
    assert (gradient[:3] != 0).any(dim=1).all()


@pytest.mark.torch
def test_a_batch_of_which_nothing_is_known_is_passed_over(torch, tiny_backbone, tmp_path):
    data = examples()
    targets = data.targets.copy()
    targets[16:] = -1
    losses = fine_tune(
        replace(data, targets=targets), tmp_path / "made", settings(tiny_backbone("bert"), batch_tokens=24)
    )
    assert np.isfinite(losses).all()


@pytest.mark.torch
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_weights_whoever_computed_the_states(torch, tiny_backbone, tmp_path, kind):
    config, states = settings(tiny_backbone(kind), num_train_epochs=2), TextStates(examples().texts)
    made = {}
    for name, changes in {"a": {}, "b": {}, "other": {"seed": 1}}.items():
        torch.manual_seed(len(made))  # what others drew before must not matter
        shared = None if name == "a" else states
        fine_tune(examples(), tmp_path / name, replace(config, **changes), states=shared)
        made[name] = load_file(tmp_path / name / "model.safetensors")["careatlas_head.weight"]
    assert np.array_equal(made["a"], made["b"])
    assert not np.array_equal(made["a"], made["other"])


@pytest.mark.torch
def test_training_leaves_torch_as_it_was(torch, tiny_backbone, tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    fine_tune(examples(), tmp_path / "made", settings(tiny_backbone("bert"), num_train_epochs=1), threads=2)
    assert torch.rand(1) == expected
    assert torch.get_num_threads() == 1


@pytest.mark.torch
@pytest.mark.parametrize("head", HEADS)
def test_the_folder_is_what_transformers_reads_and_holds_nothing_pickled(torch, tiny_backbone, tmp_path, head):
    source = tiny_backbone("bert", config={"_name_or_path": "/home/somebody", "torch_dtype": "float16"})
    folder = tmp_path / "made"
    (tmp_path / "made.part").mkdir()  # of a run that was killed
    fine_tune(examples(), folder, settings(source, head=head, num_train_epochs=1), key="the key")
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "config.json",
        "fine_tuning.json",
        "model.safetensors",
        "sentence_bert_config.json",
        "tokenizer.json",
    }
    config = json.loads((folder / "config.json").read_text())
    assert config["problem_type"] == "multi_label_classification"
    assert config["id2label"] == {"0": "falls", "1": "gp", "2": "team", "3": "any-code"}
    assert "somebody" not in json.dumps(config)
    assert labels_of(folder) == ("falls", "gp", "team", "any-code")
    assert facts_of(folder)["key"] == "the key"
    assert find_backbone(str(folder)).config.max_tokens == 24
    assert not (tmp_path / "made.part").exists()


@pytest.mark.torch
def test_progress_is_told_of_every_step_and_passages_of_their_weight(torch, tiny_backbone, tmp_path):
    told: list[str] = []

    class Told:
        def start(self, what: str, total: int) -> None:
            told.append(f"{what} {total}")

        def advance(self, note: str = "") -> None:
            told.append(note)

    fine_tune(examples(), tmp_path / "made", settings(tiny_backbone("bert")), progress=Told())
    assert told[0] == f"fine-tuning {len(told) - 1}"
    assert all(note.startswith("loss ") for note in told[1:])


def test_written_examples_weigh_less_beside_labelled_ones_only():
    data = examples(4)
    mixed = replace(data, origins=("file", "seed", "codebook", "judgement"))
    assert mixed.weights(0.6).tolist() == [1.0, 0.6, 0.6, 1.0]
    assert replace(data, origins=("seed",) * 4).weights(0.6).tolist() == [1.0] * 4


@pytest.mark.torch
def test_labels_without_two_sides_are_refused(torch, tiny_backbone, tmp_path):
    data, config = examples(), settings(tiny_backbone("bert"))
    for value, missing in ((0, "code that is present"), (1, "passage without any code")):
        with pytest.raises(InputError, match=missing):
            fine_tune(replace(data, targets=np.full_like(data.targets, value)), tmp_path / "made", config)
    assert not (tmp_path / "made").exists()


@pytest.mark.torch
def test_settings_that_do_not_fit_the_backbone_are_refused(torch, tiny_backbone, tmp_path):
    with pytest.raises(UsageError, match="2 layers cannot be frozen"):
        fine_tune(examples(), tmp_path / "made", settings(tiny_backbone("bert"), freeze_layers=2))
    wrong = tiny_backbone("bert", seed=1, config={"model_type": "distilbert"})
    with pytest.raises(InputError, match="distilbert"):
        fine_tune(examples(), tmp_path / "made", settings(wrong))
    cut = tiny_backbone("bert", seed=2)
    weights = (cut / "model.safetensors").read_bytes()
    (cut / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(InputError, match="cannot read the backbone"):
        fine_tune(examples(), tmp_path / "made", settings(cut))
    assert not (tmp_path / "made").exists()


def test_without_torch_the_error_names_the_command(tiny_backbone, tmp_path, monkeypatch: pytest.MonkeyPatch):
    from models import torch_libraries

    def absent(name: str) -> Callable[[], None]:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(torch_libraries, "import_module", absent)
    with pytest.raises(MissingDependencyError, match=r"pip install 'careatlas\[train\]'"):
        fine_tune(examples(), tmp_path / "made", settings(tiny_backbone("bert")))
    assert not (tmp_path / "made").exists()
