"""Pulling again and again: every few seconds, and at once when a webhook says that something happened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from annotation.coder_project import open_projects
from annotation.label_studio import LabelStudio
from annotation.pull_report import PullReport
from annotation.pulling import Puller
from annotation.server_error import ServerError
from annotation.webhook_listener import WebhookListener
from careatlas.errors import CareAtlasError
from careatlas.project import Project
from careatlas.store import samples

FULL_EVERY = 20  # polls: what only a full pull sees is seen this often
SETTLE_SECONDS = 0.5  # that a burst of webhooks may last before it is followed
SECOND_LOOK_SECONDS = 3.0  # after a call: the server calls from within a request, before it commits
_FOR_GOOD = (401, 403)  # what waiting does not mend
_MOST_FAILURES = 5  # in a row, of what is wrong here and not on the server

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How to watch.

    Attributes
    ----------
    seconds : float
        Between two pulls when nothing calls. An answer that is changed twice within it is seen once.
    hint, stop : threading.Event
        Set from outside: to pull now, and to end.
    """

    seconds: float
    hint: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)


def watch(puller: Puller, how: Watch, told: Callable[[PullReport], None]) -> None:
    """Pull until ``how.stop`` is set. A server that is away is waited for.

    Raises
    ------
    ServerError
        If the server does not let us in any more.
    CareAtlasError
        If the first pull fails for anything else than the server, or several in a row do.
    """
    polls, failures, called = 0, _MOST_FAILURES, False
    while not how.stop.is_set():
        how.hint.clear()  # before the pull: what is called for during it is looked for after it
        try:
            told(puller.full() if polls % FULL_EVERY == 0 else puller.recent())
            polls, failures = polls + 1, 0
        except CareAtlasError as error:
            failures += not isinstance(error, ServerError)
            if _is_for_good(error, failures):
                raise
            _log.warning("%s", error)
            polls = 0  # nobody knows what was missed
        called = how.hint.wait(min(how.seconds, SECOND_LOOK_SECONDS) if called else how.seconds)
        if called:
            how.stop.wait(SETTLE_SECONDS)


def _is_for_good(error: CareAtlasError, failures: int) -> bool:
    return error.status in _FOR_GOOD if isinstance(error, ServerError) else failures >= _MOST_FAILURES


@contextmanager
def webhooks(project: Project, studio: LabelStudio, sample_id: str, how: Watch, port: int) -> Iterator[None]:
    """Let the server call us while the block runs. Where it does not want to, pulls come by the clock alone."""
    with project.store.read() as connection:
        sample = samples.get(connection, sample_id)
        coders = dict.fromkeys(one.coder for one in samples.assignments_of(connection, sample.sample_id))
    with WebhookListener(how.hint, port) as listener:
        numbers: list[int] = []
        try:
            there = open_projects(studio, project.store, sample, coders).values()
            numbers.extend(studio.add_webhook(one.id, listener.url) for one in there)
        except ServerError as error:
            _log.warning("no webhooks, only a pull every %g seconds: %s", how.seconds, error)
        try:
            yield
        finally:
            for number in numbers:
                with suppress(ServerError):
                    studio.remove_webhook(number)
