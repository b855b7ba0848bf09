"""``careatlas run`` and ``careatlas runs``."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of
from careatlas.stage import StageReport

AgainOption = Annotated[bool, typer.Option("--again", help="Do failed work once more.")]


def run(context: typer.Context, again: AgainOption = False, as_json: JsonOption = False) -> None:
    """Run every stage in order; what is unchanged is not done again."""
    from careatlas.console import say_json
    from careatlas.running import run_stages
    from careatlas.stage import stages

    with project_of(context) as project, progress_of(context) as progress:
        names = [stage.name for stage in stages() if stage.run]
        reports = run_stages(project, names, progress, again=again)
    if as_json:
        say_json([report.as_dict() for report in reports])
    else:
        for report in reports:
            say_report(report)


def say_report(report: StageReport) -> None:
    """Write what one stage did."""
    from careatlas.console import say

    head, *rest = report.lines()
    say(head)
    for line in rest:
        say(f"  {line}")


def runs(
    context: typer.Context,
    stage: Annotated[str, typer.Option(help="Only this stage.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the newest rows of the run ledger."""
    from careatlas.console import say_json, say_table
    from careatlas.store import runs as ledger

    with project_of(context) as project, project.store.read() as connection:
        rows = ledger.listed(connection, stage=stage, limit=limit)
    if as_json:
        say_json([{**row.as_dict(), "counts": row.counts, "config": row.key.config} for row in rows])
    else:
        header = ("started", "stage", "subject", "outcome", "seconds", "reason")
        say_table(header, [tuple(row.as_dict().values()) for row in rows])


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(run)
    app.command()(runs)
