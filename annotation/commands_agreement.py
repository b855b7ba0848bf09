"""``careatlas agreement``: how coders agree, from the project's store or from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of, project_or_none


def agreement(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="JSON lines, one file per coder; none: the project's answers.")
    ] = None,
    codebook: Annotated[str, typer.Option(help="A shipped codebook or a file; else the codes that occur.")] = "",
    picture: Annotated[Path | None, typer.Option(help="Write a picture of each code's agreement (SVG).")] = None,
    resamples: Annotated[int, typer.Option(min=1, max=100_000, help="Draws of documents for the intervals.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Measure how coders agree with each other, with the model, and with themselves."""
    from annotation.agreement_picture import save_agreement_picture
    from annotation.agreement_report import agreement_report
    from careatlas.console import say_json

    answers, book = _from_files(context, files, codebook) if files else _from_store(context, codebook)
    report = agreement_report(answers, book, resamples=resamples, seed=seed)
    if picture is not None:
        save_agreement_picture(report, picture)
    if as_json:
        say_json(report.as_dict())
    else:
        _say(report)


def _from_files(context: typer.Context, files: list[Path], codebook: str) -> tuple[Any, Any]:
    from annotation.coded_files import ATTRIBUTES, read_coded_passages
    from careatlas.codebook_shelf import find_codebook

    book = find_codebook(codebook, project_or_none(context)) if codebook else None
    attributes = [one.name for one in book.attributes] if book else []
    return read_coded_passages(files, {*ATTRIBUTES, *attributes}), book


def _from_store(context: typer.Context, codebook: str) -> tuple[Any, Any]:
    from annotation.stored_codings import stored_codings
    from careatlas.codebook_shelf import find_codebook

    with project_of(context) as project:
        book = find_codebook(codebook or project.settings.suggest.codebook, project.root)
        return stored_codings(project, book), book


def _say(report: Any) -> None:
    from annotation.agreement_tables import agreement_tables
    from careatlas.console import say, say_mapping, say_table

    coders = ", ".join(f"{coder} ({answers:,})" for coder, answers in report.answers.items())
    compared = f"{report.between.passages:,} from {report.between.documents:,} documents" if report.between else "0"
    facts = {"coders": coders, "passages": f"{report.passages:,}", "coded by two or more": compared}
    say_mapping({"codebook": report.codebook, **facts} if report.codebook else facts)
    for table in agreement_tables(report):
        say()
        say(table.title)
        say_table(table.header, table.rows)
    if report.warnings:
        say()
    for warning in report.warnings:
        say(f"note: {warning}")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(agreement)
