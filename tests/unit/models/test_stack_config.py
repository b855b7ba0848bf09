"""The settings of the stack: plain values that survive JSON, since they are part of a model's identity."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict
from typing import get_args

import pytest

from models.stack_config import READS, Context, StackConfig


def test_settings_survive_json():
    config = StackConfig(backbone="", context="neighbours", mask=True, folds=3)
    assert StackConfig(**json.loads(json.dumps(asdict(config)))) == config


def test_what_can_be_read_is_listed_once():
    assert get_args(Context) == READS
    assert StackConfig().context in READS


def test_settings_do_not_change_under_a_model():
    with pytest.raises(FrozenInstanceError):
        StackConfig().folds = 2
