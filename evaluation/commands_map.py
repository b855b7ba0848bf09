"""``careatlas map export`` and ``show``: what is done where and when, by code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.session import JsonOption, project_of

policy_map_commands = typer.Typer(no_args_is_help=True, help="The policy map: area, period and code.")

_CodebookOption = Annotated[str, typer.Option(help="Another codebook than the project's: a name or a file.")]
_CrosswalkOption = Annotated[str, typer.Option(help="Show the codes of this codebook, through the crosswalk to it.")]
_GridOption = Annotated[str, typer.Option(help="financial-year, year, quarter or all.")]
_LevelOption = Annotated[str, typer.Option(help="utla, icb, another level of areas, or as-read.")]
_OnOption = Annotated[str, typer.Option(metavar="DATE", help="The day whose areas are shown; today's without it.")]
_CodeOption = Annotated[list[str] | None, typer.Option("--code", help="Only this code; can be repeated.")]
_StatusOption = Annotated[list[str] | None, typer.Option("--status", help="Only this status; can be repeated.")]
_SettingOption = Annotated[list[str] | None, typer.Option("--setting", help="Only this setting; can be repeated.")]
_ConfirmedOption = Annotated[bool, typer.Option("--confirmed", help="Only what people confirmed or edited.")]
_FromOption = Annotated[str, typer.Option("--from", metavar="DATE", help="Only periods from this day on.")]
_ToOption = Annotated[str, typer.Option("--to", metavar="DATE", help="Only periods up to this day.")]


@policy_map_commands.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="FILE.csv, .parquet or .json; a data dictionary is put beside it.")],
    codebook: _CodebookOption = "",
    crosswalk: _CrosswalkOption = "",
    grid: _GridOption = "financial-year",
    level: _LevelOption = "utla",
    on: _OnOption = "",
    codes: _CodeOption = None,
    statuses: _StatusOption = None,
    settings: _SettingOption = None,
    confirmed: _ConfirmedOption = False,
    first: _FromOption = "",
    last: _ToOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write the map as a table, with its data dictionary."""
    from careatlas.console import say_json
    from evaluation.map_table import write_map

    request = _request(grid, level, on, codes, statuses, settings, first, last, confirmed=confirmed)
    found = _found(context, codebook, crosswalk, request)
    beside = write_map(found, file)
    if as_json:
        say_json({**_summary(found), "file": str(file), "dictionary": str(beside)})
    else:
        _say_summary(found, f"written to {file}, what the columns mean to {beside}")


@policy_map_commands.command()
def show(
    context: typer.Context,
    codebook: _CodebookOption = "",
    crosswalk: _CrosswalkOption = "",
    grid: _GridOption = "financial-year",
    level: _LevelOption = "utla",
    on: _OnOption = "",
    codes: _CodeOption = None,
    statuses: _StatusOption = None,
    settings: _SettingOption = None,
    confirmed: _ConfirmedOption = False,
    first: _FromOption = "",
    last: _ToOption = "",
    period: Annotated[str, typer.Option(help="Name of the period to show (2023/24); the last without it.")] = "",
    picture: Annotated[Path | None, typer.Option(help="Also draw it, as SVG.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show one period of the map: areas of which anything is known, against codes."""
    from careatlas.console import say_json
    from evaluation.map_picture import write_picture
    from evaluation.map_table import row_of
    from evaluation.map_view import chosen_period, of_period

    request = _request(grid, level, on, codes, statuses, settings, first, last, confirmed=confirmed)
    found = of_period(whole := _found(context, codebook, crosswalk, request), chosen_period(whole, period))
    if picture is not None:
        write_picture(found, picture)
    if as_json:
        say_json({**_summary(found), "rows": [row_of(cell) for cell in found.cells]})
    else:
        _say_map(found)


def _request(
    grid: str,
    level: str,
    on: str,
    codes: list[str] | None,
    statuses: list[str] | None,
    settings: list[str] | None,
    first: str,
    last: str,
    *,
    confirmed: bool,
) -> Any:
    from careatlas.areas.area import Level
    from careatlas.identifiers import Code
    from careatlas.initiative import InitiativeStatus
    from evaluation.map_grid import Grid
    from evaluation.policy_map import MapRequest

    return MapRequest(
        grid=_one_of(Grid, grid, "--grid"),
        level=None if level == "as-read" else _one_of(Level, level, "--level", "as-read"),
        on=_day(on, "--on") or datetime.now(UTC).date(),
        codes=tuple(map(Code, codes or ())),
        statuses=tuple(_one_of(InitiativeStatus, one, "--status") for one in statuses or ()),
        settings=tuple(settings or ()),
        confirmed_only=confirmed,
        first=_day(first, "--from"),
        last=_day(last, "--to"),
    )


def _one_of(kind: Any, value: str, option: str, *more: str) -> Any:
    from careatlas.errors import UsageError

    try:
        return kind(value)
    except ValueError:
        known = ", ".join([*map(str, kind), *more])
        raise UsageError(f"{option} cannot be {value!r}", mend=f"one of: {known}") from None


def _day(text: str, option: str) -> date | None:
    from careatlas.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{option} cannot be {text!r}", mend="a date such as 2023-04-01") from None


def _found(context: typer.Context, codebook: str, crosswalk: str, request: Any) -> Any:
    from careatlas.codebook_shelf import find_codebook
    from evaluation.stored_map import stored_map

    with project_of(context) as project:
        book = find_codebook(codebook or project.settings.suggest.codebook, project.root)
        return stored_map(project, book, request, crosswalk=crosswalk)


def _summary(found: Any) -> dict[str, Any]:
    from evaluation.map_table import dictionary_of

    about = dictionary_of(found)
    return {name: about[name] for name in ("codes", "request", "areas", "periods", "rows", "unplaced")}


def _say_summary(found: Any, done: str) -> None:
    from careatlas.console import say

    say(f"{len(found.cells):,} rows ({len(found.areas):,} areas, {len(found.periods):,} periods) {done}")
    _say_unplaced(found)


def _say_map(found: Any) -> None:
    from careatlas.console import say, say_table
    from evaluation.map_view import map_rows

    if not found.periods:
        say("nothing is on the map: no document was read for any period, and no initiative was built")
    else:
        say(f"{found.periods[0].name}: initiatives by area; . = nothing was found, blank = no document was read")
        header, rows = map_rows(found)
        say_table(header, rows)
        say(f"areas of which nothing is known: {len(found.areas) - len(rows):,}")
    _say_unplaced(found)


def _say_unplaced(found: Any) -> None:
    from careatlas.console import say
    from evaluation.map_view import why_unplaced

    for why, count in why_unplaced(found).items():
        say(f"not on the map: {count:,} ({why})")
