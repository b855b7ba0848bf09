"""``careatlas models``: list, show, compare, promote and evaluate what was trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_or_none, session_of
from models import commands_backbone
from models.model_aliases import PRODUCTION, SHIPPED

Model = Annotated[str, typer.Argument(help="An alias, an identifier or its beginning, or 'shipped'.")]
LabelsOption = Annotated[Path | None, typer.Option(help="Labelled passages to measure on (as for gold validate).")]

group = typer.Typer(no_args_is_help=True, help="Trained models: what there is, how good it is, and which is in use.")


@group.command("list")
def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the models of the project, or of this computer, and the shipped ones."""
    from careatlas.console import say, say_json, say_table
    from models.model_rows import HEADER, model_row, table_row

    registry = _registry(context)
    rows = [model_row(entry) for entry in registry.listed()]
    if as_json:
        say_json({"registry": str(registry.root), "models": rows})
        return
    say_table(HEADER, map(table_row, rows))
    if not rows:
        say(f"no models in {registry.root}: careatlas train makes one")


@group.command()
def show(context: typer.Context, model: Model, as_json: JsonOption = False) -> None:
    """Show a model's card, after checking that none of its files was changed."""
    from careatlas.console import say, say_json
    from models.model_rows import card_of, model_facts

    registry = _registry(context)
    entry = _find(context, registry, model)
    folder = registry.opened(entry)
    if as_json:
        say_json(model_facts(entry, registry.aliases.history()))
    else:
        for line in card_of(folder).splitlines():
            say(line)


@group.command()
def compare(
    context: typer.Context, first: Model, second: Model, labels: LabelsOption = None, as_json: JsonOption = False
) -> None:
    """Compare two models on the passages that both were tested on, or on labels that neither has seen."""
    from careatlas.console import say_json
    from models.model_trial import codebook_for, compared

    registry, root = _registry(context), project_or_none(context)
    one, other = (_find(context, registry, name) for name in (first, second))
    found = compared(registry, one, other, codebook_for(other, root), labels=labels, root=root)
    if as_json:
        say_json(found.as_dict())
    else:
        _say_comparison(found)


@group.command()
def promote(
    context: typer.Context,
    model: Model,
    alias: Annotated[str, typer.Option(help="The name to move to it.")] = PRODUCTION,
    labels: LabelsOption = None,
    force: Annotated[bool, typer.Option(help="Also if it is not shown to be as good; needs --why.")] = False,
    why: Annotated[str, typer.Option(help="The reason, which is kept.")] = "",
    by: Annotated[str, typer.Option(help="Who decides; you by default.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Put a model into use, if it is not worse than the present one. Exit code 1 if it may not be."""
    from careatlas.console import say, say_json
    from models.model_rows import person
    from models.model_trial import codebook_for, compared
    from models.promotion import promoted

    registry = _registry(context)
    entry = _find(context, registry, model)
    root = project_or_none(context)
    book = codebook_for(entry, root)
    found = promoted(
        registry,
        entry,
        alias,
        book,
        lambda present, candidate: compared(registry, present, candidate, book, labels=labels, root=root),
        by=by or person(),
        force=force,
        why=why,
    )
    done = found.allowed or found.forced
    if as_json:
        say_json(found.as_dict())
    else:
        say(f"{found.model_id} is {'now' if done else 'not made'} {alias}: {found.reason}")
    raise typer.Exit(0 if done else 1)


@group.command()
def evaluate(
    context: typer.Context,
    model: Model,
    labels: Annotated[Path, typer.Option(help="Labelled passages to measure on (as for gold validate).")],
    as_json: JsonOption = False,
) -> None:
    """Measure a model on labelled passages; those it learned from are left out."""
    from careatlas.console import say_json
    from models.model_trial import codebook_for, evaluated

    registry = _registry(context)
    entry = _find(context, registry, model)
    found = evaluated(registry, entry, labels, codebook_for(entry, project_or_none(context)))
    if as_json:
        say_json(found.as_dict())
    else:
        _say_evaluation(found)


@group.command("label-errors")
def label_errors(context: typer.Context, model: Model, as_json: JsonOption = False) -> None:
    """List the labels that are worth reading again, with the passage where it is in the project."""
    from careatlas.console import say, say_json
    from models.model_rows import doubtful_labels

    registry = _registry(context)
    entry = _find(context, registry, model)
    rows = doubtful_labels(registry.opened(entry), project_or_none(context))
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say(f"{row['id']}  {row['code']} {row['given']}: {row['reason']}")
        if row["text"]:
            say(f"    {row['text']}")
    say(f"{len(rows):,} labels to read again")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    commands_backbone.register(group)
    app.add_typer(group, name="models")


def _registry(context: typer.Context) -> Any:
    from models.registry import registry_of

    session_of(context)
    return registry_of(project_or_none(context))


def _find(context: typer.Context, registry: Any, reference: str) -> Any:
    from careatlas.codebook_shelf import find_codebook
    from careatlas.settings import load_settings

    root = project_or_none(context)
    if reference == SHIPPED and root is not None:
        book = find_codebook(load_settings(root).suggest.codebook, root)
        return registry.find(reference, codebook_id=book.id)
    entry = registry.find(reference)
    if entry.problem:
        registry.opened(entry)  # which says what is wrong with it
    return entry


def _say_comparison(found: Any) -> None:
    from careatlas.console import say, say_table
    from models.model_card_tables import MEASURES, number, with_interval

    say(f"on {found.passages:,} passages from {found.documents:,} areas or documents ({found.basis})")
    say(f"codes: {', '.join(found.codes)}")
    say()
    better = {"first": found.first, "second": found.second}
    rows = [
        (
            MEASURES[name],
            number(one.first, 4),
            number(one.second, 4),
            with_interval(one.difference.as_dict(), 4),
            better.get(one.better, one.better),
        )
        for name, one in found.measures.items()
    ]
    say_table(("measure", found.first, found.second, "difference (95 % interval)", "better"), rows)
    say()
    for note in found.notes:
        say(f"note: {note}")
    say(found.verdict)


def _say_evaluation(found: Any) -> None:
    from careatlas.console import say, say_table
    from models.model_card_tables import MEASURES, number, with_interval

    say(f"{found.model_id} on {found.passages:,} passages from {found.documents:,} areas or documents")
    say(f"of {found.labels}, {found.with_a_code:,} of them with a code")
    for warning in found.warnings:
        say(f"warning: {warning}")
    say()
    totals = found.report.totals
    rows = [(said, with_interval(totals[name].as_dict(), 4)) for name, said in MEASURES.items()]
    say_table(("measure", "value (95 % interval)"), rows)
    say()
    measured = ("average_precision", "precision", "recall", "f1")
    codes = [
        (one.code, one.support, *(number(getattr(one, name), 2) for name in measured)) for one in found.report.codes
    ]
    say_table(("code", "passages", "average precision", "precision", "recall", "F1"), codes)
