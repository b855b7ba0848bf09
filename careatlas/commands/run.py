"""``careatlas run`` and ``careatlas runs``."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of

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


def say_report(report: object) -> None:
    """Write what one stage did."""
    from careatlas.console import say
    from careatlas.stage import StageReport

    assert isinstance(report, StageReport)
    say(
        f"{report.stage}: {report.done} done, {report.unchanged} unchanged, {report.failed} failed"
        f" in {report.seconds:.1f} s"
    )
    counts = ", ".join(f"{name} {value:,.10g}" for name, value in report.counts.items())
    if counts:
        say(f"  {counts}")
    for problem in report.problems:
        say(f"  {problem}")


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
        say_json([{**_plain(row), "counts": row.counts, "config": row.key.config} for row in rows])
    else:
        say_table(("started", "stage", "subject", "outcome", "seconds", "reason"), [_plain(row).values() for row in rows])


def _plain(row: object) -> dict[str, object]:
    from careatlas.ledger import RunRow

    assert isinstance(row, RunRow)
    return {
        "started": row.started_at.isoformat(timespec="seconds"),
        "stage": row.key.stage,
        "subject": row.key.subject,
        "outcome": row.outcome,
        "seconds": round(row.seconds, 3),
        "reason": row.reason,
    }


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(run)
    app.command()(runs)
