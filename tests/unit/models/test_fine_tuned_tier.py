"""The tier of the fine-tuned transformer: out-of-fold scores, going on after a kill, reading the model again."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from careatlas.errors import InputError
from careatlas.identifiers import Code
from models import fine_tuned_tier
from models.examples import Example, Examples, examples_of
from models.fine_tuned_tier import fine_tuned_inputs, load_fine_tuned, out_of_fold_logits, training_key
from models.fine_tuning_config import FineTuningConfig
from models.splits import GroupedFolds
from models.stack import Inputs

# Read at import: a fixture of ours takes such variables away before each test.
REQUIRED = os.environ.get("CAREATLAS_REQUIRE_TORCH") == "1"
CODES = (Code("falls"), Code("gp"))


@pytest.fixture
def torch():
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
        assert not REQUIRED, "torch and transformers are required here and are not installed"
        pytest.skip("torch is not installed: with it absent nothing can be fine-tuned")
    import torch

    torch.set_num_threads(1)
    return torch


def examples() -> Examples:
    rows = []
    for number in range(30):
        present = {code for place, code in enumerate(CODES) if number >> place & 1}
        text = f"care {' '.join(sorted(present))} {'home ' * (number % 7)}{'visit ' * (number // 7)}"
        origin = "seed" if number >= 24 else "file"
        absent = frozenset(CODES) - present
        rows.append(Example(id=str(number), text=text, present=frozenset(present), absent=absent, origin=origin))
    return examples_of(CODES, rows)


def folds() -> GroupedFolds:
    index = np.array([number % 3 for number in range(24)] + [-1] * 6)
    return GroupedFolds(index=index, count=3, families=np.arange(30), components=24, largest_share=0.1)


def settings(folder: Path, **changes: object) -> FineTuningConfig:
    values = {"backbone": str(folder), "freeze_layers": 1, "max_length": 24, "batch_tokens": 240}
    return FineTuningConfig(**(values | {"num_train_epochs": 1, "learning_rate": 1e-3, "precision": "fp32"} | changes))


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the identifiers of the examples of each training, as it happens."""
    seen: list[list[str]] = []
    real = fine_tuned_tier.fine_tune

    def counted(data: Examples, *arguments: object, **options: object) -> list[float]:
        seen.append(list(data.ids))
        return real(data, *arguments, **options)

    monkeypatch.setattr(fine_tuned_tier, "fine_tune", counted)
    return seen


@pytest.mark.torch
def test_every_passage_is_scored_by_a_model_that_has_not_seen_it(torch, tiny_backbone, tmp_path, trainings):
    found = out_of_fold_logits(examples(), folds(), settings(tiny_backbone("bert")), work=tmp_path / "work")
    assert found.shape == (30, 3)
    assert np.isfinite(found[:24]).all()
    assert np.isnan(found[24:]).all()
    for fold, trained in enumerate(trainings):
        assert set(trained) == {str(number) for number in range(30) if number >= 24 or number % 3 != fold}
    # The held-out labels must not matter.
    data = examples()
    targets = data.targets.copy()
    targets[:24:3] = 1 - targets[:24:3]
    other = out_of_fold_logits(
        replace(data, targets=targets), folds(), settings(tiny_backbone("bert")), work=tmp_path / "other"
    )
    assert np.array_equal(found[:24:3], other[:24:3])
    assert not np.array_equal(found[1:24:3], other[1:24:3])


@pytest.mark.torch
@pytest.mark.parametrize("moment", ["in training", "in scoring"])
def test_a_run_that_was_killed_goes_on_and_ends_the_same(
    torch, tiny_backbone, tmp_path, trainings, monkeypatch: pytest.MonkeyPatch, moment
):
    config, work = settings(tiny_backbone("mpnet")), tmp_path / "work"
    whole = out_of_fold_logits(examples(), folds(), config, work=tmp_path / "undisturbed")
    trainings.clear()

    class Killed:
        """A progress that ends the run in the second fold."""

        def start(self, what: str, total: int) -> None:
            self.what = what if total else ""

        def advance(self, note: str = "") -> None:
            assert note is not None
            if len(trainings) == 2 and self.what == ("fine-tuning" if moment == "in training" else "embedding"):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        out_of_fold_logits(examples(), folds(), config, work=work, progress=Killed())
    assert len(trainings) == 2
    found = out_of_fold_logits(examples(), folds(), config, work=work)
    assert np.array_equal(found, whole, equal_nan=True)
    assert len(trainings) == (4 if moment == "in training" else 3)
    out_of_fold_logits(examples(), folds(), config, work=work)
    assert len(trainings) == (4 if moment == "in training" else 3)
    assert {path.name for path in work.rglob("*") if path.is_file()} == {"logits.safetensors"}


@pytest.mark.torch
def test_the_stack_gets_the_scores_and_the_folder_gives_the_model_without_torch(
    torch, tiny_backbone, tmp_path, trainings
):
    data, config = examples(), settings(tiny_backbone("bert"))
    inputs = Inputs(texts=[f"gp {text}" for text in data.texts])
    folder, work = tmp_path / "model", tmp_path / "work"
    found = fine_tuned_inputs(inputs, data, folds(), folder, config, work=work)
    read = replace(data, texts=tuple(inputs.texts))
    expected = out_of_fold_logits(read, folds(), config, work=tmp_path / "again")
    assert np.array_equal(found.fine_tuned, expected, equal_nan=True)
    assert found.texts == inputs.texts
    done = len(trainings)
    fine_tuned_inputs(inputs, data, folds(), folder, config, work=work)
    assert len(trainings) == done
    fine_tuned_inputs(inputs, data, folds(), folder, replace(config, seed=1), work=work)
    assert len(trainings) == done + 4
    encoder = load_fine_tuned(folder, CODES)
    assert encoder.precision == config.precision
    assert encoder.logits(inputs.texts).shape == (30, 3)
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".bin", ".pkl", ".pt", ".npy", ".pickle"}]


@pytest.mark.torch
def test_a_model_of_other_codes_is_refused(torch, tiny_backbone, tmp_path):
    fine_tuned_tier.fine_tune(examples(), tmp_path / "model", settings(tiny_backbone("bert")))
    with pytest.raises(InputError, match="other codes: gp, team"):
        load_fine_tuned(tmp_path / "model", [Code("falls"), Code("team")])
    with pytest.raises(InputError, match="their order differs"):
        load_fine_tuned(tmp_path / "model", CODES[::-1])


def test_a_folder_without_a_model_is_refused(tiny_backbone, tmp_path):
    for folder in (tmp_path / "nothing", tiny_backbone("bert")):
        with pytest.raises(InputError, match="does not say which codes"):
            load_fine_tuned(folder, CODES)


def test_the_key_is_of_all_that_a_model_depends_on(tiny_backbone):
    data, config = examples(), settings(tiny_backbone("bert"))
    targets = data.targets.copy()
    targets[0, 0] = 1 - targets[0, 0]
    keys = [
        training_key(data, config),
        training_key(replace(data, targets=targets), config),
        training_key(replace(data, texts=(*data.texts[:-1], "other")), config),
        training_key(replace(data, origins=("file",) * 30), config),
        training_key(data.subset(np.arange(30)[::-1]), config),
        training_key(data, replace(config, seed=1)),
        training_key(data, settings(tiny_backbone("bert", seed=1))),
    ]
    assert len(set(keys)) == len(keys)
    assert training_key(replace(data, ids=("x",) * 30), config) == keys[0]
