"""Aliases: one small file that is never half written, a history that only grows, and no two movers at once."""

from __future__ import annotations

import json
import threading

import pytest

from careatlas.errors import InputError, StageError, StoreError, UsageError
from models.model_aliases import ALIASES, HISTORY, Alias, ModelAliases, check_alias


@pytest.fixture
def aliases(tmp_path):
    return ModelAliases(tmp_path / "models")


def test_nothing_is_called_anything_at_first(aliases):
    assert aliases.current() == {}
    assert aliases.history() == []
    assert not aliases.root.exists()


def test_an_alias_moves_and_the_history_keeps_both(aliases):
    first = aliases.move("production", "stack-1", by="Ann", why="the first")
    assert aliases.current() == {"production": first}
    aliases.move("candidate", "stack-2", by="Bo", why="to look at")
    second = aliases.move("production", "stack-2", by="Bo", why="better", instead_of="stack-1", forced=False)
    assert (
        aliases.current()["production"]
        == second
        == Alias(model_id="stack-2", since=second.since, by="Bo", why="better")
    )
    assert set(aliases.current()) == {"production", "candidate"}
    told = [(row["alias"], row["instead_of"], row["model_id"], row["by"]) for row in aliases.history()]
    assert told == [
        ("production", "", "stack-1", "Ann"),
        ("candidate", "", "stack-2", "Bo"),
        ("production", "stack-1", "stack-2", "Bo"),
    ]
    assert aliases.history()[-1]["forced"] is False


def test_times_are_utc(aliases):
    assert aliases.move("production", "stack-1", by="Ann", why="").since.endswith("+00:00")


def test_who_decided_against_another_model_is_refused(aliases):
    aliases.move("production", "stack-1", by="Ann", why="")
    with pytest.raises(StageError, match="moved to stack-1 meanwhile, by Ann"):
        aliases.move("production", "stack-2", by="Bo", why="")
    with pytest.raises(StageError):
        aliases.move("production", "stack-2", by="Bo", why="", instead_of="stack-0")
    assert aliases.current()["production"].model_id == "stack-1"
    assert len(aliases.history()) == 1


def test_of_many_at_once_exactly_one_moves_it(aliases):
    outcomes = []

    def move(number):
        try:
            aliases.move("production", f"stack-{number}", by="", why="")
            outcomes.append(number)
        except StageError:
            outcomes.append(None)

    threads = [threading.Thread(target=move, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (winner,) = [number for number in outcomes if number is not None]
    assert len(outcomes) == 8
    assert aliases.current()["production"].model_id == f"stack-{winner}"
    assert len(aliases.history()) == 1


@pytest.mark.parametrize(
    "name", ["", "Production", "shipped", "a b", "../x", "a/b", "1", "-a", "a" * 33, "a\n", "prod\u202e", "a.json"]
)
def test_what_cannot_be_an_alias(aliases, name):
    with pytest.raises(UsageError, match="cannot be an alias") as caught:
        check_alias(name)
    assert str(caught.value).isascii()
    with pytest.raises(UsageError):
        aliases.move(name, "stack-1", by="", why="")
    assert not aliases.root.exists()


@pytest.mark.parametrize("name", ["production", "a", "a" * 32, "candidate-2"])
def test_what_can_be_an_alias(name):
    check_alias(name)


def test_hostile_names_and_reasons_come_back_as_they_went_in(aliases, hostile_texts):
    present = ""
    for number, text in enumerate(hostile_texts):
        aliases.move("production", f"stack-{number}", by=text, why=text, instead_of=present)
        present = f"stack-{number}"
        assert aliases.current()["production"].by == text
    assert [row["why"] for row in aliases.history()] == list(hostile_texts)
    lines = (aliases.root / HISTORY).read_bytes().splitlines()
    assert len(lines) == len(hostile_texts)
    assert all(line.isascii() and b"\x1b" not in line for line in lines)


def test_half_of_a_surrogate_pair_is_kept_too(aliases):
    aliases.move("production", "stack-1", by="\ud800", why="")
    assert aliases.current()["production"].by == "\ud800"


def test_a_reason_without_end_is_cut(aliases):
    assert len(aliases.move("production", "stack-1", by="", why="x" * 10**6).why) == 2_000


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "1",
        '{"production": 1}',
        '{"production": {}}',
        '{"production": {"model_id": 1}}',
        '{"production": {"model_id": "x", "since": 1, "by": "", "why": ""}}',
        '{"production": {"model_id": "x", "since": "", "by": "", "why": "", "more": ""}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_holds_no_aliases_is_named(aliases, content):
    aliases.root.mkdir()
    (aliases.root / ALIASES).write_text(content)
    with pytest.raises(InputError, match="no file of aliases") as caught:
        aliases.current()
    assert caught.value.where.endswith(ALIASES)
    with pytest.raises(InputError):
        aliases.move("production", "stack-1", by="", why="")
    assert (aliases.root / ALIASES).read_text() == content


def test_a_last_line_that_was_cut_off_does_not_count_and_is_written_over(aliases):
    aliases.move("production", "stack-1", by="Ann", why="")
    path = aliases.root / HISTORY
    path.write_bytes(path.read_bytes() + b'{"event": "prom')
    assert [row["model_id"] for row in aliases.history()] == ["stack-1"]
    aliases.move("production", "stack-2", by="Bo", why="", instead_of="stack-1")
    assert [row["model_id"] for row in aliases.history()] == ["stack-1", "stack-2"]


@pytest.mark.parametrize("line", ["{", "1", "{}", '{"event": "added"}', '{"event": 1, "model_id": "x"}'])
def test_a_wrong_line_of_the_history_is_named(aliases, line):
    aliases.move("production", "stack-1", by="Ann", why="")
    path = aliases.root / HISTORY
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match="line 2 is no event"):
        aliases.history()


def test_a_crash_between_history_and_aliases_leaves_the_old_alias(aliases, monkeypatch):
    aliases.move("production", "stack-1", by="Ann", why="")

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ModelAliases, "_write", crash)
    with pytest.raises(KeyboardInterrupt):
        aliases.move("production", "stack-2", by="Bo", why="", instead_of="stack-1")
    monkeypatch.undo()
    assert aliases.current()["production"].model_id == "stack-1"
    aliases.move("production", "stack-2", by="Bo", why="", instead_of="stack-1")  # the lock was given back
    assert json.loads((aliases.root / ALIASES).read_text())["production"]["model_id"] == "stack-2"


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    aliases = ModelAliases(tmp_path / "file" / "models")
    assert aliases.current() == {}
    with pytest.raises(StoreError, match="cannot be written"):
        aliases.move("production", "stack-1", by="", why="")
