"""``careatlas facts``: what is listed, what is corrected, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands.session import Session
from careatlas.document import Document
from careatlas.document_fact import DocumentFact, FactName
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.near_copy import DocumentCopy
from careatlas.project import Project
from careatlas.store import document_facts, near_copies
from nlp import commands_describe


@pytest.fixture
def run(project: Project) -> Callable[..., str]:
    """Return a runner of the commands on a project; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    commands_describe.register(app)

    def call(*words: str) -> str:
        done = CliRunner().invoke(app, [*words])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return call


@pytest.fixture
def plan(project: Project, document_of, keep) -> Document:
    """A document with proposals: an area that is known, another one, and a date that is hardly believed."""
    item = document_of("plan.pdf")
    keep(project.store, item)

    def fact(name: FactName, value: str, label: str, confidence: float, rank: int = 0) -> DocumentFact:
        return DocumentFact(
            document_id=item.document_id,
            name=name,
            rank=rank,
            value=value,
            label=label,
            confidence=confidence,
            why="title page, page 1",
        )

    facts = [
        fact(FactName.AREA, "E10000006", "Cumbria", 0.8),
        fact(FactName.AREA, "E08000003", "Manchester", 0.2, 1),
        fact(FactName.PUBLISHED, "2024-05", "2024-05", 0.4),
    ]
    with project.store.write() as connection:
        document_facts.replace(connection, item.document_id, facts)
    return item


def test_all_documents_are_listed_with_what_is_known(run, plan: Document) -> None:
    header, row = run("facts", "list").splitlines()
    assert header.split()[:3] == ["document", "area", "published"]
    assert plan.document_id in row
    assert "Cumbria (0.80)" in row
    assert "2024-05" not in row


def test_one_document_is_listed_with_every_proposal_and_correction(run, plan: Document) -> None:
    run("facts", "correct", "plan.pdf", "--published", "2021-06", "--by", "ann", "--note", "page 2")
    lines = run("facts", "list", plan.document_id).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["area", "yes"],
        ["area", "E08000003"],
        ["published", "yes"],
        ["published", "2024-05"],
        ["published", "2021-06"],
    ]
    assert lines[-1].endswith(": page 2")
    (data,) = json.loads(run("facts", "list", "plan.pdf", "--json"))
    assert data["known"]["published"] == {
        "value": "2021-06",
        "label": "2021-06",
        "source": "corrected",
        "confidence": 1.0,
        "why": "corrected by ann",
        "person": "ann",
    }
    assert [one["value"] for one in data["proposals"]] == ["E10000006", "E08000003", "2024-05"]


def test_a_correction_is_kept_said_and_taken_back(run, project: Project, plan: Document) -> None:
    said = run("facts", "correct", "plan.pdf", "--area", "E08000003", "--type", "place plan", "--by", "ann")
    assert said.splitlines() == ["area: E08000003 (Manchester)", "doc_type: place-plan (Place plan)"]
    assert run("facts", "correct", "plan.pdf", "--area", "", "--by", "ben") == "area: taken back\n"
    with project.store.read() as connection:
        known = document_facts.known(connection, plan.document_id)[plan.document_id]
    assert known[FactName.AREA].value == "E10000006"
    assert known[FactName.DOC_TYPE].value == "place-plan"


def test_an_area_of_another_vintage_is_noted(run, plan: Document) -> None:
    run("facts", "correct", "plan.pdf", "--published", "2024", "--by", "ann")
    data = json.loads(run("facts", "correct", "plan.pdf", "--area", "E10000006", "--by", "ann", "--json"))
    assert data["corrected"] == [{"name": "area", "value": "E10000006", "label": "Cumbria"}]
    assert "not in 2024" in data["warnings"][0]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["absent.pdf", "--area", "E08000003", "--by", "ann"], UsageError),
        (["plan.pdf", "--area", "E08999999", "--by", "ann"], UsageError),
        (["plan.pdf", "--area", "E08000003"], UsageError),
        (["plan.pdf", "--by", "ann"], UsageError),
        (["plan.pdf", "--covers", "2025-04-01/2023-04-01", "--by", "ann"], InputError),
    ],
)
def test_wrong_corrections_are_refused_and_keep_nothing(
    run, project: Project, plan: Document, words: list[str], error: type[CareAtlasError]
) -> None:
    with pytest.raises(error):
        run("facts", "correct", *words)
    with project.store.read() as connection:
        assert document_facts.corrections(connection) == {}


def test_two_documents_of_one_name_must_be_told_apart(run, project: Project, plan: Document, document_of, keep) -> None:
    keep(project.store, document_of("plan.pdf", "other content"))
    with pytest.raises(UsageError, match="2 documents are called"):
        run("facts", "list", "plan.pdf")
    assert run("facts", "list", plan.document_id)


def test_copies_are_listed_by_name(run, project: Project, plan: Document, document_of, keep) -> None:
    other = document_of("pack.pdf")
    keep(project.store, other)
    copy = DocumentCopy(document_id=plan.document_id, copy_of=other.document_id, similarity=0.93)
    with project.store.write() as connection:
        near_copies.replace(connection, [copy], ())
    lines = run("facts", "copies").splitlines()
    assert lines[1].split() == ["0.93", "plan.pdf", "pack.pdf"]
    assert lines[-1] == "0 passages stand in documents of three areas or more"
    assert json.loads(run("facts", "copies", "--json"))["copies"][0]["copy_of"] == other.document_id
    assert other.document_id in run("facts", "list")
