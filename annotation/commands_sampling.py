"""``careatlas annotate plan``, ``repeat`` and ``samples``: which passages people read, drawn by a stated design."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of

_SHARE = "Share of the sample"
_Share = float | None
_Names = list[str] | None


def plan(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of the sample: judgements will carry it.")],
    size: Annotated[int, typer.Option(help="How many passages to expect.")],
    coders: Annotated[str, typer.Option(help="Who reads, with commas between.")],
    random: Annotated[_Share, typer.Option(help=f"{_SHARE} drawn at random, within strata (0.4).")] = None,
    uncertainty: Annotated[_Share, typer.Option(help=f"{_SHARE} where the model is unsure (0.3).")] = None,
    diversity: Annotated[_Share, typer.Option(help=f"{_SHARE} spread over what is said (0.3).")] = None,
    strata: Annotated[str, typer.Option(help="Of the random part: score, area, type, or none (all known).")] = "",
    blind: Annotated[float, typer.Option(help="Share read without a suggestion.")] = 0.12,
    double: Annotated[_Share, typer.Option(help="Share read by two coders (0.2; 0 with one coder).")] = None,
    areas: Annotated[_Names, typer.Option(help="Only these areas, by code or name; can be repeated.")] = None,
    doc_types: Annotated[_Names, typer.Option(help="Only documents of these types; can be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="Of every random number.")] = 0,
    model: Annotated[str, typer.Option(help="Whose scores and suggestions: an identifier, auto or none.")] = "auto",
    exclude_judged: Annotated[bool, typer.Option("--exclude-judged", help="Leave out what anybody judged.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Draw and show, but keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Draw the passages that people are to read, each with a known chance, and share out the work."""
    from annotation.sampling import keep_plan, plan_sample
    from annotation.sampling_request import sampling_order

    order = sampling_order(
        name=name,
        size=size,
        coders=coders,
        shares={"random": random, "uncertainty": uncertainty, "diversity": diversity},
        strata=strata,
        blind=blind,
        double=double,
        areas=areas or (),
        doc_types=doc_types or (),
        seed=seed,
        exclude_judged=exclude_judged,
    )
    with project_of(context) as project:
        with progress_of(context) as progress:
            made = plan_sample(project, order, progress, model=model)
        if not dry_run:
            keep_plan(project, made)
    _say_plan(made, stored=not dry_run, as_json=as_json)


def repeat(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of the sample.")],
    share: Annotated[float, typer.Option(help="Of what each coder has judged.")] = 0.1,
    coder: Annotated[str, typer.Option(help="Only this coder.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Ask coders to read some passages again, without a suggestion, to see whether they drift."""
    from annotation.sampling_repeats import add_repeats
    from careatlas.console import say, say_json

    with project_of(context) as project:
        new = add_repeats(project, name, share, coder)
    counts: dict[str, int] = {}
    for row in new:
        counts[row.coder] = counts.get(row.coder, 0) + 1
    if as_json:
        say_json({"sample": name, "repeats": counts})
        return
    for who, count in counts.items():
        say(f"{who}: {count:,} passages to read again, after all else")
    say(f"next: careatlas annotate push {name}" if new else "nothing to repeat: nothing new was judged of this sample")


def samples(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the samples of the project, and how far their coders are."""
    from annotation.sampling import sample_rows
    from careatlas.console import say, say_json, say_table

    with project_of(context) as project:
        rows = sample_rows(project)
    if as_json:
        say_json(rows)
        return
    header = ("sample", "made", "population", "passages", "judged", "readings", "repeats", "model", "coders")
    keys = ("sample", "made_at", "population", "passages", "judged", "readings", "repeats")
    say_table(header, [(*(row[key] for key in keys), row["model"] or "none", ", ".join(row["coders"])) for row in rows])
    if not rows:
        say("no sample was drawn yet: careatlas annotate plan draws one")


def add_to(annotate: typer.Typer) -> None:
    """Add these commands to the group ``annotate``."""
    for command in (plan, repeat, samples):
        annotate.command()(command)


def _say_plan(made: Any, *, stored: bool, as_json: bool) -> None:
    from annotation.sampling_tables import sample_data, sample_facts, sample_tables
    from careatlas.console import say, say_json, say_mapping, say_table

    if as_json:
        say_json({**sample_data(made.sample, made.assignments), "stored": stored})
        return
    say_mapping(sample_facts(made.sample, made.assignments))
    for table in sample_tables(made.sample, made.assignments):
        say()
        say(table.title)
        say_table(table.header, table.rows)
    say()
    say(f"next: careatlas annotate push {made.sample.sample_id}" if stored else "nothing was kept (--dry-run)")
