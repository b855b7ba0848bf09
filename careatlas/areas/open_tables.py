"""The open tables that the package tables are made from, as they lie in a folder."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from careatlas.errors import InputError

Row = dict[str, str]
ENGLAND = "E92000001"
VINTAGES = range(2016, 2025)  # of lower-tier codes
UPPER_VINTAGES = (2019, 2020, 2021, 2023)
_APRIL = 4  # councils and health bodies begin and end on 1 April, and a vintage is that of April or later


def april(year: int) -> date:
    """Return 1 April of a year."""
    return date(year, _APRIL, 1)


class OpenTables:
    """The folder of open tables.

    Parameters
    ----------
    folder : Path
        Holds ``lookup_ltla_ltla.csv`` and the others named in ``SOURCES.md``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table.

        Raises
        ------
        InputError
            If the table is not there.
        """
        path = self.folder / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file))
        except OSError as error:
            raise InputError(f"an open table is missing: {error.strerror}", where=str(path)) from error

    def pairs(self, name: str, first: str, second: str) -> dict[str, str]:
        """Return two columns as a mapping, English codes only where the first is a code."""
        return {row[first]: row[second] for row in self.rows(name) if row[first].startswith("E")}

    def district_names(self) -> dict[int, dict[str, str]]:
        """Return the names of the lower-tier areas of England by vintage and code."""
        rows = self.rows("lookup_ltla_ltla.csv")
        return {year: _vintage(rows, f"ltla{year % 100}_code", f"ltla{year % 100}_name") for year in VINTAGES}

    def upper_tier(self) -> dict[int, tuple[dict[str, str], dict[str, str]]]:
        """Return, by vintage, names of upper-tier areas by code and the upper-tier code of each lower-tier one."""
        found = {}
        for year in UPPER_VINTAGES:
            short = year % 100
            rows = self.rows(f"lookup_ltla{short}_utla{short}.csv")
            names = _vintage(rows, f"utla{short}_code", f"utla{short}_name")
            found[year] = (names, _vintage(rows, f"ltla{short}_code", f"utla{short}_code"))
        return found

    def councils(self) -> dict[str, Row]:
        """Return the English councils of the mySociety table by code."""
        rows = self.rows("mysociety_uk_local_authorities_current.csv")
        return {row["gss-code"]: row for row in rows if row["nation"] == "England" and row["gss-code"]}


def first_day_after(text: str) -> date | None:
    """Return the first day without a council; the table has its last day in some rows and the next one in others."""
    if not text:
        return None
    day = date.fromisoformat(text)
    return day if day.day == 1 else day + timedelta(days=1)


def _vintage(rows: list[Row], code: str, value: str) -> dict[str, str]:
    return {row[code]: row[value] for row in rows if row[code].startswith("E")}
