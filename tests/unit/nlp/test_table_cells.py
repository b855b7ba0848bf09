"""Cells of a table row that do not say what is done, and what a time in a cell is."""

from __future__ import annotations

import time

import pytest

from nlp.table_cells import CellRole, beside_the_matter, cell_roles, matter

ROW = "Scheme: Bridge Hub: one number; Lead: Joint office; Start date: May 2021; By when: June 2022; Budget: £5"


def test_the_matter_is_left():
    assert matter(ROW) == "Scheme: Bridge Hub: one number"
    assert [ROW[start:end].partition(":")[0] for start, end in beside_the_matter(ROW)] == [
        "Lead", "Start date", "By when", "Budget",
    ]  # fmt: skip


def test_a_row_without_headers_is_all_matter():
    assert matter("Bridge Hub; one number") == "Bridge Hub; one number"
    assert beside_the_matter("Our lead: she") == ()


@pytest.mark.parametrize(
    ("words", "role"),
    [("May 2021", CellRole.START), ("June 2022", CellRole.BY), ("Joint office", None), ("Bridge Hub", None)],
)
def test_the_header_says_what_a_time_is(words, role):
    assert cell_roles(ROW, [ROW.index(words)]) == [role]


def test_an_end_has_a_header_too():
    text = "Scheme: A; End: March 2024"
    assert cell_roles(text, [text.index("March")]) == [CellRole.END]


@pytest.mark.parametrize("rubbish", ["; Lead" * 20_000, "Lead: " * 20_000, "; responsible " * 10_000, ";" * 100_000])
def test_rubbish_takes_no_time(rubbish):
    started = time.perf_counter()
    matter(rubbish)
    assert time.perf_counter() - started < 2.0


def test_many_cells_are_looked_through_once():
    text = "Start: May; Aim: June; " * 4_000
    places = [at for number in range(4_000) for at in (23 * number + 7, 23 * number + 17)]
    begun = time.perf_counter()
    assert cell_roles(text, places) == [CellRole.START, None] * 4_000
    assert time.perf_counter() - begun < 1
