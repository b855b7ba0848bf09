"""Errors say what, where and how to mend, and each class has its exit code."""

from __future__ import annotations

import json
import pickle

import pytest

from careatlas import errors
from careatlas.errors import CareAtlasError

EXIT_CODES = {
    "UsageError": 2,
    "InputError": 3,
    "SettingsError": 4,
    "StoreError": 5,
    "MissingDependencyError": 6,
    "StageError": 7,
    "CareAtlasError": 7,
}


def classes() -> list[type[CareAtlasError]]:
    found = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, CareAtlasError)]
    return sorted(found, key=lambda item: item.__name__)


def test_the_exit_codes_are_those_that_scripts_rely_on():
    assert {item.__name__: item.exit_code for item in classes()} == EXIT_CODES


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_an_error_is_text_and_data(kind: type[CareAtlasError]):
    error = kind("the disk is full", where="/data", mend="make room")
    assert str(error) == "the disk is full; where: /data; mend: make room"
    assert json.loads(json.dumps(error.as_dict())) == {
        "error": kind.__name__,
        "what": "the disk is full",
        "where": "/data",
        "mend": "make room",
        "exit_code": kind.exit_code,
    }


def test_parts_that_are_not_known_are_left_out():
    assert str(CareAtlasError("it broke")) == "it broke"
    assert str(CareAtlasError("it broke", mend="try again")) == "it broke; mend: try again"


def test_an_error_that_crosses_a_process_keeps_what_it_says():
    error = errors.InputError("wrong", where="row 3", mend="mend it")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is errors.InputError
    assert str(back) == str(error) == "wrong; where: row 3; mend: mend it"
