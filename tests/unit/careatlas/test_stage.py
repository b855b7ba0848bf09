"""Stages: found through entry points, named, loaded when used."""

from __future__ import annotations

import json

import pytest

from careatlas import stage as module
from careatlas.errors import StageError, UsageError
from careatlas.progress import NoProgress
from careatlas.running import run_stages
from careatlas.stage import Stage, StageReport, loaded, stage_named, stages

walked: list[str] = []


class Point:
    """An entry point as importlib gives it."""

    def __init__(self, name: str, target: object) -> None:
        self.name, self.target = name, target

    def load(self) -> object:
        if isinstance(self.target, Exception):
            raise self.target
        return self.target


def run_first(project: object, progress: object, *, again: bool) -> StageReport:
    walked.append(f"first {again}")
    return StageReport(stage="first", done=1, unchanged=0, failed=0, seconds=0.1)


def run_second(project: object, progress: object, *, again: bool) -> StageReport:
    walked.append(f"second {again}")
    return StageReport(stage="second", done=0, unchanged=1, failed=0, seconds=0.1)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch):
    walked.clear()

    def install(*targets: object) -> None:
        points = [Point(f"p{number}", target) for number, target in enumerate(targets)]
        monkeypatch.setattr(module, "entry_points", lambda group: points if group == "careatlas.stages" else [])

    return install


def test_the_installed_stages_come_in_the_order_of_the_chain():
    names = [stage.name for stage in stages()]
    assert names.index("parse") < names.index("suggest") < names.index("app")
    for stage in stages():
        for reference in filter(None, (stage.run, stage.commands, stage.page_image, stage.serve)):
            assert callable(loaded(reference))


def test_stages_of_others_are_sorted_in(installed):
    installed(*(Stage(name=name, order=order, summary="") for name, order in (("c", 2), ("b", 2), ("a", 3), ("d", 1))))
    assert [stage.name for stage in stages()] == ["d", "b", "c", "a"]


def test_an_unknown_stage_names_the_installed_ones(installed):
    installed(Stage(name="first", order=1, summary=""), Stage(name="second", order=2, summary=""))
    assert stage_named("second").order == 2
    with pytest.raises(UsageError, match="no stage 'third'") as caught:
        stage_named("third")
    assert caught.value.mend == "installed: first, second"


def test_a_stage_that_cannot_be_imported_is_named(installed):
    installed(ImportError("no module named 'theirs'"))
    with pytest.raises(StageError, match="p0"):
        stages()


@pytest.mark.parametrize("reference", ["", ":", "json", "json:", "json:nothing", "no_such_module:x", ":x", "a b:c"])
def test_a_reference_that_leads_nowhere_is_said(reference: str):
    with pytest.raises(StageError, match="cannot be loaded"):
        loaded(reference)


def test_a_reference_is_loaded():
    assert loaded("json:dumps") is json.dumps


def test_stages_run_in_the_order_they_are_named_in(installed):
    here = __name__
    installed(
        Stage(name="first", order=1, summary="", run=f"{here}:run_first"),
        Stage(name="second", order=2, summary="", run=f"{here}:run_second"),
    )
    reports = run_stages(None, ["first", "second"], NoProgress(), again=True)
    assert walked == ["first True", "second True"]
    assert [report.stage for report in reports] == ["first", "second"]


def test_a_report_is_read_by_people_and_by_programs():
    report = StageReport(
        stage="parse",
        done=3,
        unchanged=2,
        failed=1,
        seconds=1.26,
        counts={"pages": 12_345, "share": 0.125},
        problems=("b.pdf: encrypted",),
    )
    assert report.lines() == [
        "parse: 3 done, 2 unchanged, 1 failed in 1.3 s",
        "pages 12,345, share 0.125",
        "b.pdf: encrypted",
    ]
    assert json.loads(json.dumps(report.as_dict())) == {
        "stage": "parse",
        "done": 3,
        "unchanged": 2,
        "failed": 1,
        "seconds": 1.26,
        "counts": {"pages": 12345, "share": 0.125},
        "problems": ["b.pdf: encrypted"],
    }


def test_a_report_without_counts_or_problems_is_one_line():
    report = StageReport(stage="parse", done=0, unchanged=0, failed=0, seconds=0)
    assert report.lines() == ["parse: 0 done, 0 unchanged, 0 failed in 0.0 s"]
