"""``careatlas gold validate``: labelled passages that researchers bring along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_or_none, session_of

gold = typer.Typer(no_args_is_help=True, help="Labelled passages of your own, to train with and to measure against.")


@gold.command()
def validate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON lines of labelled passages, in the plain or the gold form.")],
    codebook: Annotated[str, typer.Option(help="A shipped codebook or a file.")] = "care-home-integration",
    as_json: JsonOption = False,
) -> None:
    """Check a file of labelled passages and say what it holds. Exit code 1 if anything is wrong."""
    from careatlas.codebook_shelf import find_codebook
    from careatlas.console import say_json
    from models.label_report import label_report
    from models.labels_file import label_file

    session_of(context)
    book = find_codebook(codebook, project_or_none(context))
    report = label_report(label_file(file, book), book)
    if as_json:
        say_json(report.as_dict())
    else:
        _say(report)
    raise typer.Exit(1 if report.problem_count else 0)


def _say(report: Any) -> None:
    from careatlas.console import say, say_mapping

    say_mapping(_facts(report))
    say()
    _say_codes(report)
    say()
    for problem in report.problems:
        say(problem)
    say(f"{report.rows:,} passages, {report.problem_count:,} problems")


def _facts(report: Any) -> dict[str, object]:
    repetition, weights, agreement = report.repetition, report.weights, report.agreement
    facts = {
        "file": report.path,
        "codebook": report.codebook,
        "passages": f"{report.rows:,} from {report.sources:,} documents",
        "with a code": f"{report.with_code:,}",
        "known to have none": f"{report.without_code:,}",
        "words (median)": "-" if report.words_median is None else f"{report.words_median:g}",
        "not sure": f"{report.unsure:,}",
        "repeated rows": f"{repetition.rows:,}",
        "same text": f"{repetition.same_text:,}, {repetition.differing_labels:,} of them with other labels",
        "near-duplicates": f"{repetition.in_families:,} in {repetition.families:,} families,"
        f" {repetition.across_sources:,} of these across documents",
        "inclusion known": f"{weights.known:,}, standing for {weights.represented:,.0f}"
        f" (effective number {weights.effective:,.0f})",
    }
    if agreement is not None:
        share = "-" if agreement.exact_of_either is None else f"{agreement.exact_of_either:.2f}"
        facts["two annotators"] = f"{agreement.rows:,} passages, {agreement.adjudicated:,} decided by a third"
        facts["same set of codes"] = (
            f"{agreement.exact:.2f}; {share} of the {agreement.either:,} that either gave a code"
            f" (beyond chance: careatlas agreement {report.path})"
        )
    return facts


def _say_codes(report: Any) -> None:
    from careatlas.console import say_table

    header = ["code", "present", "absent", "unknown", "documents"]
    say_table(header, [[one.code, one.present, one.absent, one.unknown, one.sources] for one in report.codes])
