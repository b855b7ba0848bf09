"""``careatlas init`` and ``careatlas add``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of, session_of


def init(
    context: typer.Context, directory: Annotated[Path, typer.Argument(help="The folder to make into a project.")]
) -> None:
    """Make a folder into a project."""
    from careatlas.console import say
    from careatlas.project import create_project

    session_of(context)
    say(f"made {create_project(directory)}")


def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="PDF files, folders, or a CSV register.")],
    as_json: JsonOption = False,
) -> None:
    """Add plans: files, folders, or a register (CSV: path,title,area_code,area_name,doc_type,published,url)."""
    from careatlas.adding import add_documents
    from careatlas.console import say, say_json

    with project_of(context) as project, progress_of(context) as progress:
        report = add_documents(project, paths, progress)
    if as_json:
        say_json(report.as_dict())
    else:
        say(f"{report.new} new, {report.known} already there, {len(report.failed)} not added")
        for path, reason in report.failed:
            say(f"  not added: {path}: {reason}")
    raise typer.Exit(1 if report.failed else 0)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(init)
    app.command()(add)
