"""The words and exit codes of ``careatlas annotate push``, ``pull``, ``status`` and ``quarantine``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from annotation.commands_sync import add_to
from annotation.sample_codebook import sample_codebook
from annotation.server_access import Access
from annotation.sync_status import sync_status
from careatlas.commands.session import Session
from careatlas.errors import UsageError


@pytest.fixture
def run(work: Any, studio: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return ``run("push", ...)``, which gives the exit code and what was said."""
    access = Access(url=studio.url, token="t")
    for module in ("sync_orders", "sync_status"):
        monkeypatch.setattr(f"annotation.{module}.LabelStudio", lambda _: studio)
    monkeypatch.setattr("annotation.sync_orders.access_of", lambda _: access)
    monkeypatch.setattr("annotation.server_access.access_of", lambda _: access)
    studio.close = lambda: None
    app = typer.Typer()
    add_to(app)
    session = Session(project_dir=project.root, quiet=True, verbose=False, log_json=False)

    def say(*words: str) -> Any:
        done = CliRunner().invoke(app, list(words), obj=session)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return say


def test_a_push_says_what_it_sent(run):
    done = run("push")
    assert done.exit_code == 0
    assert "ann: 12 of 12 tasks sent now" in done.output
    assert "no page images" in done.output
    done = run("push", "spring", "--json")
    assert json.loads(done.output)["coders"][1] == json.loads(done.output)["coders"][1] | {"coder": "bob", "sent": 0}


def test_trouble_is_exit_code_1_with_the_way_out(run, work, studio):
    run("push")
    studio.delete_task(work.numbers("ann")[0])
    studio.projects_there[work.project_of("bob")]["label_config"] = "<View/>"
    done = run("push")
    assert done.exit_code == 1
    assert "1 were taken away on the server: push --check" in done.output
    assert "NOTHING SENT" in done.output
    assert run("pull").exit_code == 1
    assert "screen of bob was changed" in run("pull").output
    assert run("push", "--check", "--restore-config").exit_code == 0


def test_a_pull_says_what_it_found(run, work, studio, made):
    run("push")
    studio.answer(work.numbers("ann")[0], made.result_of(made.CODE[0]))
    done = run("pull", "spring")
    assert done.exit_code == 0
    assert f"1 new answers, 0 changed ones, {len(made.CODE)} judgements added" in done.output
    assert json.loads(run("pull", "--json").output)["answers"] == 0


def test_quarantine_lists_each_with_its_reason(run, work, studio, made):
    run("push")
    assert "nothing is in quarantine" in run("quarantine").output
    number = studio.answer(work.numbers("ann")[0], [{"from_name": "nobody"}])
    assert run("pull").exit_code == 1
    said = run("quarantine").output
    assert "ann" in said
    assert work.passages[0].passage_id in said
    assert "'nobody'" in said
    (row,) = json.loads(run("quarantine", "--json").output)
    assert (row["key"], json.loads(row["content"])["result"]) == (str(number), [{"from_name": "nobody"}])
    studio.change(number, result=made.result_of())
    run("pull")
    assert "nothing is in quarantine" in run("quarantine").output


def test_status_says_how_far_everybody_is(run, work, studio, made):
    run("push")
    studio.answer(work.numbers("ann")[0], made.result_of())
    studio.answer(work.numbers("ann")[1], [])
    run("pull")
    done = run("status", "--json")
    assert done.exit_code == 1  # one is in quarantine
    ann, bob = json.loads(done.output)["coders"]
    assert (ann["asked"], ann["sent"], ann["on_server"], ann["kept"], ann["quarantined"]) == (12, 12, 12, 1, 1)
    assert (bob["kept"], bob["screen"]) == (0, "ours")
    assert "bob" in run("status").output


def test_a_project_that_is_gone_is_trouble_with_the_way_out(run, work, studio):
    run("push")
    del studio.projects_there[work.project_of("bob")]
    done = run("status")
    assert done.exit_code == 1
    assert "the project of bob is not on the server any more: push --check makes it again" in done.output
    assert "of ann" not in done.output
    ann, bob = json.loads(run("status", "--json").output)["coders"]
    assert [(one["screen"], one["on_server"]) for one in (ann, bob)] == [("ours", 12), ("gone", None)]
    done = run("pull")
    assert done.exit_code == 1
    assert "push --check makes it again" in done.output
    run("push", "--check")
    assert run("status").exit_code == run("pull").exit_code == 0


def test_status_before_anything_was_sent_is_no_trouble(run):
    assert run("status").exit_code == 0


def test_status_of_a_server_that_is_away_still_says_what_we_know(run, work, studio, fakes, project):
    run("push")

    def away(*_):
        raise fakes.broken()

    studio.fault = away
    found = sync_status(project, Access(url=studio.url, token="t"), "")
    assert "broke off" in found.trouble
    assert found.is_in_trouble
    assert [(one.sent, one.on_server) for one in found.coders] == [(12, None), (12, None)]


def test_suggestions_are_told_of(run):
    run("push")
    assert "ann: 0 pre-labels" in run("push", "--suggestions").output


def test_a_layout_that_there_is_not_is_refused(run):
    with pytest.raises(UsageError, match="no layout 'wheel'"):
        run("push", "--layout", "wheel")


def test_a_server_elsewhere_cannot_call(run, monkeypatch):
    monkeypatch.setattr(
        "annotation.sync_orders.access_of", lambda _: Access(url="https://labels.example.org", token="t")
    )
    with pytest.raises(UsageError, match="cannot call"):
        run("pull", "--watch", "5", "--webhook-port", "0")


def test_watching_tells_of_every_pull_until_it_is_stopped(run, work, studio, made, monkeypatch):
    run("push")
    studio.answer(work.numbers("ann")[0], made.result_of())
    wait = []

    def stop(how, *_):
        wait.append(how)
        raise KeyboardInterrupt

    monkeypatch.setattr("annotation.watching.threading.Event.wait", stop)
    done = run("pull", "--watch", "5")
    assert "1 new answers" in done.output
    assert wait


def test_the_codebook_of_a_sample_must_be_here(work, project):
    from dataclasses import replace

    assert sample_codebook(project.root, work.sample).id == work.sample.codebook_id
    with pytest.raises(UsageError, match=r"9\.9\.9") as caught:
        sample_codebook(project.root, replace(work.sample, codebook_version="9.9.9"))
    assert "codebooks" in caught.value.where


def test_what_a_coder_should_know_is_said(run, work, studio, fakes):
    done = run("pull")
    assert done.exit_code == 1
    assert "nothing of this sample is on this server" in done.output
    assert "careatlas annotate push" in done.output
    run("push")
    studio.accounts = [one for one in studio.accounts if one.id != fakes.BOB]
    said = run("pull").output
    assert "no account on the server is bob's" in said
    assert "ann's" not in said
