"""Watching: by the clock, at once when something calls, and through a server that is away."""

from __future__ import annotations

import threading
import time
import urllib.request
from contextlib import suppress

import pytest

from annotation.pull_report import PullReport
from annotation.pulling import Puller
from annotation.server_error import Aftermath, ServerError
from annotation.watching import FULL_EVERY, Watch, watch, webhooks
from careatlas.errors import CareAtlasError, StoreError, UsageError


class FakePuller:
    """Counts, and stops after so many pulls."""

    def __init__(self, how: Watch, most: int, errors: dict[int, CareAtlasError] | None = None) -> None:
        self.did: list[str] = []
        self._how, self._most, self._errors = how, most, errors or {}

    def full(self) -> PullReport:
        return self._pull("full")

    def recent(self) -> PullReport:
        return self._pull("recent")

    def _pull(self, what: str) -> PullReport:
        self.did.append(what)
        if len(self.did) >= self._most:
            self._how.stop.set()
            self._how.hint.set()
        if len(self.did) in self._errors:
            raise self._errors[len(self.did)]
        return PullReport(sample_id="spring")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("annotation.watching.SETTLE_SECONDS", 0.0)


def error(status: int | None = None) -> ServerError:
    return ServerError("away", aftermath=Aftermath.NOTHING, status=status)


def test_the_first_pull_and_every_so_many_after_it_are_full():
    how = Watch(seconds=0)
    puller = FakePuller(how, FULL_EVERY + 2)
    told = []
    watch(puller, how, told.append)
    assert puller.did == ["full", *["recent"] * (FULL_EVERY - 1), "full", "recent"]
    assert len(told) == FULL_EVERY + 2


def test_a_call_is_followed_at_once():
    how = Watch(seconds=60)
    puller = FakePuller(how, 3)
    started = time.monotonic()
    watch(puller, how, lambda _: how.hint.set())
    assert len(puller.did) == 3
    assert time.monotonic() - started < 5


def test_what_was_not_committed_when_the_call_came_is_looked_for_once_more(monkeypatch):
    monkeypatch.setattr("annotation.watching.SECOND_LOOK_SECONDS", 0.05)
    how = Watch(seconds=60)
    puller = FakePuller(how, 3)
    started = time.monotonic()
    watch(puller, how, lambda _: how.hint.set() if len(puller.did) == 1 else None)
    assert len(puller.did) == 3
    assert time.monotonic() - started < 5


def test_a_server_that_is_away_is_waited_for():
    how = Watch(seconds=0)
    puller = FakePuller(how, 6, {1: error(), 2: error(500), 4: error(500)})
    watch(puller, how, lambda _: None)
    assert puller.did == ["full", "full", "full", "recent", "full", "recent"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_does_not_let_us_in_is_not(status):
    how = Watch(seconds=0)
    puller = FakePuller(how, 4, {2: error(status)})
    with pytest.raises(ServerError):
        watch(puller, how, lambda _: None)
    assert len(puller.did) == 2


def test_a_single_pull_that_fails_here_does_not_end_it(caplog):
    how = Watch(seconds=0)
    puller = FakePuller(how, 6, {number: StoreError("the store is locked") for number in (2, 3, 5)})
    watch(puller, how, lambda _: None)
    assert puller.did == ["full", "recent", "full", "full", "recent", "full"]
    assert caplog.text.count("the store is locked") == 3


def test_what_fails_again_and_again_ends_it():
    how = Watch(seconds=0)
    puller = FakePuller(how, 20, {number: StoreError("the store is locked") for number in range(2, 20)} | {4: error()})
    with pytest.raises(StoreError):
        watch(puller, how, lambda _: None)
    assert len(puller.did) == 7


def test_what_was_wrong_from_the_start_ends_it_at_once():
    how = Watch(seconds=0)
    puller = FakePuller(how, 4, {2: UsageError("there is no such sample"), 1: error()})
    with pytest.raises(UsageError):
        watch(puller, how, lambda _: None)
    assert len(puller.did) == 2


def test_calls_are_ordered_and_called_off(work, studio, project, made):
    work.push()
    how = Watch(seconds=60)
    with webhooks(project, studio, made.SAMPLE, how, 0):
        assert studio.calls.count("add_webhook") == 2
    assert studio.calls.count("remove_webhook") == 2


def test_a_server_that_does_not_want_to_call_is_asked_by_the_clock(work, studio, project, made, fakes):
    work.push()

    def fault(number, name, when):
        if name == "add_webhook":
            raise fakes.broken()

    studio.fault = fault
    with webhooks(project, studio, made.SAMPLE, Watch(seconds=60), 0):
        pass
    assert "remove_webhook" not in studio.calls


def test_calls_doubled_out_of_order_and_about_nothing_change_nothing(work_of, studio, project, made):
    work = work_of(coders=("ann",))
    work.push()
    how = Watch(seconds=60)
    urls, reports = [], []
    studio.add_webhook = lambda _, url: urls.append(url) or 1

    def told(report: PullReport) -> None:
        reports.append(report)
        if len(reports) == 1:
            studio.answer(work.numbers("ann")[0], made.result_of(made.CODE[0]))
            for body in (b'{"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}]}', b"junk", b"junk", b""):
                urllib.request.urlopen(urllib.request.Request(urls[0], data=body, method="POST"), timeout=5).close()
        elif sum(one.answers for one in reports) or len(reports) > 5:
            how.stop.set()
            how.hint.set()

    with webhooks(project, studio, made.SAMPLE, how, 0):
        watch(Puller(project, studio, made.SAMPLE), how, told)
    assert work.pull().found_something is False
    assert [one.state for one in work.answers()] == ["kept"]
    assert len(work.judgements()) == len(made.CODE)


def test_stopping_ends_it():
    how = Watch(seconds=60)
    thread = threading.Thread(target=watch, args=(FakePuller(how, 1), how, lambda _: None))
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    with suppress(ServerError):
        watch(FakePuller(how, 9), how, lambda _: pytest.fail("it was stopped before it began"))
