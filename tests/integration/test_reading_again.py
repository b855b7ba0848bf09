"""A document that is read anew is scored anew, and no identifier comes to name other words."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from careatlas.adding import add_documents
from careatlas.progress import NoProgress
from careatlas.project import create_project, open_project
from careatlas.running import run_stages
from careatlas.store import documents, passages, suggestions

pytestmark = pytest.mark.integration


def plan(path: Path) -> Path:
    document = pymupdf.open()
    for number in range(2):
        page = document.new_page()
        page.insert_text((72, 100), f"A trusted assessor works at the discharge hub, team {number}.", fontsize=11)
    document.save(path)
    return path


def scored(root: Path) -> int:
    with open_project(root) as project, project.store.read() as connection:
        (model, *_) = suggestions.models(connection)
        return suggestions.scored_count(connection, model.model_id)


def test_a_new_reading_is_scored_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "p"
    create_project(root)
    with open_project(root) as project:
        add_documents(project, [plan(tmp_path / "plan.pdf")], NoProgress())
        run_stages(project, ["parse", "suggest"], NoProgress())
    first = scored(root)
    assert first == 2
    # Another limit and back: the same settings as at first, but the passages were made anew in between.
    for limit in ("4000", "5000"):
        monkeypatch.setenv("CAREATLAS_PARSE__MAX_PAGES", limit)
        with open_project(root) as project:
            run_stages(project, ["parse"], NoProgress())
    monkeypatch.delenv("CAREATLAS_PARSE__MAX_PAGES")
    with open_project(root) as project:
        run_stages(project, ["parse", "suggest"], NoProgress())
    assert scored(root) == first


def test_a_missing_file_that_is_back_is_read(tmp_path: Path) -> None:
    root = tmp_path / "p"
    create_project(root)
    with open_project(root) as project:
        add_documents(project, [plan(tmp_path / "plan.pdf")], NoProgress())
        with project.store.read() as connection:
            (item,) = documents.listed(connection)
        blob = Path(project.blobs.path(item.sha256))
        blob.rename(blob.with_suffix(".gone"))
        (report,) = run_stages(project, ["parse"], NoProgress())
        assert (report.failed, report.counts["missing"]) == (1, 1)
        add_documents(project, [tmp_path / "plan.pdf"], NoProgress())
        (report,) = run_stages(project, ["parse"], NoProgress())
        assert (report.done, report.failed) == (1, 0)


def test_an_identifier_holds_the_words(tmp_path: Path) -> None:
    root = tmp_path / "p"
    create_project(root)
    with open_project(root) as project:
        add_documents(project, [plan(tmp_path / "plan.pdf")], NoProgress())
        run_stages(project, ["parse"], NoProgress())
        with project.store.read() as connection:
            found = passages.listed(connection, passages.PassageFilter())
    from careatlas.identifiers import passage_id, sha256_of

    digest = sha256_of((tmp_path / "plan.pdf").read_bytes())
    for item in found:
        assert item.passage_id == passage_id(digest, item.page, item.position, item.parser_version, item.text)
        assert item.passage_id != passage_id(digest, item.page, item.position, item.parser_version, item.text + "!")
