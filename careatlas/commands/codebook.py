"""``careatlas codebook list|show|validate|diff|import|migrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of, project_or_none

NameOrFile = Annotated[str, typer.Argument(help="A shipped codebook, one imported into the project, or a file.")]

group = typer.Typer(no_args_is_help=True, help="Frameworks of codes: shipped ones and your own.")


@group.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the codebooks and crosswalks that there are."""
    from careatlas.codebook_file import shipped_crosswalks
    from careatlas.codebook_shelf import all_codebooks
    from careatlas.console import say, say_json, say_table

    books = all_codebooks(project_or_none(context))
    rows = [(book.id, book.version, book.provenance, len(book.codes), book.title) for book in books]
    walks = [(walk.source_id, walk.target_id, len(walk.links)) for walk in shipped_crosswalks()]
    if as_json:
        keys = ("id", "version", "provenance", "codes", "title")
        links = [dict(zip(("source", "target", "links"), walk, strict=True)) for walk in walks]
        say_json({"codebooks": [dict(zip(keys, row, strict=True)) for row in rows], "crosswalks": links})
        return
    say_table(("codebook", "version", "provenance", "codes", "title"), rows)
    say()
    say_table(("crosswalk from", "to", "links"), walks)


@group.command()
def show(
    context: typer.Context,
    codebook: NameOrFile,
    code: Annotated[str, typer.Option(help="Only this code, in full.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show a codebook, or one of its codes in full."""
    from careatlas.codebook_shelf import codebook_lines, find_codebook, plain_codebook
    from careatlas.console import say, say_json

    book = find_codebook(codebook, project_or_none(context))
    if code:
        book.code(code)
    if as_json:
        plain = plain_codebook(book)
        say_json(next(row for row in plain["codes"] if row["id"] == code) if code else plain)
        return
    for line in codebook_lines(book, code):
        say(line)


@group.command()
def validate(context: typer.Context, codebook: NameOrFile, as_json: JsonOption = False) -> None:
    """Check a codebook: identifiers, duplicates, parents, cycles. Exit code 1 if anything is wrong.

    Of a shipped codebook, the crosswalks from it are checked too.
    """
    from careatlas.codebook import problems
    from careatlas.codebook_file import shipped_crosswalk_problems
    from careatlas.codebook_shelf import find_codebook
    from careatlas.console import say, say_json

    book = find_codebook(codebook, project_or_none(context), check=False)
    found = (*problems(book), *shipped_crosswalk_problems(book))
    if as_json:
        say_json({"id": book.id, "version": book.version, "codes": len(book.codes), "problems": found})
    else:
        for problem in found:
            say(problem)
        say(f"{book.id} {book.version}: {len(book.codes)} codes, {len(found)} problems")
    raise typer.Exit(1 if found else 0)


@group.command()
def diff(context: typer.Context, before: NameOrFile, after: NameOrFile, as_json: JsonOption = False) -> None:
    """Show what changed between two codebooks. Exit code 1 if anything did."""
    from dataclasses import asdict

    from careatlas.codebook import differences
    from careatlas.codebook_shelf import find_codebook
    from careatlas.console import say, say_json

    folder = project_or_none(context)
    changes = differences(find_codebook(before, folder), find_codebook(after, folder))
    if as_json:
        say_json([asdict(change) for change in changes])
    for change in changes if not as_json else ():
        say(f"{change.change:8} {change.code or 'the codebook:'} {change.field}")
        for sign, value in (("-", change.before), ("+", change.after)):
            if value:
                say(f"    {sign} {value}")
    raise typer.Exit(1 if changes else 0)


@group.command("import")
def import_(context: typer.Context, file: Annotated[Path, typer.Argument(help="A .yaml, .toml or .csv file.")]) -> None:
    """Check your own codebook and put it into the project."""
    from careatlas.codebook_shelf import import_codebook
    from careatlas.console import say

    with project_of(context) as project:
        book = import_codebook(project.root, file)
    say(f'imported {book.id} {book.version} with {len(book.codes)} codes; use it with: suggest.codebook = "{book.id}"')
    if not book.background:
        say(
            "it has no background passages (examples without a code): it can be used for labelling, but not for"
            " suggestions until some are added"
        )


@group.command()
def migrate(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The version that judgements were made with: a name or a file.")],
    new: Annotated[str, typer.Argument(help="The version to be used from now on: a name or a file.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="What becomes of codes that changed (TOML).")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Add the judgements that carry over.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say which judgements carry over to a new version of their codebook, and which need another look."""
    from datetime import UTC, datetime

    from careatlas.codebook_map import read_codebook_map
    from careatlas.codebook_migration import migrate_judgements
    from careatlas.codebook_shelf import find_codebook
    from careatlas.codebook_succession import succession
    from careatlas.console import say_json

    with project_of(context) as project:
        books = find_codebook(old, project.root), find_codebook(new, project.root)
        plan = succession(*books, read_codebook_map(mapping, *books) if mapping else None)
        report = migrate_judgements(project.store, plan, datetime.now(UTC), apply=apply)
    if as_json:
        say_json(report.as_dict())
    else:
        _say_migration(report)


def _say_migration(report: Any) -> None:
    from careatlas.console import say, say_table

    total = sum(one.judgements for one in report.codes)
    say(
        f"{report.before} -> {report.after}: {total:,} judgements in force on {report.passages:,} passages"
        f" by {report.people:,} people"
    )
    header = ("code", "becomes", "judgements", "carry over", "another look", "judged anew", "set aside", "now")
    say_table(header, [_code_cells(one) for one in report.codes])
    for one in report.attributes:
        more = f" ({', '.join(one.changed)})" if one.changed else ""
        say(f"attribute {one.name}: {one.fate}{more}, {one.values:,} values, {one.look:,} need another look")
    for code, count in report.added.items():
        say(f"added: {code}, of which nothing was said yet in {count:,} judged passages")
    for note in report.notes:
        say(f"note: {note}")
    if report.lost:
        say(f"note: {report.lost:,} judgements are on passages that a new reading did not find again: left as they are")
    looks = len({one.passage_id for one in report.looks})
    say(f"{looks:,} passages need another look" + (": --json lists them" if looks else ""))
    done = "added" if report.applied else "to be added with --apply"
    say(f"{report.new:,} judgements {done}, {report.there:,} there already, {report.withdrawn:,} earlier ones end")


def _code_cells(one: Any) -> list[object]:
    now = ", ".join(one.targets) if list(one.targets) != [one.code] else ""
    why = f"{one.fate} ({', '.join(one.changed)})" if one.changed else one.fate
    return [one.code or "(nothing here)", why, one.judgements, one.carried, one.look, one.anew, one.aside, now]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(group, name="codebook")
