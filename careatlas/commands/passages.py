"""``careatlas search`` and ``careatlas passages export``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of


class ExportFormat(StrEnum):
    """The forms in which passages are exported."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words that must all stand in the passage.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many passages.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find passages by their words, the best match first."""
    from careatlas.console import say, say_json
    from careatlas.export import passage_row
    from careatlas.store import passages

    with project_of(context) as project, project.store.read() as connection:
        hits = passages.search(connection, " ".join(words), limit=limit)
    if as_json:
        say_json([{**passage_row(hit.passage, hit.document_name, ""), "rank": hit.rank} for hit in hits])
        return
    for hit in hits:
        say(f"{hit.passage.passage_id}  {hit.document_name}, page {hit.passage.page}")
        say(f"    {' > '.join(hit.passage.heading_path)}")
        say(f"    {hit.passage.text[:300]}")
    say(f"{len(hits)} passages" + ("" if len(hits) < limit else f" (the first {limit}; more with --limit)"))


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="jsonl, csv or parquet.")
    ] = ExportFormat.JSONL,
    furniture: Annotated[bool, typer.Option(help="Include running heads and feet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the passages of the project to a file."""
    from careatlas.console import say, say_json
    from careatlas.export import export_passages

    with project_of(context) as project, progress_of(context) as progress:
        rows = export_passages(project, out, export_format.value, progress, furniture=furniture)
    if as_json:
        say_json({"rows": rows, "out": str(out), "format": export_format.value})
    else:
        say(f"{rows:,} passages written to {out}")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(search)
    group = typer.Typer(no_args_is_help=True, help="Work with passages.")
    group.command()(export)
    app.add_typer(group, name="passages")
