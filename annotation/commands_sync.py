"""``careatlas annotate push``, ``pull``, ``status`` and ``quarantine``: work to the server, answers home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of

_MOST_SECONDS = 86_400.0

NameArgument = Annotated[str, typer.Argument(help="Of the sample; not needed where there is only one.")]


def push(
    context: typer.Context,
    name: NameArgument = "",
    check: Annotated[
        bool, typer.Option("--check", help="Look at every task on the server, and send again what was deleted there.")
    ] = False,
    suggestions: Annotated[
        bool, typer.Option("--suggestions", help="Only send the newest model's suggestions for open tasks.")
    ] = False,
    restore_config: Annotated[
        bool, typer.Option("--restore-config", help="Put our labelling screen back where it was changed there.")
    ] = False,
    layout: Annotated[str, typer.Option(help="Of new projects: auto, taxonomy or grid.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Send a sample's readings to Label Studio, one project per coder. Exit code 1 if something is wrong there."""
    from annotation.sync_orders import pushed, suggestions_pushed
    from annotation.sync_text import push_lines, suggestion_lines

    with project_of(context) as project, progress_of(context) as progress:
        if suggestions:
            done = suggestions_pushed(project, name)
            _say([one.as_dict() for one in done], suggestion_lines(done), as_json=as_json)
            return
        report = pushed(project, name, progress, check=check, restore_screen=restore_config, layout=layout)
    _say(report.as_dict(), push_lines(report), as_json=as_json)
    raise typer.Exit(1 if report.is_in_trouble else 0)


def pull(
    context: typer.Context,
    name: NameArgument = "",
    watch: Annotated[
        float | None, typer.Option(min=1, max=_MOST_SECONDS, help="Go on, and pull every so many seconds.")
    ] = None,
    webhook_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="With --watch: pull at once when the server calls; 0 for any.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the answers home from Label Studio. Exit code 1 if something needs a look."""
    from annotation.sync_orders import pulled, watched
    from annotation.sync_text import pull_lines

    def told(report: Any) -> None:
        _say(report.as_dict(), pull_lines(report), as_json=as_json)

    with project_of(context) as project:
        if watch is not None:
            watched(project, name, watch, webhook_port, told)
            return
        report = pulled(project, name)
    told(report)
    raise typer.Exit(1 if report.is_in_trouble else 0)


def status(context: typer.Context, name: NameArgument = "", as_json: JsonOption = False) -> None:
    """Say how far the work on a sample is. Exit code 1 if something needs a look."""
    from annotation.server_access import access_of
    from annotation.sync_status import sync_status
    from annotation.sync_text import gone_line
    from careatlas.console import say, say_json, say_table

    with project_of(context) as project:
        found = sync_status(project, access_of(project), name)
    if as_json:
        say_json(found.as_dict())
    else:
        header = (
            "coder",
            "asked",
            "sent",
            "on server",
            "kept",
            "quarantine",
            "skipped",
            "deleted",
            "screen",
            "address",
        )
        keys = ("coder", "asked", "sent", "on_server", "kept", "quarantined", "skipped", "deleted", "screen", "address")
        rows = found.as_dict()["coders"]
        say_table(header, [["" if row[key] is None else row[key] for key in keys] for row in rows])
        if found.trouble:
            say(f"the server could not be asked: {found.trouble}")
        for coder in found.projects_gone:
            say(gone_line(coder))
    raise typer.Exit(1 if found.is_in_trouble else 0)


def quarantine(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the answers that could not be read, each with the reason. None is ever dropped."""
    from annotation.quarantine_list import quarantined
    from careatlas.console import say, say_json, say_table

    with project_of(context) as project:
        rows = quarantined(project)
    if as_json:
        say_json(rows)
        return
    keys = ("made_at", "person", "passage_id", "place", "key", "reason")
    say_table(("when", "person", "passage", "where", "answer", "reason"), [[row[key] for key in keys] for row in rows])
    if not rows:
        say("nothing is in quarantine")


def add_to(annotate: typer.Typer) -> None:
    """Add these commands to the group ``annotate``."""
    for command in (push, pull, status, quarantine):
        annotate.command()(command)


def _say(data: Any, lines: Iterator[str], *, as_json: bool) -> None:
    from careatlas.console import say, say_json

    if as_json:
        say_json(data)
        return
    for line in lines:
        say(line)
