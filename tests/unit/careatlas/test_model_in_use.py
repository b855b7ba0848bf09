"""The model whose suggestions count in a project."""

from __future__ import annotations

from datetime import UTC, datetime

from careatlas.codebook_file import shipped
from careatlas.identifiers import CodebookId, ModelId, RunId
from careatlas.ledger import RunKey, RunRow
from careatlas.model_in_use import model_in_use, project_codebook
from careatlas.store.suggestions import StoredModel

BOOK = shipped("care-home-integration")


def model(name: str, codebook: str = "care-home-integration", version: str = BOOK.version) -> StoredModel:
    return StoredModel(
        model_id=ModelId(name), codebook_id=CodebookId(codebook), codebook_version=version, made_at="", card={}
    )


def test_the_newest_model_of_this_version_is_shown() -> None:
    models = [model("other", "rainbow"), model("newer", version="9.9.9"), model("new"), model("old")]
    assert model_in_use(models, BOOK) == model("new")


def test_else_the_newest_of_the_codebook_else_none() -> None:
    assert model_in_use([model("newer", version="9.9.9")], BOOK) == model("newer", version="9.9.9")
    assert model_in_use([model("other", "rainbow")], BOOK) is None


def run_of(name: str) -> RunRow:
    key = RunKey(stage="suggest", subject="d1", inputs={}, config={"model": name}, code_version="1")
    now = datetime.now(UTC)
    return RunRow(run_id=RunId("r1"), key=key, outcome="ok", reason="", started_at=now, seconds=1, counts={})


def test_the_model_of_the_last_run_comes_before_newer_ones() -> None:
    models = [model("new"), model("old"), model("other", "rainbow"), model("before", version="0.0.1")]
    assert model_in_use(models, BOOK, [run_of("old")]) == model("old")
    for without in ("gone", "other", "before"):
        assert model_in_use(models, BOOK, [run_of(without)]) == model("new")


def test_the_codebook_is_the_one_that_the_settings_name(project) -> None:
    assert project_codebook(project) == BOOK
