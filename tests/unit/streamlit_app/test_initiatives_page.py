"""The list of initiatives without a browser: filters of the address, rows, files, and what is no more."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from careatlas.identifiers import DocumentId
from careatlas.initiative import Initiative
from careatlas.initiative_reviewing import confirmed, kept, rejected
from careatlas.initiatives_now import initiatives_now
from careatlas.judgement import Verdict
from careatlas.project import open_project
from careatlas.store import judgements, passages
from streamlit_app.initiatives_page import _csv, _json
from tests.made_initiatives import NOON, judgement
from tests.made_initiatives_app import BOOK, HOSTILE_TITLE, fill_initiatives

App = Any
Start = Callable[..., App]


@pytest.fixture
def made(root: Path) -> dict[str, Initiative]:
    with open_project(root) as project:
        return fill_initiatives(project)


def titles(app: App) -> list[str]:
    return [row[0]["text"] for table in app.parts("rowtable") if table["header"][0] == "Initiative"
            and "Since" in table["header"] for row in table["rows"]]  # fmt: skip


def decide(root: Path, name: str, act: Any) -> None:
    with open_project(root) as project:
        one = next(o for o in initiatives_now(project.store, BOOK).initiatives if o.initiative.initiative_id == name)
        kept(project.store, BOOK, act(one, "Ada", NOON))


def test_a_project_without_initiatives_says_how_to_build_them(app_of: Start) -> None:
    app = app_of()
    app.open("initiatives")
    assert "careatlas initiatives build" in app.words()
    assert not app.parts("rowtable")


def test_rows_lead_to_the_page_of_one(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of()
    app.open("initiatives")
    (table,) = app.parts("rowtable")
    rows = {row[0]["text"]: row for row in table["rows"]}
    assert set(rows) == {"Home team", "Weekly round", HOSTILE_TITLE}
    team = rows["Home team"]
    assert team[0]["href"] == "initiative?id=iteam"
    assert [cell["text"] for cell in team[1:]] == [
        "Manchester", "2023-04 (month)", "in-place", "Discharge from hospital", "machine, not checked", "2", "1",
    ]  # fmt: skip
    assert table["caption"].startswith("1 to 3 of 3: 0 confirmed")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"area": "E08000003"}, {"Home team", "Weekly round"}),
        ({"area": "E12000002"}, {"Home team", "Weekly round"}),  # the region that Manchester lies in
        ({"area": "none"}, {HOSTILE_TITLE}),
        ({"code": "primary-care"}, {"Weekly round"}),
        ({"status": "planned"}, {"Weekly round", HOSTILE_TITLE}),
        ({"setting": "care-home"}, {"Weekly round"}),
        ({"provenance": "machine"}, {"Home team", "Weekly round", HOSTILE_TITLE}),
        ({"words": "ROUND weekly"}, {"Weekly round"}),
        ({"words": "<img"}, {HOSTILE_TITLE}),
        ({"area": "E08000003", "code": "discharge", "status": "in-place"}, {"Home team"}),
        ({"period": "2023/24", "status": "in-place"}, {"Home team"}),
        ({"period": "2023/24"}, {"Home team", "Weekly round"}),  # the third has no date
        ({"period": "2023/24", "status": "stopped"}, set()),
    ],
)
def test_filters_of_the_address(
    app_of: Start, made: dict[str, Initiative], query: dict[str, str], found: set[str]
) -> None:
    app = app_of()
    app.open("initiatives", **query)
    assert set(titles(app)) == found
    assert bool(found) != ("No initiative passes" in app.words())


def test_a_stale_filter_is_said_and_left_out(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of()
    app.open("initiatives", area="E99999999", provenance="nobody", code="[x](javascript:1)")
    words = app.words()
    assert words.count("which is not in this project") == 3
    assert "[x](" not in words
    assert len(titles(app)) == 3


def test_choosing_keeps_the_value_in_the_address(app_of: Start, made: dict[str, Initiative]) -> None:
    app = app_of()
    test = app.open("initiatives")
    test.selectbox(key="chosen-code").select("primary-care").run()
    assert test.query_params["code"] == "primary-care"
    assert titles(app) == ["Weekly round"]
    test.selectbox(key="chosen-code").select("").run()
    assert "code" not in test.query_params


def test_who_says_so_is_a_filter(app_of: Start, root: Path, made: dict[str, Initiative]) -> None:
    decide(root, "iteam", confirmed)
    decide(root, "iround", rejected)
    app = app_of()
    app.open("initiatives", provenance="confirmed")
    (table,) = app.parts("rowtable")
    assert [row[5]["text"] for row in table["rows"]] == ["confirmed by Ada, 2025-03-01"]
    app.open("initiatives", provenance="rejected")
    assert titles(app) == ["Weekly round"]


def test_fifty_a_page(app_of: Start, root: Path) -> None:
    with open_project(root) as project:
        fill_initiatives(project, copies=60)
    app = app_of()
    app.open("initiatives", list="2")
    assert len(titles(app)) == 13
    assert app.parts("rowtable")[0]["caption"].startswith("51 to 63 of 63")


def test_files_hold_what_is_filtered_and_no_formula(root: Path, made: dict[str, Initiative]) -> None:
    with open_project(root) as project:
        found = initiatives_now(project.store, BOOK).initiatives
        rows = list(csv.DictReader(io.StringIO(_csv(project, found).decode("utf-8-sig"))))
        plain = json.loads(_json(project, found))
    by_name = {row["initiative_id"]: row for row in rows}
    team = by_name["iteam"]
    assert len(team["passage_ids"].split()) == len(team["pages"].split()) == len(team["documents"].split()) == 2
    assert team["pages"] == "1 2"
    assert (team["start"], team["precision"], team["codes"], team["provenance"]) == (
        "2023-04-01", "month", "discharge", "machine",
    )  # fmt: skip
    assert by_name["ihostile"]["title"] == f"'{HOSTILE_TITLE}"
    assert by_name["ihostile"]["pages"] == "?"
    parts = next(row for row in plain if row["initiative_id"] == "iteam")["evidence"]
    assert [part["page"] for part in parts] == [1, 2]
    assert parts[0]["spans"][0]["words"] == "joint discharge team"


def test_what_is_no_more_is_listed_with_the_reason(
    app_of: Start, root: Path, first: DocumentId, made: dict[str, Initiative]
) -> None:
    decide(root, "iround", confirmed)
    with open_project(root) as project, project.store.write() as connection:
        name = made["iround"].evidence[0].passage_id
        (passage,) = passages.now(connection, [name])
        judgements.append(connection, judgement(name, Verdict.NOTHING_HERE, 60), passage)
    app = app_of()
    test = app.open("initiatives")
    assert "Weekly round" not in titles(app)
    assert [one.label for one in test.expander] == ["Initiatives of which no evidence is left (1)"]
    gone = next(table for table in app.parts("rowtable") if table["header"][1] == "Why")
    assert gone["rows"][0][0]["href"] == "initiative?id=iround"
    assert "ann read the passage and found nothing in it" in gone["rows"][0][1]["text"]
    assert "confirmed" in gone["rows"][0][4]["text"]
