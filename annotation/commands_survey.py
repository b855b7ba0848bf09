"""``careatlas survey import``, ``list`` and ``compare``: what respondents say, beside what documents say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of

survey = typer.Typer(no_args_is_help=True, help="Surveys, set beside what documents say.")


@survey.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a header.")],
    mapping: Annotated[Path, typer.Option(help="What its columns and words mean (TOML).")],
    name: Annotated[str, typer.Option("--survey", help="Its name; else the one in the mapping.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and say, but keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in the answers of a survey. Exit code 1 if a row was refused."""
    from annotation.survey_file import import_survey
    from careatlas.console import say_json

    with project_of(context) as project:
        report = import_survey(project, file, mapping, survey=name, dry_run=dry_run)
    if as_json:
        say_json(report.as_dict())
    else:
        _say_import(report)
    raise typer.Exit(1 if report.refused else 0)


@survey.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the surveys that were imported."""
    from annotation.survey_list import survey_rows
    from careatlas.console import say, say_json, say_table

    with project_of(context) as project:
        rows = survey_rows(project)
    if as_json:
        say_json(rows)
        return
    keys = ("survey", "codebook", "answers", "respondents", "areas", "codes", "roles", "answered")
    say_table(keys, [[", ".join(row[key]) if key == "roles" else row[key] for key in keys] for row in rows])
    if not rows:
        say("no survey was imported yet: careatlas survey import takes one in")


@survey.command()
def compare(
    context: typer.Context,
    name: Annotated[str, typer.Option("--survey", help="Name of the survey, where there are several.")] = "",
    areas: Annotated[
        list[str] | None, typer.Option("--area", help="Only these areas, by code or name; can be repeated.")
    ] = None,
    codebook: Annotated[str, typer.Option(help="Another codebook than the project's: a name or a file.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write areas and codes to this file, as CSV.")] = None,
    resamples: Annotated[int, typer.Option(min=1, max=100_000, help="Draws of areas for the intervals.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Set a survey beside documents: who says yes where, and how far both agree."""
    from annotation.survey_comparison import compare_survey
    from annotation.survey_table import write_comparison
    from careatlas.codebook_shelf import find_codebook
    from careatlas.console import say_json

    with project_of(context) as project:
        book = find_codebook(codebook or project.settings.suggest.codebook, project.root)
        found = compare_survey(project, book, survey=name, areas=areas or (), resamples=resamples, seed=seed)
    if out is not None:
        write_comparison(found.cells, out)
    if as_json:
        say_json(found.as_dict())
    else:
        _say_comparison(found)


def _say_import(report: Any) -> None:
    from careatlas.console import say

    for one in report.refused:
        say(f"row {one.row}: {one.reason}")
    done = "added" if report.kept else "to be added (--dry-run: nothing was kept)"
    say(f"{report.survey}, for {report.codebook}: {report.new:,} answers {done}, {report.known:,} there already")
    say(
        f"{report.respondents:,} respondents, {report.areas:,} areas, {report.left_out:,} questions left out,"
        f" {len(report.refused):,} rows or answers refused"
    )
    if report.refused:
        say("mend the mapping or the file and import it again: what is there already is not added twice")


def _say_comparison(found: Any) -> None:
    from annotation.survey_table import comparison_tables
    from careatlas.console import say, say_mapping, say_table

    model = found.model_id or "none has read the passages"
    facts = {"survey": found.survey, "codebook": found.codebook, "respondents": f"{found.respondents:,}"}
    say_mapping({**facts, "machine": f"{model}: its suggestions were checked by nobody and count for nothing here"})
    for table in comparison_tables(found):
        say()
        say(table.title)
        say_table(table.header, table.rows)
    say()
    for note in found.notes:
        say(f"note: {note}")
    if found.outdated:
        say(f"note: {found.outdated:,} answers are for other versions of the codebook and take no part")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(survey, name="survey")
