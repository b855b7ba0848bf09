"""From a plan to agreement as a user does it: drawn, sent, corrected by clicks in a browser, brought home, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotation.server_call import called
from careatlas.identifiers import ModelId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.project import open_project
from careatlas.store import judgements
from tests.e2e.conftest import make_pdf, make_project
from tests.label_studio import CODER_PASSWORD, RunningServer

pytestmark = pytest.mark.e2e

CLICKS, CALLS = "clicks@example.org", "calls@example.org"
READY = 60_000  # ms

Run = Callable[..., Any]


@pytest.fixture
def run(label_studio: RunningServer, tmp_path: Path) -> Run:
    """Give ``run(*words, code=0)``: a command on a project whose model suggests one code for one passage."""
    make_pdf(tmp_path / "plan.pdf")
    make_project(tmp_path / "project", tmp_path / "plan.pdf")
    settings = {
        "CAREATLAS_PROJECT": str(tmp_path / "project"),
        "CAREATLAS_LABELSTUDIO__URL": label_studio.url,
        "CAREATLAS_LABELSTUDIO__TOKEN": label_studio.token,
    }

    def start(*words: str, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "careatlas", "-q", *words, "--json"],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    return start


def test_a_correction_by_clicks_reaches_the_store_and_the_agreement(
    label_studio: RunningServer, browser: Any, run: Run, tmp_path: Path, artefacts: Path
) -> None:
    label_studio.make_user(CLICKS)
    token = label_studio.make_user(CALLS)
    plan = ("--size", "1", "--coders", f"{CLICKS},{CALLS}", "--random", "1", "--strata", "none")
    run("annotate", "plan", "first", *plan, "--double", "1", "--blind", "0")
    pushed = run("annotate", "push", "first")
    addresses = {one["coder"]: one["address"] for one in pushed["coders"]}

    _correct_by_clicks(browser, label_studio.url, addresses[CLICKS], artefacts)
    _accept_by_call(label_studio.url, token, int(addresses[CALLS].rpartition("/")[2]))
    pulled = run("annotate", "pull", "first")
    assert (pulled["kept"], pulled["quarantined"]) == (2, 0)
    assert run("annotate", "pull", "first")["kept"] == 0

    rows = _judgements(tmp_path / "project")
    assert len(rows) == 2 * 15  # every code of the codebook, by both
    assert {(row.drawn_by, row.inclusion_probability, row.shown_model_id) for row in rows if row.shown_model_id} == {
        ("first", 1.0, ModelId("by-hand"))
    }
    said = {(row.person, row.code): row for row in rows}
    assert _what(said[CLICKS, "discharge"]) == (Verdict.ABSENT, Origin.CHANGED, 0.8)
    assert _what(said[CLICKS, "primary-care"]) == (Verdict.PRESENT, Origin.CHANGED, 0.2)
    assert _what(said[CLICKS, "digital-data"]) == (Verdict.ABSENT, Origin.MANUAL, None)
    assert _what(said[CALLS, "discharge"]) == (Verdict.PRESENT, Origin.ACCEPTED, 0.8)
    assert all(row.seconds and row.seconds > 0 for row in rows if row.person == CLICKS)

    measured = run("agreement")
    assert measured["between"]["passages"] == 1
    assert set(measured["answers"]) == {CLICKS, CALLS}


def _correct_by_clicks(browser: Any, server: str, project: str, artefacts: Path) -> None:
    context = browser.new_context(viewport={"width": 1680, "height": 1050}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{server}/user/login")
    page.fill("input[name=email]", CLICKS)
    page.fill("input[name=password]", CODER_PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url)
    page.goto(f"{project}/data?labeling=1")
    page.wait_for_selector(".ca-passage >> text=joint discharge team", timeout=READY)
    page.wait_for_selector("button[name=submit]", timeout=READY)
    assert page.is_checked("input[name=discharge]")
    page.click("label:has(input[name=discharge])")
    page.click("label:has(input[name=primary-care])")
    page.screenshot(path=artefacts / "annotation-by-clicks.png")
    with page.expect_response(
        lambda found: "/annotations" in found.url and found.request.method == "POST", timeout=READY
    ) as caught:
        page.click("button[name=submit]")
    assert caught.value.status == 201
    context.close()


def _accept_by_call(url: str, token: str, project: int) -> None:
    from annotation.server_access import Access

    access = Access(url=url, token=token)
    (task,) = called(access, f"/api/tasks?project={project}&fields=all")["tasks"]
    result = [one for made in task["predictions"] for one in made["result"] if one["from_name"] == "codes"]
    assert result
    called(access, f"/api/tasks/{task['id']}/annotations/", method="POST", data={"result": result, "lead_time": 3.5})


def _judgements(root: Path) -> list[Judgement]:
    with open_project(root) as project, project.store.read() as connection:
        names = judgements.judged_passages(connection, "care-home-integration", "first")
        return judgements.of_passages(connection, names)


def _what(row: Judgement) -> tuple[Verdict, Origin, float | None]:
    return row.verdict, row.origin, row.shown_probability
