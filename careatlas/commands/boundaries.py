"""``careatlas boundaries load|list``: real outlines for the map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of

group = typer.Typer(no_args_is_help=True, help="Real boundaries for the map, instead of its schematic tiles.")


@group.command()
def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="GeoJSON in EPSG:4326 or EPSG:27700, at most 50 MB.")],
    level: Annotated[str, typer.Option(help="What the areas are: utla, ltla, region, ccg, stp, sub-icb or icb.")],
    on: Annotated[str, typer.Option(help="A day on which they were so, as 2023-04-01.")],
    licence: Annotated[str, typer.Option(help="Source and licence, shown beside the map.")],
    dissolve: Annotated[
        bool, typer.Option("--dissolve", help="Join lower-tier authorities to upper-tier ones.")
    ] = False,
    code_field: Annotated[str, typer.Option(help="The property with the codes, if several could be meant.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Check outlines against the register of areas, simplify them, and keep them in the project."""
    from datetime import UTC, datetime

    from careatlas.areas.boundaries import level_and_day, load_boundaries
    from careatlas.console import say, say_json

    wanted, day = level_and_day(level, on)
    with project_of(context) as project:
        layer = load_boundaries(
            project,
            file,
            level=wanted,
            on=day,
            licence=licence,
            now=datetime.now(UTC),
            dissolve=dissolve,
            code_field=code_field,
        )
    if as_json:
        say_json(_plain(layer))
        return
    for line in layer.lines():
        say(line)


@group.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the boundaries that were loaded."""
    from careatlas.areas.boundaries import listed_boundaries
    from careatlas.console import say_json, say_table

    with project_of(context) as project:
        layers = listed_boundaries(project)
    if as_json:
        say_json([_plain(layer) for layer in layers])
        return
    header = ("level", "from", "until", "areas", "file", "SHA-256", "licence")
    say_table(
        header,
        [
            (
                layer.level,
                layer.valid_from,
                layer.valid_to or "now",
                layer.areas,
                layer.file_name,
                layer.file_sha256[:12],
                layer.licence,
            )
            for layer in layers
        ],
    )


def _plain(layer: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(layer)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(group, name="boundaries")
