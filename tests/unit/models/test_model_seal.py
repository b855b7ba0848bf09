"""The seal: every byte of every file, and no file more or less."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import InputError
from careatlas.identifiers import sha256_of
from models.model_seal import SEAL, check_seal, seal

FILES = {"model.json": b"{}", "fine_tuned/config.json": b"1", "fine_tuned/model.safetensors": b"\x00" * 100}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_sealed_folder_passes_with_and_without_the_seals_own_digest(folder):
    digest = seal(folder)
    assert digest == sha256_of((folder / SEAL).read_bytes())
    assert json.loads((folder / SEAL).read_text()) == {name: sha256_of(content) for name, content in FILES.items()}
    check_seal(folder)
    check_seal(folder, digest)


def test_sealing_again_changes_nothing(folder):
    assert seal(folder) == seal(folder)


@given(st.sampled_from(sorted(FILES)), st.integers(0, 10**6), st.integers(1, 255))
def test_any_changed_byte_is_found(tmp_path_factory, name, place, change):
    folder = tmp_path_factory.mktemp("sealed")
    for known, content in FILES.items():
        (folder / known).parent.mkdir(exist_ok=True)
        (folder / known).write_bytes(content)
    seal(folder)
    content = bytearray(FILES[name])
    content[place % len(content)] ^= change
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match="changed") as caught:
        check_seal(folder)
    assert caught.value.where == str(folder / name)


def test_a_file_that_was_put_there_is_named(folder):
    seal(folder)
    (folder / "fine_tuned" / "more.bin").write_bytes(b"")
    with pytest.raises(InputError, match="was put into") as caught:
        check_seal(folder)
    assert caught.value.where.endswith("fine_tuned/more.bin")


def test_a_missing_file_is_named(folder):
    seal(folder)
    (folder / "fine_tuned" / "config.json").unlink()
    with pytest.raises(InputError, match="is missing") as caught:
        check_seal(folder)
    assert caught.value.where.endswith("fine_tuned/config.json")


def test_a_link_is_no_part_of_a_model(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_bytes(FILES["model.json"])
    seal(folder)
    (folder / "model.json").unlink()
    (folder / "model.json").symlink_to(outside)
    with pytest.raises(InputError, match="no links"):
        check_seal(folder)
    with pytest.raises(InputError, match="no links"):
        seal(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"model.json": 1}',
        b'{"model.json": "abc"}',
        json.dumps({"../model.json": "0" * 64}).encode(),
        json.dumps({"/etc/passwd": "0" * 64}).encode(),
        json.dumps({"fine_tuned/../../x": "0" * 64}).encode(),
        json.dumps({"": "0" * 64}).encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_no_seal_is_refused(folder, content):
    (folder / SEAL).write_bytes(content)
    with pytest.raises(InputError, match="no list of files") as caught:
        check_seal(folder)
    assert caught.value.where == str(folder / SEAL)


def test_a_folder_without_a_seal_is_refused(folder):
    with pytest.raises(InputError, match="has no seal"):
        check_seal(folder)


def test_a_seal_other_than_the_one_expected_is_refused(folder):
    seal(folder)
    with pytest.raises(InputError, match="seal was changed"):
        check_seal(folder, "0" * 64)


def test_a_folder_that_is_not_there_cannot_be_sealed(tmp_path):
    with pytest.raises(InputError, match="cannot be sealed"):
        seal(tmp_path / "nowhere")
