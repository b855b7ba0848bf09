"""A local Ray gives what this process gives: rows, suggestions, ledger rows; what fails there is a row too.

One Ray serves the whole module: its start takes seconds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from careatlas.codebook_file import shipped
from careatlas.document import Document
from careatlas.errors import StageError
from careatlas.identifiers import ModelId
from careatlas.progress import NoProgress
from careatlas.project import Project, create_project, open_project
from careatlas.stage import StageReport
from careatlas.store import embeddings, runs, suggestions
from models import classify_rows, ray_scoring
from models.classifier import Classifier
from models.classify_rows import classify_file
from models.document_partition import scored
from models.model_order import ModelOrder, model_order
from models.ray_engine import RayEngine
from models.ray_scoring import documents_by_ray, rows_by_ray
from models.ray_session import ray_session
from models.seed_passages import seed_passages
from models.suggesting import ScoredDocument, Scoring, scored_here, suggest_stage
from models.tiers import classifier_of

pytestmark = pytest.mark.integration

CODEBOOK = shipped("care-home-integration")
TEXTS = [text for text in seed_passages(CODEBOOK).texts if len(text) < 300][:90]
RAISES, ENDS = "Work on this passage raises.", "Work on this passage ends the process."
WAY_OFF = 1e-6
# 127.0.0.1 in /proc/net/tcp and in /proc/net/tcp6, and the state of a listener.
LOOPBACK, LISTENS = {"0100007F", "0000000000000000FFFF00000100007F"}, "0A"


@pytest.fixture(scope="module")
def engine(unavailable: Callable[[str], None]) -> Iterator[RayEngine]:
    if find_spec("ray") is None:
        unavailable("Ray Data is not installed: pip install 'careatlas[ray]'")
    with RayEngine(workers=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return classifier_of("auto", CODEBOOK)


@pytest.fixture(scope="module")
def order(classifier: Classifier) -> ModelOrder:
    return model_order("auto", CODEBOOK, None, classifier.info.model_id)


@pytest.fixture
def projects(tmp_path, document_of, reading_of, keep) -> Iterator[Callable[[str, dict[str, list[str]]], Project]]:
    """Give a maker of projects: ``projects(name, {document: [text, ...]})``."""
    opened = []

    def make(name: str, plans: dict[str, list[str]]) -> Project:
        create_project(tmp_path / name)
        context = open_project(tmp_path / name)
        project = context.__enter__()
        opened.append(context)
        for plan, texts in plans.items():
            item = document_of(plan)
            keep(project.store, item, reading_of(item, [texts[:5], texts[5:]]))
        return project

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def recording(scoring: Scoring, seen: list[ScoredDocument]) -> Scoring:
    def recorded(project: Project, order: ModelOrder, todo: Sequence[Document]) -> Iterator[ScoredDocument]:
        for done in scoring(project, order, todo):
            seen.append(done)
            yield done

    return recorded


def suggested(project: Project, scoring: Scoring, *, again: bool = False) -> tuple[StageReport, list[ScoredDocument]]:
    seen: list[ScoredDocument] = []
    report = suggest_stage(project, NoProgress(), again=again, scoring=recording(scoring, seen))
    return report, seen


def ledger(project: Project) -> dict[str, tuple[str, str]]:
    with project.store.read() as connection:
        rows = runs.latest(connection, "suggest")
    return {name: (row.fingerprint, row.outcome) for name, row in rows.items()}


def numbers(done: Sequence[ScoredDocument]) -> list[float]:
    said = [one for item in done for one in item.suggestions]
    return [value for one in said for value in (*(score.probability for score in one.scores), one.none_probability)]


def stored(project: Project, done: Sequence[ScoredDocument], key: str) -> tuple[object, object]:
    """Return what a store holds of the one model that was there: suggestions and vectors."""
    names = [one.passage_id for item in done for one in item.suggestions]
    with project.store.read() as connection:
        (model,) = suggestions.models(connection)
        vectors = embeddings.get_many(connection, key, names)
        return suggestions.of_passages(connection, model.model_id, names), vectors


def test_rows_are_those_of_this_process(engine, classifier, order, tmp_path, monkeypatch):
    monkeypatch.setattr(classify_rows, "BATCH", 25)
    lines = [json.dumps({"id": n, "text": text, "heading": "Plan"}) for n, text in enumerate(TEXTS)]
    odd = [
        "{",
        "[1]",
        '{"id": "a"}',
        '{"id": "", "text": ""}',
        '{"id": 123456789012345678901234567890, "text": "\\u0000x"}',
    ]
    source = tmp_path / "rows.jsonl"
    source.write_text("\n".join([*lines[:40], *odd, *lines[40:]]) + "\n", encoding="utf-8")
    outs = tmp_path / "local.jsonl", tmp_path / "ray.jsonl"
    here = classify_file(classifier, source, outs[0], NoProgress())
    there = classify_file(classifier, source, outs[1], NoProgress(), mapped=partial(rows_by_ray, engine, order))
    assert here == there == (95, 3)
    local, ray = ([json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] for out in outs)
    for one, other in zip(local, ray, strict=True):
        assert one.keys() == other.keys()
        assert one["id"] == other["id"]
        wanted, found = ({each["code"]: each for each in row.get("suggestions", [])} for row in (one, other))
        assert wanted.keys() == found.keys()
        for code, said in wanted.items():
            assert found[code] == {**said, "probability": pytest.approx(said["probability"], abs=WAY_OFF)}


def test_a_project_gets_the_same_suggestions_and_is_then_done(engine, projects):
    plans = {"first.pdf": TEXTS[:12], "second.pdf": [*TEXTS[10:16], ""], "empty.pdf": []}
    local, other = projects("local", plans), projects("other", plans)
    (here, wanted), (there, found) = suggested(local, scored_here), suggested(other, partial(documents_by_ray, engine))
    assert (here.done, here.failed, here.counts) == (there.done, there.failed, there.counts) == (2, 0, here.counts)
    assert numbers(found) == pytest.approx(numbers(wanted), abs=WAY_OFF)
    assert [item.item for item in wanted] == [item.item for item in found]
    assert [[one.passage_id for one in item.suggestions] for item in wanted] == [
        [one.passage_id for one in item.suggestions] for item in found
    ]
    (key,) = {item.vectors_key for item in found}
    assert stored(local, wanted, key) == stored(other, wanted, key)
    assert ledger(local) == ledger(other)
    for project in (local, other):
        for scoring in (scored_here, partial(documents_by_ray, engine)):
            report, seen = suggested(project, scoring)
            assert (report.done, report.unchanged, seen) == (0, 2, [])


def test_a_document_that_fails_is_a_row_and_the_run_goes_on(engine, projects, monkeypatch):
    def sometimes(classifier: Classifier, request: bytes) -> bytes:
        import os

        from models.document_partition import scored

        if b"raises" in request:
            raise ValueError("out of range")
        if b"ends the process" in request:
            os._exit(1)
        return scored(classifier, request)

    project = projects("p", {"good.pdf": TEXTS[:2], "raises.pdf": [RAISES], "ends.pdf": [ENDS], "well.pdf": TEXTS[2:4]})
    monkeypatch.setattr(ray_scoring, "scored", sometimes)
    report, _ = suggested(project, partial(documents_by_ray, engine))
    assert (report.done, report.failed) == (2, 2)
    assert sorted(report.problems) == [
        "ends.pdf: failed: the worker process ended 2 times while at it",
        "raises.pdf: failed: ValueError: out of range",
    ]
    assert sorted(outcome for _, outcome in ledger(project).values()) == ["failed", "failed", "ok", "ok"]
    assert suggested(project, scored_here)[0].unchanged == 4
    report, _ = suggested(project, scored_here, again=True)
    assert (report.done, report.unchanged, report.failed) == (2, 2, 0)


def test_a_worker_that_has_another_model_ends_the_run(engine, order):
    other = ModelOrder(name=order.name, codebook=order.codebook, root=None, model_id=ModelId("stack-of-yesterday"))
    with pytest.raises(StageError, match="not stack-of-yesterday"):
        list(engine.mapped(scored, [b"never decoded"], other))


def test_the_session_that_is_there_is_used_and_left_open(engine):
    ray = import_module("ray")
    assert ray.is_initialized()
    with ray_session() as workers:
        assert workers == 2
    assert ray.is_initialized()


def test_ray_listens_on_loopback_alone(engine):
    assert import_module("ray").is_initialized()
    found = listening(descendants(os.getpid()))
    assert found
    assert found <= LOOPBACK


def listening(pids: set[int]) -> set[str]:
    """Return the addresses, as the kernel writes them, on which processes listen: proc(5)."""
    inodes = set()
    for pid in pids:
        with suppress(OSError):
            inodes |= {
                str(path.readlink()).removeprefix("socket:[").rstrip("]") for path in Path(f"/proc/{pid}/fd").iterdir()
            }
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == LISTENS and row[9] in inodes}


def descendants(root: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found
