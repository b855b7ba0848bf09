"""``careatlas documents``: what was added and how its reading ended."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of


def documents(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="Words in title, file name or area.")] = None,
    outcome: Annotated[
        str, typer.Option(help="Only documents whose reading ended so (ok, partial, encrypted ...).")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List the documents of the project."""
    from dataclasses import asdict

    from careatlas.console import say_json, say_table
    from careatlas.store import documents as store

    with project_of(context) as project, project.store.read() as connection:
        found = store.listed(connection, store.DocumentFilter(words=" ".join(words or ()), outcome=outcome))
        if as_json:
            say_json([{**asdict(item), **_origin(connection, item.document_id)} for item in found])
            return
    header = ("document", "outcome", "pages", "passages", "need OCR", "area", "published", "name / reason")
    rows = [
        (
            item.document_id,
            item.outcome,
            item.page_count,
            item.passage_count,
            item.ocr_page_count,
            item.area_name,
            item.published,
            f"{item.name}{': ' + item.reason if item.reason else ''}",
        )
        for item in found
    ]
    say_table(header, rows)


def _origin(connection: Any, document_id: str) -> dict[str, Any]:
    """Return where a document was added from, and how many of its characters stand in no passage, by reason."""
    from careatlas.store import documents as store
    from careatlas.store import readings

    dropped: dict[str, int] = {}
    for drop in readings.drops(connection, document_id):
        dropped[drop.reason] = dropped.get(drop.reason, 0) + drop.glyph_count
    return {"paths": list(store.paths(connection, document_id)), "dropped": dropped}


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(documents)
