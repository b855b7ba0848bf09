"""The models that can be named: which one a name means, and what there is instead."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from careatlas.codebook_file import shipped
from careatlas.errors import InputError, UsageError
from models.classifier import PassageText
from models.cues_tfidf import CuesTfidfClassifier
from models.model_meta import META, read_meta
from models.registry import registry_of
from models.stacked_model import StackedModel
from models.tiers import classifier_of, folder_of, info_of, shipped_folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch, hashed_encoder):
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def registered(small_model, tmp_path):
    """Return a project's folder with the small model in its registry, and the model's entry."""
    root = tmp_path / "project"
    registry = registry_of(root)
    with registry.draft() as draft:
        shutil.copytree(small_model, draft, dirs_exist_ok=True)
        entry = registry.add(draft)
    return root, entry


def test_a_codebook_for_which_nothing_ships_has_the_tier_that_needs_nothing(small_codebook):
    assert shipped_folder(small_codebook) is None
    assert folder_of("auto", small_codebook) is None
    assert info_of("auto", small_codebook).model_id == info_of("cues-tfidf", small_codebook).model_id
    assert isinstance(classifier_of("auto", small_codebook), CuesTfidfClassifier)


def test_a_codebook_for_which_a_model_ships_has_that():
    book = shipped("care-home-integration")
    folder = shipped_folder(book)
    assert folder_of("auto", book) == folder_of("shipped", book) == folder
    assert info_of("auto", book).model_id == read_meta(folder)["model_id"]
    assert folder_of("cues-tfidf", book) is None


def test_another_version_of_a_codebook_has_no_shipped_model():
    book = replace(shipped("care-home-integration"), version="0")
    assert folder_of("auto", book) is None
    with pytest.raises(UsageError, match="no model ships for codebook care-home-integration 0") as caught:
        info_of("shipped", book)
    assert "careatlas train" in caught.value.mend


def test_a_codebook_that_was_changed_without_a_new_version_is_refused():
    book = shipped("care-home-integration")
    changed = replace(book, codes=(replace(book.codes[0], cues=("another",)), *book.codes[1:]))
    with pytest.raises(InputError, match="other cues"):
        info_of("auto", changed)


def test_a_folder_can_be_named(small_model, small_codebook):
    info = info_of(str(small_model), small_codebook)
    model = classifier_of(str(small_model), small_codebook)
    assert isinstance(model, StackedModel)
    assert model.info == info
    assert len(model.predict([PassageText(text="a fall")]).probabilities) == 1


def test_a_folder_of_another_codebook_is_refused(small_model):
    with pytest.raises(InputError, match="another codebook"):
        info_of(str(small_model), shipped("care-home-integration"))


def test_a_folder_that_was_changed_is_refused(small_model, small_codebook):
    meta = json.loads((small_model / META).read_text()) | {"encoder": "x"}
    (small_model / META).write_text(json.dumps(meta))
    with pytest.raises(InputError, match="was changed"):
        info_of(str(small_model), small_codebook)


def test_a_model_of_the_project_can_be_named_by_its_identity_or_its_beginning(registered, small_codebook):
    root, entry = registered
    for name in (entry.model_id, entry.model_id[:12]):
        assert folder_of(name, small_codebook, root) == entry.folder
        assert info_of(name, small_codebook, root).model_id == entry.model_id


def test_auto_is_the_model_in_production_where_there_is_one(registered, small_codebook):
    root, entry = registered
    assert folder_of("auto", small_codebook, root) is None
    registry_of(root).promote(entry, "production", by="me", why="better")
    assert folder_of("auto", small_codebook, root) == entry.folder
    assert folder_of("production", small_codebook, root) == entry.folder
    # It is for its own codebook: others keep what they have.
    book = shipped("care-home-integration")
    assert folder_of("auto", book, root) == shipped_folder(book)


def test_a_registered_model_that_was_changed_is_refused(registered, small_codebook):
    root, entry = registered
    path = entry.folder / "words.json"
    path.chmod(0o644)
    path.write_bytes(b"[]")
    with pytest.raises(InputError):
        folder_of(entry.model_id, small_codebook, root)


@pytest.mark.parametrize("name", ["oracle", "", "..", "/", "stack-zz"])
def test_an_unknown_name_lists_what_there_is(small_codebook, tmp_path, name):
    with pytest.raises(UsageError) as caught:
        classifier_of(name, small_codebook, tmp_path)
    for known in ("auto", "shipped", "cues-tfidf", "a folder"):
        assert known in caught.value.mend
