"""The settings of fine-tuning."""

from __future__ import annotations

import dataclasses

import pytest

from careatlas.errors import UsageError
from models.fine_tuning_config import FineTuningConfig


@pytest.mark.parametrize(
    "wrong",
    [
        {"head": "pooled"},
        {"precision": "int4"},
        {"freeze_layers": -2},
        {"num_train_epochs": 0},
        {"batch_tokens": 100, "max_length": 128},
        {"max_length": 2},
        {"learning_rate": 0.0},
        {"head_learning_rate": float("nan")},
        {"warmup_ratio": 1.0},
        {"weight_decay": -0.1},
        {"seed_weight": 0.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(UsageError):
        FineTuningConfig(**wrong)


def test_settings_of_transformers_have_the_names_of_transformers():
    names = {field.name for field in dataclasses.fields(FineTuningConfig)}
    assert {"num_train_epochs", "learning_rate", "weight_decay", "warmup_ratio", "max_grad_norm", "bf16"} <= names
    assert FineTuningConfig(seed=3).as_dict()["seed"] == 3
