"""What the command line says: data on standard output, the rest on standard error, and nothing that acts."""

from __future__ import annotations

import json
import logging
import unicodedata

import pytest

from careatlas.console import report_error, say, say_json, say_mapping, say_table, set_up_logging
from careatlas.errors import InputError


@pytest.fixture(autouse=True)
def _leave_logging_alone():
    logger = logging.getLogger("careatlas")
    before = logger.handlers, logger.propagate, logger.level
    yield
    logger.handlers, logger.propagate = before[0], before[1]
    logger.setLevel(before[2])


def acting(text: str) -> set[str]:
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) == "Cc"} | (set(text) & set("\u202e\u200f"))


def test_a_line_of_data_goes_to_standard_output(capsys):
    say("one")
    say()
    assert capsys.readouterr() == ("one\n\n", "")


def test_no_hostile_text_acts_on_the_terminal(capsys, hostile_texts):
    for text in hostile_texts:
        say(text)
        say_table(("name", "value"), [(text, text)])
        say_mapping({"name": text})
        say_json({text: text})
        report_error(InputError(text, where=text, mend=text), as_json=False)
    said = capsys.readouterr()
    assert acting(said.out) == set()
    assert acting(said.err) == set()
    assert "\\u001b]0;title" in said.out
    assert "<script>" in said.out


def test_json_on_the_terminal_is_ascii_and_comes_back(capsys, hostile_texts):
    data = {"texts": list(hostile_texts), "nul": "\x00", "half": "\udcff"}
    say_json(data)
    said = capsys.readouterr().out
    assert said.isascii()
    assert json.loads(said) == data


def test_a_table_is_aligned_and_a_row_is_one_line(capsys):
    say_table(("id", "name"), [("d1", "first\nline"), ("d22222", "x")])
    assert capsys.readouterr().out.splitlines() == ["id      name", "d1      first line", "d22222  x"]


def test_a_table_without_rows_is_its_header(capsys):
    say_table(("a", "b"), [])
    assert capsys.readouterr().out == "a  b\n"


def test_named_values_stand_under_each_other(capsys):
    say_mapping({"a": 1, "long": "x"})
    say_mapping({})
    assert capsys.readouterr().out == "a     1\nlong  x\n"


def test_an_error_says_what_where_and_how_to_mend(capsys):
    report_error(InputError("it is wrong", where="row 3", mend="mend it"), as_json=False)
    assert capsys.readouterr() == ("", "error: it is wrong\n  where: row 3\n  mend:  mend it\n")
    report_error(InputError("it is wrong"), as_json=False)
    assert capsys.readouterr() == ("", "error: it is wrong\n")


def test_an_error_as_json_is_one_document_on_standard_output(capsys):
    report_error(InputError("it is wrong"), as_json=True)
    said = capsys.readouterr()
    assert json.loads(said.out)["exit_code"] == 3
    assert said.err == ""


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ({"quiet": False, "verbose": False}, ["info", "warning"]),
        ({"quiet": True, "verbose": False}, ["warning"]),
        ({"quiet": False, "verbose": True}, ["debug", "info", "warning"]),
        ({"quiet": True, "verbose": True}, ["warning"]),
    ],
)
def test_how_much_is_said_is_chosen(capsys, options: dict[str, bool], levels: list[str]):
    set_up_logging(**options, as_json=True)
    log = logging.getLogger("careatlas.part")
    for level in ("debug", "info", "warning"):
        getattr(log, level)("said at %s \x1b[31m", level)
    said = capsys.readouterr()
    assert said.out == ""
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert [line["level"] for line in lines] == levels
    assert all(line["message"].endswith("\x1b[31m") and line["at"].endswith("+00:00") for line in lines)


def test_a_plain_log_line_does_not_act_and_comes_once(capsys):
    for _ in range(3):
        set_up_logging(quiet=False, verbose=False, as_json=False)
    logging.getLogger("careatlas").warning("not added: %s", "\x1b[2J\u202efdp.pdf")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" not added: \\u001b[2J\\u202efdp.pdf")


def test_the_environment_can_ask_for_json(capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAREATLAS_LOG_JSON", "1")
    set_up_logging(quiet=False, verbose=False, as_json=False)
    logging.getLogger("careatlas").info("x")
    assert json.loads(capsys.readouterr().err)["message"] == "x"
