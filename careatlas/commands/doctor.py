"""``careatlas doctor``."""

from __future__ import annotations

import typer

from careatlas.commands.session import JsonOption, project_or_none


def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check the installation and the project. Exit code 1 if something is wrong."""
    from dataclasses import asdict

    from careatlas.console import say, say_json, say_table
    from careatlas.doctor import Health, examine

    checks = examine(project_or_none(context))
    if as_json:
        say_json([asdict(check) for check in checks])
    else:
        say_table(("", "checked", "found"), [(check.health, check.name, check.found) for check in checks])
        for check in checks:
            if check.mend:
                say(f"{check.name}: {check.mend}")
    raise typer.Exit(1 if any(check.health is Health.WRONG for check in checks) else 0)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(doctor)
