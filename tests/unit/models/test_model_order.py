"""An order for a model means the same in another process, or is refused there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from careatlas.codebook_file import shipped
from careatlas.errors import InputError
from careatlas.identifiers import ModelId
from models.model_order import model_order
from models.tiers import info_of, shipped_folder

CODEBOOK = shipped("care-home-integration")


def test_what_was_ordered_is_opened() -> None:
    info = info_of("cues-tfidf", CODEBOOK)
    assert model_order("cues-tfidf", CODEBOOK, None, info.model_id).opened().info == info


def test_a_name_that_means_another_model_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        model_order("cues-tfidf", CODEBOOK, None, ModelId("stack-0")).opened()
    assert "'cues-tfidf' is cues-tfidf" in caught.value.what
    assert "not stack-0" in caught.value.what


def test_folders_are_found_from_another_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shipped_folder(CODEBOOK)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    order = model_order("mine", CODEBOOK, Path("project"), ModelId("any"))
    assert (order.name, order.root) == (str(tmp_path / "mine"), tmp_path / "project")


def test_a_name_stays_a_name() -> None:
    assert model_order("auto", CODEBOOK, None, ModelId("any")).name == "auto"
