"""The demo: synthetic plans through the whole chain, checked against what was planted in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from careatlas.project import Project, open_project
from careatlas.store import documents, passages, readings, suggestions

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, list[dict[str, Any]]]]:
    folder = tmp_path_factory.mktemp("demo") / "pilot"
    command = [sys.executable, "-m", "careatlas", "-q", "demo", str(folder), "--no-app"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "synthetic" in done.stdout
    truth = (folder / "plans-seed-20" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    with open_project(folder) as project:
        rows = [json.loads(line) for line in truth]
        yield project, [{**row, "file": row["file"].rsplit("/", 1)[-1]} for row in rows]


def plain(text: str) -> str:
    """Letters and digits alone: the true text has no hyphens at line ends and no table headers."""
    return re.sub(r"[\W_]+", "", text.casefold())


def test_every_plan_is_read(demo: tuple[Project, list[dict[str, Any]]]) -> None:
    project, _ = demo
    with project.store.read() as connection:
        found = documents.listed(connection)
    assert len(found) == 24
    assert {item.outcome.value for item in found} == {"ok"}
    assert len({item.area_code for item in found}) == 10


def test_planted_sentences_stand_in_a_passage_of_their_page(demo: tuple[Project, list[dict[str, Any]]]) -> None:
    project, truth = demo
    pages: dict[tuple[str, int], str] = {}
    with project.store.read() as connection:
        for item in documents.listed(connection):
            for passage in passages.stream(connection, passages.PassageFilter(document_id=item.document_id)):
                key = (item.name, passage.page)
                pages[key] = pages.get(key, "") + "|" + plain(passage.text)
    rows = [row for row in truth if not row.get("scanned")]
    missing = [row["text"] for row in rows if plain(row["text"]) not in pages.get((row["file"], row["page"]), "")]
    assert len(rows) > 800
    # A table cell of several lines can stand beside another cell of its row in an untagged plan.
    assert len(missing) <= 0.01 * len(rows), missing[:5]


def test_the_scanned_page_is_marked_and_not_read_as_empty(demo: tuple[Project, list[dict[str, Any]]]) -> None:
    project, truth = demo
    (scanned,) = {(row["file"], row["page"]) for row in truth if row.get("scanned")}
    with project.store.read() as connection:
        flagged = {
            (item.name, page.number)
            for item in documents.listed(connection)
            for page in readings.pages(connection, item.document_id)
            if page.status.needs_ocr
        }
    assert flagged == {scanned}


def test_suggestions_lean_towards_what_was_planted(demo: tuple[Project, list[dict[str, Any]]]) -> None:
    """No measure of accuracy, since the plans are made from templates: it shows that the chain is joined up."""
    project, truth = demo
    right = total = 0
    with project.store.read() as connection:
        (model, *_) = suggestions.models(connection)
        names = {item.name: item.document_id for item in documents.listed(connection)}
        for row in truth:
            if row.get("scanned") or not row["codes"]:
                continue
            here = passages.of_page(connection, names[row["file"]], row["page"])
            match = [item.passage_id for item in here if plain(row["text"]) in plain(item.text)]
            scored = suggestions.of_passages(connection, model.model_id, match)
            for found in scored.values():
                total += 1
                right += bool({score.code for score in found.scores[:3]} & set(row["codes"]))
    assert total > 500
    assert right / total > 0.6  # three of fifteen codes drawn blindly would give 0.2 to 0.3


def test_a_second_run_changes_nothing(demo: tuple[Project, list[dict[str, Any]]]) -> None:
    project, _ = demo
    command = [sys.executable, "-m", "careatlas", "-q", "-p", str(project.root), "run", "--json"]
    reports = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    done = {report["stage"]: report["done"] for report in reports}
    assert done == {"parse": 0, "describe": 0, "suggest": 0, "initiatives": 0}
