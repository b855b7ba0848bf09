"""The reading stage's commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.run import AgainOption, say_report
from careatlas.commands.session import JsonOption, progress_of, project_of, session_of


def parse(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A single PDF; without it, the documents of the project.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the passages of a single PDF (.jsonl).")] = None,
    password: Annotated[str, typer.Option(help="Password of a single encrypted PDF.", envvar="PDF_PASSWORD")] = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read plans: the project's documents, or one file into passages."""
    if file is not None:
        _parse_file(context, file, out, password, as_json)
        return
    from careatlas.console import say_json
    from careatlas.running import run_stages

    with project_of(context) as project, progress_of(context) as progress:
        (report,) = run_stages(project, ["parse"], progress, again=again)
    if as_json:
        say_json(report.as_dict())
    else:
        say_report(report)


def _parse_file(context: typer.Context, file: Path, out: Path | None, password: str, as_json: bool) -> None:
    from careatlas.console import say, say_json
    from careatlas.export import passage_row, write_rows
    from careatlas.settings import load_settings
    from nlp.parsing import parse_file

    session_of(context)
    digest, reading = parse_file(file, load_settings(None).parse, password=password)
    rows = [passage_row(passage, file.name, digest) for passage in reading.passages]
    if out is not None:
        write_rows(rows, out, "jsonl")
    summary = {
        "file": str(file),
        "outcome": str(reading.outcome),
        "reason": reading.reason,
        "pages": len(reading.pages),
        "passages": len(rows),
        "pages_need_ocr": [page.number for page in reading.pages if page.status.needs_ocr],
        "out": str(out) if out else "",
    }
    if as_json:
        say_json(summary if out else {**summary, "rows": rows})
    elif out is None:
        for row in rows:
            say(f"{row['page']:>4}  {row['kind']:<12}  {row['text']}")
    else:
        say(f"{summary['pages']} pages, {len(rows)} passages written to {out}")
        if summary["pages_need_ocr"]:
            say(f"  pages without text that need OCR: {summary['pages_need_ocr']}")


def page_image(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="Identifier of the document.")],
    pages: Annotated[list[int], typer.Argument(help="Page numbers, from 1.")],
    as_json: JsonOption = False,
) -> None:
    """Make the images of pages for the evidence view."""
    from careatlas.console import say, say_json
    from nlp.page_image import make_page_images

    with project_of(context) as project:
        made = make_page_images(project, document, pages)
    if as_json:
        say_json(made)
    else:
        for number, answer in made.items():
            say(f"page {number}: {answer}")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(parse)
    app.command()(page_image)
