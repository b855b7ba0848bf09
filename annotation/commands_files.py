"""``careatlas annotate export`` and ``import``: work on files, where there is no server or another tool."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of

SHOWN = 20  # problems of one import on the screen; all of them are in --json


class AnswerFormat(StrEnum):
    """The forms in which answers come."""

    LABEL_STUDIO = "label-studio"
    CSV = "csv"
    JSONL = "jsonl"


class ScreenLayout(StrEnum):
    """How the codes stand on the labelling screen."""

    AUTO = "auto"
    TAXONOMY = "taxonomy"
    GRID = "grid"


def export(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of the sample.")],
    coder: Annotated[str, typer.Option(help="Only this coder.")] = "",
    out: Annotated[Path | None, typer.Option(help="The file, for one coder; else SAMPLE-CODER.json.")] = None,
    layout: Annotated[ScreenLayout, typer.Option(help="How the codes stand on the screen.")] = ScreenLayout.AUTO,
    as_json: JsonOption = False,
) -> None:
    """Write tasks and the labelling screen as files for a Label Studio that CareAtlas does not reach."""
    from annotation.labelling_layout import Layout
    from annotation.task_file import export_tasks
    from careatlas.console import say, say_json

    with project_of(context) as project:
        made = export_tasks(project, name, coder=coder, out=out, layout=Layout(layout.value))
    if as_json:
        say_json([one.as_dict() for one in made])
        return
    for one in made:
        lost = f", {one.lost:,} passages were not found again" if one.lost else ""
        say(f"{one.coder}: {one.tasks:,} tasks, {one.blind:,} of them blind{lost}")
        say(f"    tasks in {one.tasks_file}, screen in {one.config_file}")
    say("in Label Studio, one project for each coder: Settings, Labeling Interface, Code: the .xml; Import: the .json")
    say("next: export the project as JSON there, then: careatlas annotate import FILE")


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An export of Label Studio (JSON), or CSV or JSON lines.")],
    answer_format: Annotated[
        AnswerFormat | None, typer.Option("--format", help="Else told by the file's name.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="For CSV and JSON lines: what is what (TOML).")] = None,
    coder: Annotated[str, typer.Option(help="Whose answers these are, whatever the file says.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and say, but keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in answers from a file. Exit code 1 if any of them is in quarantine."""
    from annotation.answer_file import import_rows
    from annotation.exported_answers import import_export
    from careatlas.console import say_json

    chosen = _format(file, answer_format, mapping)
    with project_of(context) as project:
        if chosen is AnswerFormat.LABEL_STUDIO or mapping is None:
            report = import_export(project, file, coder=coder, dry_run=dry_run)
        else:
            is_json = chosen is AnswerFormat.JSONL
            report = import_rows(project, file, mapping, is_json=is_json, coder=coder, dry_run=dry_run)
    if as_json:
        say_json(report.as_dict())
    else:
        _say(report)
    raise typer.Exit(1 if report.problems else 0)


def _format(file: Path, said: AnswerFormat | None, mapping: Path | None) -> AnswerFormat:
    from careatlas.errors import UsageError

    by_name = {".json": AnswerFormat.LABEL_STUDIO, ".csv": AnswerFormat.CSV, ".jsonl": AnswerFormat.JSONL}
    chosen = said or by_name.get(file.suffix.lower())
    if chosen is None:
        raise UsageError(f"{file.name} says by its name not what it is", mend="--format label-studio, csv or jsonl")
    if (chosen is AnswerFormat.LABEL_STUDIO) != (mapping is None):
        needs = "needs no mapping: the tasks say what they are" if mapping else "needs a mapping: --mapping MAP.toml"
        raise UsageError(f"a file in the format {chosen.value} {needs}", mend="docs/files.md describes both")
    return chosen


def _say(report: Any) -> None:
    from careatlas.console import say

    for one in report.problems[:SHOWN]:
        say(f"{one.key}: {one.reason}")
    if len(report.problems) > SHOWN:
        say(f"... and {len(report.problems) - SHOWN:,} more: --json lists them")
    done = "would be " if report.dry_run else ""
    say(
        f"{report.file}: {report.answers:,} answers, {report.kept:,} {done}kept, {report.skipped:,} skipped,"
        f" {report.quarantined:,} {done}in quarantine, {report.known:,} there already"
    )
    say(f"{report.judgements:,} judgements" + (" (--dry-run: nothing was kept)" if report.dry_run else ""))
    if report.changed:
        say(f"{report.changed:,} answers were there and are read otherwise now: what they said before is withdrawn")
    if report.older:
        say(f"{report.older:,} answers are older than what is there, and were left out")


def add_to(annotate: typer.Typer) -> None:
    """Add these commands to the group ``annotate``."""
    annotate.command()(export)
    annotate.command("import")(import_)
