"""``careatlas areas find|show|convert|check``: the dated geography of England."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.session import JsonOption

OnOption = Annotated[str, typer.Option("--on", help="The day that is meant: 2023-04-01, 2023-04, 2023/24.")]
LevelOption = Annotated[str, typer.Option("--level", help="Only utla, ltla, region, ccg, stp, sub-icb or icb.")]
CodeColumn = Annotated[list[str] | None, typer.Option("--code-column", help="A column of codes.")]
NameColumn = Annotated[list[str] | None, typer.Option("--name-column", help="A column of names.")]
DateColumn = Annotated[str, typer.Option("--date-column", help="The column that says of which time a row is.")]

group = typer.Typer(no_args_is_help=True, help="Areas of England: codes, names, what became of them, conversions.")


@group.command()
def find(
    words: Annotated[list[str], typer.Argument(help="A name, or words of one.")],
    on: OnOption = "",
    level: LevelOption = "",
    limit: Annotated[int, typer.Option(min=1, help="How many similar names.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Find areas by name; similar ones where none has that name (exit code 1)."""
    from careatlas.areas.area_register import area_register
    from careatlas.areas.area_report import asked_day, asked_level, plain_area
    from careatlas.console import say, say_json, say_table

    register, asked = area_register(), " ".join(words)
    exact = register.named(asked, asked_day(on), asked_level(level))
    found = exact or register.near(asked, limit)
    if as_json:
        say_json({"exact": bool(exact), "areas": [plain_area(area) for area in found]})
    else:
        if not exact:
            say(f"no area has the name {asked!r}" + ("; near it:" if found else ""))
        if found:
            rows = [(area.code, area.kind, area.years, area.name) for area in found]
            say_table(("code", "kind", "in force", "name"), rows)
    raise typer.Exit(0 if exact else 1)


@group.command()
def show(code: Annotated[str, typer.Argument(help="A code.")], as_json: JsonOption = False) -> None:
    """Show what is known of a code: its area, its days, what it followed and what followed it."""
    from careatlas.areas.area_register import area_register
    from careatlas.areas.area_report import area_lines, plain_area, plain_relations
    from careatlas.console import say, say_json

    register = area_register()
    register.get(code)
    if as_json:
        say_json({"areas": [plain_area(area) for area in register.all_of(code)], **plain_relations(code, register)})
        return
    for line in area_lines(code, register):
        say(line)


@group.command()
def convert(
    targets: Annotated[list[str], typer.Argument(help="Codes, or one CSV table of counts.")],
    to: Annotated[str, typer.Option("--to", help="utla, ltla, region, ccg, stp, sub-icb or icb.")],
    on: OnOption = "",
    basis: Annotated[str, typer.Option(help="What shares count: small-areas or people-65.")] = "small-areas",
    value: Annotated[list[str] | None, typer.Option("--value", help="Of a table: a column of counts.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Of a table: a column to keep apart.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Of a table: the CSV file to write.")] = None,
    code_column: CodeColumn = None,
    name_column: NameColumn = None,
    date_column: DateColumn = "",
    as_json: JsonOption = False,
) -> None:
    """Say what areas are on another level on a day, or bring a table of counts there. Exit code 1 if any cannot be."""
    from careatlas.areas.convert_areas import TableAsked, conversion_asked, convert_codes, convert_table

    asked = conversion_asked(to, on, basis)
    if len(targets) == 1 and (value or out or Path(targets[0]).is_file()):
        table = TableAsked(
            path=Path(targets[0]),
            values=tuple(value or ()),
            groups=tuple(by or ()),
            out=out,
            codes=tuple(code_column or ()),
            names=tuple(name_column or ()),
            dates=date_column,
        )
        raise typer.Exit(convert_table(table, asked, as_json=as_json))
    raise typer.Exit(convert_codes(targets, asked, as_json=as_json))


@group.command()
def check(
    file: Annotated[Path, typer.Argument(help="A CSV table with codes or names of areas.")],
    on: OnOption = "",
    level: LevelOption = "",
    code_column: CodeColumn = None,
    name_column: NameColumn = None,
    date_column: DateColumn = "",
    as_json: JsonOption = False,
) -> None:
    """Check the areas of a table before it is joined: unknown, ended, ambiguous. Exit code 1 if anything is found."""
    from careatlas.areas.area_check import check_areas
    from careatlas.areas.area_report import asked_day, asked_level, check_lines, plain_check
    from careatlas.areas.area_table import read_area_table
    from careatlas.console import say, say_json

    table = read_area_table(file, codes=code_column or (), names=name_column or (), dates=date_column)
    found = check_areas(table, asked_day(on), asked_level(level))
    if as_json:
        say_json({"file": str(file), "columns": [*table.code_columns, *table.name_columns], **plain_check(found)})
    else:
        for line in check_lines(found):
            say(line)
    raise typer.Exit(1 if found.findings else 0)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(group, name="areas")
