"""Rows of other tools: what they say is taken, what they leave open is refused, blank is not negative."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.coded_row import CodedRow, coded_row
from annotation.label_mapping import LabelMapping, Saying
from annotation.outside_table import RowError, TableRow
from careatlas.codebook_file import shipped
from careatlas.judgement import Verdict

BOOK = shipped("care-home-integration")
NOW = datetime(2025, 10, 1, tzinfo=UTC)
NO_SAYING = Saying(column="", words=frozenset())
LIST = LabelMapping(
    path=Path("map.toml"),
    complete=True,
    codebook="",
    sample="",
    constant_person="",
    delimiter=",",
    encoding="utf-8",
    passage="id",
    document="",
    text="",
    person="who",
    codes="labels",
    date="",
    seconds="",
    note="",
    separator=";",
    date_format="",
    zone=UTC,
    seconds_unit=1.0,
    labels={"gp round": "primary-care", "leaving": "discharge"},
    code_columns={},
    ignored=frozenset({"background"}),
    yes=frozenset({"1"}),
    no=frozenset({"0"}),
    nothing=Saying(column="labels", words=frozenset({"none"})),
    unsure=Saying(column="sure", words=frozenset({"no"})),
    skip=Saying(column="answer", words=frozenset({"ignore"})),
    attributes={"status": ("Status", {"running": "in-place"})},
)
GRID = replace(
    LIST,
    codes="",
    nothing=NO_SAYING,
    code_columns={"GP": "primary-care", "Leaving": "discharge", "Leaving too": "discharge"},
)
ALL = dict.fromkeys((code.id for code in BOOK.codes), "absent")


def read(mapping: LabelMapping = LIST, coder: str = "", **cells: object) -> CodedRow:
    named = {name.replace("_", " "): cell for name, cell in cells.items()}
    row = TableRow(number=1, cells={"id": "p1", "who": "ann", **named})
    return coded_row(row, mapping, BOOK, NOW, coder)


def said(mapping: LabelMapping = LIST, **cells: object) -> dict[str, str]:
    return {code: verdict.value for code, verdict in read(mapping, **cells).verdicts.items()}


# --- one column of labels


@pytest.mark.parametrize(
    "labels",
    ["GP round; Leaving", "leaving;GP  ROUND;", "primary-care;discharge;Background", ("GP round", "discharge")],
)
def test_labels_and_codes_in_one_column(labels: object) -> None:
    assert said(labels=labels) == ALL | {"primary-care": "present", "discharge": "present"}


def test_not_sure_is_of_all_codes_given() -> None:
    assert said(labels="leaving", sure="No") == ALL | {"discharge": "unsure"}


def test_nothing_here_has_to_be_said() -> None:
    assert said(labels="None") == said(labels=("none",)) == {"": "nothing-here"}
    for labels in ("", " ; ", (), "Background"):
        with pytest.raises(RowError, match="no code is given"):
            read(labels=labels)


def test_an_empty_cell_is_nothing_where_the_mapping_says_so() -> None:
    mapping = replace(LIST, nothing=Saying(column="labels", words=frozenset({"", "none"})))
    for labels in ("", (), " ; "):
        assert said(mapping, labels=labels) == {"": "nothing-here"}
    assert said(mapping, labels="leaving;")["discharge"] == "present"


def test_nothing_here_excludes_everything_else() -> None:
    for cells in ({"labels": "none;leaving"}, {"labels": "none", "sure": "no"}):
        with pytest.raises(RowError, match="'nothing here' is said together with"):
            read(**cells)


def test_a_label_that_nobody_knows_is_refused() -> None:
    with pytest.raises(RowError, match="the label 'Roofs' is neither in the mapping nor a code"):
        read(labels="leaving;Roofs")


def test_what_was_not_read_against_the_whole_codebook_leaves_the_rest_unknown() -> None:
    mapping = replace(LIST, complete=False)
    assert said(mapping, labels="leaving") == {"discharge": "present"}
    with pytest.raises(RowError, match="no code is given"):
        read(mapping, labels="")


# --- one column per code


def test_columns_of_codes() -> None:
    assert said(GRID, GP="1", Leaving="0") == ALL | {"primary-care": "present"}
    assert said(GRID, GP="", Leaving="1", Leaving_too="0") == ALL | {"discharge": "present"}
    assert said(replace(GRID, complete=False), GP="1", Leaving="0") == {
        "primary-care": "present",
        "discharge": "absent",
    }
    assert said(replace(GRID, complete=False), GP="0") == {"primary-care": "absent"}


def test_no_in_every_column_is_nothing_here_and_blank_is_not() -> None:
    assert said(GRID, GP="0", Leaving="0") == {"": "nothing-here"}
    for cells in ({"GP": "0"}, {"GP": ""}, {}):
        with pytest.raises(RowError, match="no code is given"):
            read(GRID, **cells)
    twice = replace(GRID, code_columns={"Leaving": "discharge", "Leaving too": "discharge"})
    assert said(twice, Leaving="1", Leaving_too="0")["discharge"] == "present"
    blank = replace(GRID, no=frozenset({"0", ""}))
    assert said(blank, GP="") == {"": "nothing-here"}


def test_a_word_that_means_neither_is_refused() -> None:
    with pytest.raises(RowError, match="'GP': 'perhaps' means neither yes nor no"):
        read(GRID, GP="perhaps")


# --- beside the codes


def test_who_said_it() -> None:
    assert read(labels="leaving", who="  Ann   Lee ").person == "Ann Lee"
    assert read(labels="leaving", coder="bob").person == "bob"
    assert read(replace(LIST, constant_person="cat"), labels="leaving").person == "cat"
    for cells, why in (
        ({"who": " "}, "nobody is named"),
        ({"who": "a" * 201}, "more than 200"),
        ({"who": ("a",)}, "a list"),
    ):
        with pytest.raises(RowError, match=why):
            read(labels="leaving", **cells)


def test_attributes_and_their_words() -> None:
    assert read(labels="leaving", Status="Running").attributes == {"status": "in-place"}
    assert read(labels="leaving", Status="planned").attributes == {"status": "planned"}
    assert read(labels="leaving").attributes == {}
    with pytest.raises(RowError, match="status: 'Finished' is none of its values"):
        read(labels="leaving", Status="Finished")


def test_what_was_skipped_says_nothing() -> None:
    found = read(labels="leaving", answer="Ignore", Status="planned")
    assert (found.skipped, found.verdicts, found.attributes) == (True, {}, {})


@pytest.mark.parametrize(("seconds", "unit", "found"), [("12.5", 1.0, 12.5), ("1500", 0.001, 1.5), ("", 1.0, None)])
def test_lengths_of_time(seconds: str, unit: float, found: float | None) -> None:
    assert read(replace(LIST, seconds="t", seconds_unit=unit), labels="leaving", t=seconds).seconds == found


@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "soon", "1,234", "1e9"])
def test_what_is_no_length_of_time_is_refused(seconds: str) -> None:
    with pytest.raises(RowError, match="no length of time"):
        read(replace(LIST, seconds="t"), labels="leaving", t=seconds)


def test_when_it_was_said() -> None:
    mapping = replace(LIST, date="when")
    assert read(mapping, labels="leaving", when="2025-09-17").made_at == datetime(2025, 9, 17, tzinfo=UTC)
    assert read(LIST, labels="leaving").made_at is None
    ahead = (NOW + timedelta(days=2)).isoformat()
    for when, why in (
        ("", "is not a time"),
        ("17/9/25", "is not a time"),
        (ahead, "in the future"),
        ("1970-01-01", "before 2000"),
    ):
        with pytest.raises(RowError, match=why):
            read(mapping, labels="leaving", when=when)


def test_a_row_without_a_passage_or_with_a_problem_is_refused() -> None:
    with pytest.raises(RowError, match="no passage is named"):
        read(labels="leaving", id="")
    with pytest.raises(RowError, match="the line is not JSON"):
        coded_row(TableRow(number=1, cells={}, problem="the line is not JSON"), LIST, BOOK, NOW)
    with pytest.raises(RowError, match="the note has 2,001 characters"):
        read(replace(LIST, note="n"), labels="leaving", n="x" * 2_001)


@given(st.lists(st.sampled_from([code.id for code in BOOK.codes]), unique=True, min_size=1))
def test_whatever_is_given_every_code_gets_one_verdict(codes: list[str]) -> None:
    found = read(labels=";".join(codes)).verdicts
    assert set(found) == set(ALL)
    assert {code for code, verdict in found.items() if verdict is Verdict.PRESENT} == set(codes)
