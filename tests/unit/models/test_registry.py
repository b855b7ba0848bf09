"""The registry: what goes in never changes, what was changed is named, and names lead to one model or to none."""

from __future__ import annotations

import json
import os
import shutil
import time

import pytest

from careatlas.errors import InputError, StoreError, UsageError
from models.model_aliases import HISTORY
from models.model_seal import SEAL
from models.registry import ModelRegistry, registry_of


@pytest.fixture
def registry(tmp_path):
    return ModelRegistry(tmp_path / "models", shipped=tmp_path / "nothing-shipped")


@pytest.fixture
def added(registry, made_model):
    """Return a maker of registered models: ``added(noise=...)``."""

    def add(**facts):
        with registry.draft() as draft:
            return registry.add(made_model(draft, **facts))

    return add


def test_a_model_is_added_under_its_identity_and_the_draft_is_gone(registry, added):
    entry = added()
    assert entry.folder == registry.root / entry.model_id
    assert entry.codebook == ("tiny", "1.0.0")
    assert [one.model_id for one in registry.listed()] == [entry.model_id]
    assert sorted(path.name for path in registry.root.iterdir()) == [".lock", HISTORY, entry.model_id]
    assert registry.opened(entry) == entry.folder


def test_the_same_model_made_again_is_not_added_again(registry, added):
    first = added(notes=("the first",))
    card = (first.folder / "README.md").read_text()
    assert added(notes=("the second",)).model_id == first.model_id
    assert (first.folder / "README.md").read_text() == card
    assert len(registry.aliases.history()) == 1


def test_a_model_is_not_added_over_one_that_was_changed(registry, added):
    entry = added()
    (entry.folder / "model.safetensors").chmod(0o644)
    (entry.folder / "model.safetensors").write_bytes(b"other")
    with pytest.raises(InputError, match="changed") as caught:
        added()
    assert caught.value.where.endswith("model.safetensors")
    assert (entry.folder / "model.safetensors").read_bytes() == b"other"


def test_a_draft_that_fails_leaves_nothing(registry, made_model):
    def fail():
        with registry.draft() as draft:
            made_model(draft)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(registry.root.iterdir()) == []


def test_an_old_draft_of_a_killed_process_is_removed_and_a_fresh_one_is_not(registry):
    old, fresh = registry.root / ".draft-old", registry.root / ".draft-fresh"
    old.mkdir(parents=True)
    fresh.mkdir()
    os.utime(old, (time.time() - 8 * 86_400,) * 2)
    with registry.draft():
        assert not old.exists()
        assert fresh.exists()


def test_a_draft_from_elsewhere_is_copied_in(registry, made_model, tmp_path):
    entry = registry.add(made_model(tmp_path / "elsewhere"))
    registry.opened(entry)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "README.md", "evaluation.json", "label_errors.jsonl"])
def test_a_changed_file_is_named(registry, added, name):
    entry = added()
    path = entry.folder / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match="a file of the model was changed") as caught:
        registry.opened(entry)
    assert caught.value.where == str(path)
    assert caught.value.exit_code == 3


def test_a_missing_file_is_named(registry, added):
    entry = added()
    (entry.folder / "held_out.json").unlink()
    with pytest.raises(InputError, match="missing") as caught:
        registry.opened(entry)
    assert caught.value.where.endswith("held_out.json")


def test_a_file_changed_together_with_its_seal_is_found(registry, added):
    entry = added()
    for name in ("README.md", SEAL):
        (entry.folder / name).chmod(0o644)
    (entry.folder / "README.md").write_text("It is perfect.")
    digests = json.loads((entry.folder / SEAL).read_text())
    from careatlas.identifiers import sha256_of

    digests["README.md"] = sha256_of(b"It is perfect.")
    (entry.folder / SEAL).write_text(json.dumps(digests, indent=1))
    with pytest.raises(InputError, match="the model's seal was changed"):
        registry.opened(entry)


def test_a_changed_identity_is_listed_as_a_problem_and_cannot_be_opened(registry, added):
    entry = added()
    path = entry.folder / "model.json"
    path.chmod(0o644)
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, "on_real_labels": False}))
    (found,) = registry.listed()
    assert "changed" in found.problem
    with pytest.raises(InputError):
        registry.opened(found)


