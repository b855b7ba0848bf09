"""``careatlas app``."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import session_of


def app_command(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Where to listen; else app.host. Off this machine a login is needed.")] = "",
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Else app.port; 0 for any free one.")] = None,
    reviewer: Annotated[str, typer.Option(help="Who judges, on this machine only.")] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = False,
) -> None:
    """Open the browser app."""
    from careatlas.project import find_project
    from streamlit_app.server import serve

    project_dir = find_project(session_of(context).project_dir)
    serve(project_dir, host=host, port=port, reviewer=reviewer, browser=browser)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("app")(app_command)
