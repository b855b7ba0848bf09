"""``careatlas demo``: the synthetic pilot through the whole chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.session import progress_of, session_of


def demo(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where the demo project goes.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Another seed makes other plans.")] = 20,
    serve: Annotated[bool, typer.Option("--app/--no-app", help="Open the browser app at the end.")] = True,
) -> None:
    """Make synthetic plans of ten boroughs, run the whole chain on them and open the app."""
    from careatlas.console import say
    from careatlas.demo import make_demo
    from careatlas.stage import loaded, stage_named

    session_of(context)
    with progress_of(context) as progress:
        lines = make_demo(directory, seed, progress)
    for line in lines:
        say(line)
    if serve:
        loaded(stage_named("app").serve)(directory)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(demo)
