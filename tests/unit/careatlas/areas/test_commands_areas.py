"""``careatlas areas``: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from careatlas.commands.areas import group
from careatlas.errors import InputError, UsageError

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Return a runner of the commands; errors of ours are raised."""

    def call(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(group, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def plain(result: Result) -> Any:
    return json.loads(result.stdout)


def test_find_says_which_areas_had_a_name(run: Run) -> None:
    result = run("find", "Buckinghamshire")
    assert result.exit_code == 0
    assert "E06000060" in result.stdout
    assert "E10000002" in result.stdout
    dated = plain(run("find", "Buckinghamshire", "--on", "2019", "--json"))
    assert [(area["code"], area["valid_to"]) for area in dated["areas"]] == [("E10000002", "2020-04-01")]


def test_find_proposes_similar_names_with_exit_code_1(run: Run) -> None:
    result = run("find", "Bournmouth")
    assert result.exit_code == 1
    assert "near it" in result.stdout
    assert "E06000028" in result.stdout
    assert run("find", "zzzzqqqq").exit_code == 1


def test_show_says_what_followed_and_what_came_before(run: Run) -> None:
    shown = run("show", "E06000059").stdout
    assert "follows   E07000050 North Dorset on 2019-04-01" in shown
    assert "share not known" in shown
    data = plain(run("show", "E10000006", "--json"))
    assert {one["code"]: one["weight"] for one in data["followed_by"]} == pytest.approx(
        {"E06000063": 177 / 321, "E06000064": 144 / 321}
    )
    assert plain(run("show", "E08000009", "--json"))["member_of"] == ["E47000001"]
    with pytest.raises(UsageError):
        run("show", "E99999999")


def test_convert_says_shares_and_source(run: Run) -> None:
    (found,) = plain(run("convert", "E38000182", "--to", "icb", "--on", "2023-01-01", "--json"))
    assert found["is_split"]
    assert [part["small_areas"] for part in found["parts"]] == [141, 21]
    assert "geographr" in found["source"]
    said = run("convert", "E38000182", "--to", "icb", "--on", "2023-01-01", "--basis", "people-65").stdout
    assert "residents aged 65 and over" in said


def test_a_refused_code_among_others_is_said_and_alone_is_an_error(run: Run) -> None:
    result = run("convert", "E08000009", "E10000009", "--to", "utla", "--on", "2020-01-01")
    assert result.exit_code == 1
    assert "E10000009: refused" in result.stdout
    with pytest.raises(InputError, match="36 ICBs"):
        run("convert", "E08000009", "--to", "icb", "--on", "2026-04-01")


def test_a_table_that_is_not_there_is_no_code(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        run(
            "convert",
            tmp_path / "none.csv",
            "--to",
            "icb",
            "--on",
            "2023-01-01",
            "--value",
            "n",
            "--out",
            tmp_path / "o",
        )


@pytest.mark.parametrize(
    "options", [("--to", "parish"), ("--to", "icb", "--on", "soon"), ("--to", "icb", "--basis", "area"), ("--to", "")]
)
def test_wrong_options_are_refused_with_what_there_is(options: tuple[str, ...], run: Run) -> None:
    with pytest.raises(UsageError) as wrong:
        run("convert", "E08000009", *options)
    assert wrong.value.mend


def test_a_table_is_converted_and_opens_safely_in_a_spreadsheet(run: Run, tmp_path: Path) -> None:
    table, out = tmp_path / "counts.csv", tmp_path / "out.csv"
    table.write_text("Code,year,n\nE38000182,=1+1,162\nE38000001,2021,5\n", encoding="utf-8")
    arguments = ("convert", table, "--to", "icb", "--on", "2023-01-01", "--value", "n", "--by", "year", "--out", out)
    result = run(*arguments)
    assert result.exit_code == 1
    assert "not converted, line 3" in result.stdout
    assert "n: 162 converted (162 of it by shares), 5 not converted" in result.stdout
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [(row["year"], row["area_code"], float(row["n"])) for row in rows] == [
        ("'=1+1", "E54000057", 141.0),
        ("'=1+1", "E54000058", 21.0),
    ]
    data = plain(run(*arguments, "--json"))
    assert (data["areas"], len(data["unconverted"]), len(data["split"])) == (2, 1, 1)
    with pytest.raises(UsageError, match="written to a file"):
        run("convert", table, "--to", "icb", "--value", "n")


def test_check_has_exit_code_1_for_findings_and_0_for_none(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "areas.csv"
    table.write_text("Code,Name\nE06000028,Bournemouth\nE08000009,Trafford\n", encoding="utf-8")
    wrong = run("check", table, "--on", "2024")
    assert wrong.exit_code == 1
    assert "line 2, Code: E06000028 Bournemouth ended on 2019-04-01" in wrong.stdout
    assert "2 rows, 2 with one area, 1 findings" in wrong.stdout
    data = plain(run("check", table, "--on", "2024", "--json"))
    assert [(one["fault"], one["lines"], one["codes"]) for one in data["findings"]] == [("ended", [2], ["E06000058"])]
    assert run("check", table, "--on", "2018").exit_code == 0


def test_what_a_table_says_acts_on_no_terminal(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "areas.csv"
    table.write_text("Name\n\x1b[31mTrafford\n", encoding="utf-8")
    assert "\x1b" not in run("check", table).stdout
