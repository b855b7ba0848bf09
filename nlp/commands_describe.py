"""The describing stage's commands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from careatlas.commands.run import AgainOption, say_report
from careatlas.commands.session import JsonOption, progress_of, project_of

facts_app = typer.Typer(help="What is known of documents: area, body, kind, period, date.", no_args_is_help=True)
DocumentArgument = Annotated[str, typer.Argument(help="Identifier of a document, or its file name.")]


def describe(context: typer.Context, again: AgainOption = False, as_json: JsonOption = False) -> None:
    """Propose what each document is, and mark copies."""
    from careatlas.console import say_json
    from nlp.describing import describe_stage

    with project_of(context) as project, progress_of(context) as progress:
        report = describe_stage(project, progress, again=again)
    if as_json:
        say_json(report.as_dict())
    else:
        say_report(report)


@facts_app.command("list")
def list_facts(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="Identifier or file name; without it, all documents.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what counts as known, from where and how surely; of one document also every proposal and correction."""
    from careatlas.console import say_json, say_table
    from nlp.facts_table import ALL_HEADER, ONE_HEADER, facts_as_dicts, facts_of_all, facts_of_one

    with project_of(context) as project, project.store.read() as connection:
        name = _found(connection, document).document_id if document else ""
        if as_json:
            say_json(facts_as_dicts(connection, name))
        elif document:
            say_table(ONE_HEADER, facts_of_one(connection, name))
        else:
            say_table(ALL_HEADER, facts_of_all(connection))


@facts_app.command()
def correct(
    context: typer.Context,
    document: DocumentArgument,
    by: Annotated[str, typer.Option(help="Who says so.", envvar="CAREATLAS_REVIEWER")] = "",
    area: Annotated[str | None, typer.Option(help="Code of the area; empty takes a correction back.")] = None,
    body: Annotated[str | None, typer.Option(help="The organisation whose document it is.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The kind of document.")] = None,
    covers: Annotated[str | None, typer.Option(help="The period: 2023/24, or 2023-04-01/2025-04-01.")] = None,
    published: Annotated[str | None, typer.Option(help="The date: 2023, 2023-04 or 2023-04-01.")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what a document is. What was said before stays in the history; initiatives are built anew by the next run."""
    from careatlas.console import say, say_json
    from careatlas.document_correcting import corrections_of
    from careatlas.document_fact import FactName
    from careatlas.store import document_facts

    given = {
        FactName.AREA: area,
        FactName.BODY: body,
        FactName.DOC_TYPE: kind,
        FactName.COVERS: covers,
        FactName.PUBLISHED: published,
    }
    with project_of(context) as project:
        with project.store.read() as connection:
            item = _found(connection, document)
            known = document_facts.known(connection, item.document_id)[item.document_id]
        made = corrections_of(item.document_id, given, known, person=by, note=note)
        with project.store.write() as connection:
            for one in made.corrections:
                document_facts.correct(connection, one)
    if as_json:
        rows = [{"name": one.name, "value": one.value, "label": one.label} for one in made.corrections]
        say_json({"document": item.document_id, "corrected": rows, "warnings": list(made.warnings)})
        return
    for one in made.corrections:
        say(f"{one.name}: {one.value or 'taken back'}{f' ({one.label})' if one.label not in {'', one.value} else ''}")
    for warning in made.warnings:
        say(f"  note: {warning}")


@facts_app.command()
def copies(context: typer.Context, as_json: JsonOption = False) -> None:
    """List documents that are copies of another one, and how many passages several areas share."""
    from careatlas.console import say, say_json, say_table
    from careatlas.store import documents, near_copies

    with project_of(context) as project, project.store.read() as connection:
        names = {one.document_id: one.name for one in documents.listed(connection)}
        found = near_copies.documents(connection)
        shared = near_copies.passages(connection)
    if as_json:
        pairs = [
            {"document": one.document_id, "copy_of": one.copy_of, "similarity": one.similarity}
            for one in found.values()
        ]
        say_json({"copies": pairs, "shared_passages": len(shared)})
        return
    rows = [(one.similarity, names.get(name, name), names.get(one.copy_of, one.copy_of)) for name, one in found.items()]
    say_table(("similarity", "copy", "of"), rows)
    say(f"{len(shared):,} passages stand in documents of three areas or more")


def _found(connection: Any, document: str) -> Any:
    """Return a document by its identifier or its file name."""
    from careatlas.errors import UsageError
    from careatlas.store import documents

    alike = [one for one in documents.listed(connection) if document in {one.document_id, one.name}]
    if len(alike) > 1:
        named = ", ".join(one.document_id for one in alike)
        raise UsageError(f"{len(alike)} documents are called {document!r}", mend=f"name one of {named}")
    return alike[0] if alike else documents.get(connection, document)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(describe)
    app.add_typer(facts_app, name="facts")