def test_a_renamed_folder_is_a_problem(registry, added):
    entry = added()
    entry.folder.rename(registry.root / "better")
    (found,) = registry.listed()
    assert found.model_id == "better"
    assert found.problem == f"the folder was renamed: its model is {entry.model_id}"


def test_anything_else_in_the_registry_does_not_stop_the_list(registry, added):
    entry = added()
    (registry.root / "notes").mkdir()
    (registry.root / "broken").mkdir()
    (registry.root / "broken" / "model.json").write_text("{")
    (registry.root / "a file").write_text("")
    problems = {one.model_id: bool(one.problem) for one in registry.listed()}
    assert problems == {entry.model_id: False, "notes": True, "broken": True}


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": 1}', "not json", '{"format": 2, "model_id": "x", "facts": {}}']
)
def test_what_is_no_model_is_not_added(registry, tmp_path, content):
    draft = tmp_path / "draft"
    draft.mkdir()
    (draft / "model.json").write_text(content)
    with pytest.raises(InputError):
        registry.add(draft)
    assert registry.listed() == []
    assert draft.exists()


def test_an_empty_folder_is_no_model(registry, tmp_path):
    with pytest.raises(InputError, match="there is no model"):
        registry.add(tmp_path)


def test_a_model_is_found_by_its_beginning_its_identity_and_its_alias(registry, added):
    entry, other = added(noise=1.0), added(noise=2.0)
    registry.promote(entry, "production", by="Ann", why="first")
    assert registry.find(entry.model_id).model_id == entry.model_id
    assert registry.find(other.model_id[:10]).model_id == other.model_id
    found = registry.find("production")
    assert (found.model_id, found.aliases) == (entry.model_id, ("production",))


@pytest.mark.parametrize(
    "reference", ["stack", "", "st", "..", "../models", "/etc", ".lock", "*", "\x1b[31m", "x" * 5_000]
)
def test_what_names_no_model_or_several_is_refused(registry, added, reference):
    added(noise=1.0)
    added(noise=2.0)
    with pytest.raises(UsageError) as caught:
        registry.find(reference)
    assert "\x1b" not in str(caught.value)
    assert all(one.model_id in caught.value.mend for one in registry.listed())


def test_an_empty_registry_says_how_to_fill_it(registry):
    assert registry.listed() == []
    with pytest.raises(UsageError) as caught:
        registry.find("production")
    assert "careatlas train" in caught.value.mend


def test_the_shipped_model_is_listed_and_found_by_name(tmp_path, made_model):
    from models.model_seal import seal

    folder = made_model(tmp_path / "shipped" / "tiny", synthetic=True)
    seal(folder)
    registry = ModelRegistry(tmp_path / "models", shipped=tmp_path / "shipped")
    (entry,) = registry.listed()
    assert entry.shipped
    assert registry.find("shipped").folder == folder
    assert registry.find("shipped", codebook_id="tiny").folder == folder
    assert registry.opened(entry) == folder
    with pytest.raises(UsageError):
        registry.find("shipped", codebook_id="selfie")


def test_a_model_of_the_registry_hides_the_same_shipped_one(tmp_path, made_model):
    made_model(tmp_path / "shipped" / "tiny")
    registry = ModelRegistry(tmp_path / "models", shipped=tmp_path / "shipped")
    with registry.draft() as draft:
        registry.add(made_model(draft))
    assert [one.shipped for one in registry.listed()] == [False]


def test_a_registry_that_cannot_be_written_says_so(tmp_path, made_model):
    (tmp_path / "file").write_text("")
    registry = ModelRegistry(tmp_path / "file" / "models")
    with pytest.raises(StoreError, match="cannot be written") as caught, registry.draft():
        pass
    assert caught.value.exit_code == 5
    with pytest.raises(StoreError, match="cannot be written"):
        registry.add(made_model(tmp_path / "model"))
    assert (tmp_path / "model" / "model.json").exists()


def test_a_full_disk_leaves_no_half_model(registry, made_model, monkeypatch, tmp_path):
    draft = made_model(tmp_path / "elsewhere")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(StoreError, match="No space left"):
        registry.add(draft)
    assert registry.listed() == [] or all(one.shipped for one in registry.listed())
    assert draft.exists()


def test_the_registry_of_a_project_lies_in_it_and_else_in_the_model_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "cache"))
    assert registry_of(tmp_path / "project").root == tmp_path / "project" / "models"
    assert registry_of(None).root == tmp_path / "cache" / "models"
