"""What the parent makes of what workers say and how they end. No process is started here."""

import multiprocessing
import signal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careatlas.document import DocumentOutcome, Page, PageStatus
from careatlas.identifiers import DocumentId
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from nlp import pool
from nlp.limits import Limits
from nlp.worker import OPENED, PAGE, READING, REFUSED

LIMITS = Limits.of(ParseSettings())
JOB = pool.Job(key="k", path="/nowhere", sha256="0" * 64)
PAGE_ROW = Page(
    document_id=DocumentId("d"),
    number=1,
    width=1.0,
    height=1.0,
    rotation=0,
    status=PageStatus.TEXT,
    glyph_count=0,
    tagged_share=0.0,
    text_start=0,
    text_end=0,
)


class Ended:
    """A process that has ended."""

    def __init__(self, exitcode=0):
        self.exitcode = exitcode

    def is_alive(self):
        return False

    def join(self):
        return None

    def kill(self):
        raise AssertionError("it has ended already")


@pytest.fixture
def worker_that(monkeypatch):
    """Let the pool start workers that have said these messages and ended so."""
    ends = []

    def make(*lives):
        waiting = iter(lives)
        started = []

        def start(target, path, sha256, limits, skip, password):
            messages, exitcode = next(waiting)
            ours, theirs = multiprocessing.Pipe(duplex=False)
            ends.append(ours)
            for message in messages:
                theirs.send_bytes(message)
            theirs.close()
            started.append(skip)
            return Ended(exitcode), ours

        monkeypatch.setattr(pool, "start_worker", start)
        return started

    yield make
    for end in ends:
        end.close()


def read(jobs=(JOB,), workers=1):
    return [reading for _, reading in pool.read_all(jobs, LIMITS, workers)]


def encoded(**values):
    return READING + msgspec.msgpack.encode(Reading(outcome=DocumentOutcome.OK, pages=(PAGE_ROW,), **values))


def test_a_reading_comes_through(worker_that):
    worker_that(([OPENED + b"1", PAGE + b"1", PAGE + b"0", encoded(text="x")], 0))
    (reading,) = read()
    assert (reading.outcome, reading.text) == (DocumentOutcome.OK, "x")


def test_a_refusal_comes_through(worker_that):
    worker_that(([REFUSED + msgspec.msgpack.encode(("encrypted", "needs a password"))], 0))
    (reading,) = read()
    assert (reading.outcome, reading.reason) == (DocumentOutcome.ENCRYPTED, "needs a password")


@pytest.mark.parametrize(
    "garbage",
    [
        READING + b"",
        READING + b"\xff" * 50,
        READING + msgspec.msgpack.encode({"outcome": "nice"}),
        READING + msgspec.msgpack.encode({"outcome": "ok", "pages": "none"}),
        READING + b"\xdd\xff\xff\xff\xff",
        READING + b"\x91" * 50_000,
        REFUSED + b"",
        REFUSED + msgspec.msgpack.encode(("won", "x")),
        REFUSED + msgspec.msgpack.encode(("ok", 3)),
        PAGE + b"many",
        OPENED + b"",
        OPENED + b"\xff",
    ],
)
def test_garbage_from_a_worker_is_a_crash(worker_that, garbage):
    worker_that(([garbage], 0))
    (reading,) = read()
    assert reading.outcome is DocumentOutcome.CRASHED
    assert "cannot be read" in reading.reason
    assert not reading.passages


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    messages=st.lists(
        st.binary(max_size=40)
        | st.tuples(st.sampled_from([OPENED, PAGE, READING, REFUSED]), st.binary(max_size=40)).map(b"".join),
        max_size=4,
    )
)
def test_no_bytes_raise(worker_that, messages):
    worker_that(*[(messages, 1)] * (pool.MAX_RETRIES + 1))
    (reading,) = read()
    assert reading.outcome in DocumentOutcome


@pytest.mark.parametrize("number", [b"9" * 400, b"-5"])
def test_a_number_of_pages_that_is_none(worker_that, number):
    worker_that(([OPENED + number, encoded()], 0))
    (reading,) = read()
    assert reading.outcome is DocumentOutcome.OK


def test_a_worker_cannot_give_itself_more_time_than_the_most_pages_have(worker_that, monkeypatch):
    allowed = []
    monkeypatch.setattr(pool, "_wall", lambda seconds: allowed.append(seconds) or 60.0)
    worker_that(([OPENED + b"9" * 300, encoded()], 0))
    read()
    assert allowed[-1] == LIMITS.seconds(LIMITS.max_pages)


@pytest.mark.parametrize(
    ("exitcode", "outcome", "said"),
    [
        (-signal.SIGSEGV, DocumentOutcome.CRASHED, "SIGSEGV"),
        (-signal.SIGABRT, DocumentOutcome.CRASHED, "SIGABRT"),
        (-signal.SIGXCPU, DocumentOutcome.TIMED_OUT, "CPU time"),
        (1, DocumentOutcome.CRASHED, "exit code 1"),
        (0, DocumentOutcome.CRASHED, "exit code 0"),
    ],
)
def test_how_a_silent_worker_ended(worker_that, exitcode, outcome, said):
    worker_that(([], exitcode))
    (reading,) = read()
    assert reading.outcome is outcome
    assert said in reading.reason
    assert " on page" not in reading.reason


def test_a_crash_on_a_page_is_tried_again_without_that_page(worker_that):
    skips = worker_that(
        ([OPENED + b"3", PAGE + b"1", PAGE + b"2"], -signal.SIGSEGV),
        ([OPENED + b"3", PAGE + b"1", PAGE + b"2", PAGE + b"3", PAGE + b"0", encoded()], 0),
    )
    (reading,) = read()
    assert skips == [(), (2,)]
    assert reading.outcome is DocumentOutcome.OK


def test_retries_come_to_an_end(worker_that):
    lives = [([PAGE + b"%d" % number], -signal.SIGSEGV) for number in range(1, pool.MAX_RETRIES + 2)]
    skips = worker_that(*lives)
    (reading,) = read()
    assert skips == [(), (1,), (1, 2), (1, 2, 3)]
    assert reading.outcome is DocumentOutcome.CRASHED
    assert "on page 4" in reading.reason


def test_a_crash_after_the_last_page_is_not_tried_again(worker_that):
    skips = worker_that(([PAGE + b"1", PAGE + b"0"], -signal.SIGSEGV))
    (reading,) = read()
    assert skips == [()]
    assert reading.outcome is DocumentOutcome.CRASHED


def test_every_job_has_one_reading(worker_that):
    jobs = [pool.Job(key=str(number), path="/nowhere", sha256="0" * 64) for number in range(7)]
    worker_that(*[([encoded()], 0) if number % 2 else ([], -signal.SIGSEGV) for number in range(7)])
    answers = {job.key: reading.outcome for job, reading in pool.read_all(jobs, LIMITS, 3)}
    assert sorted(answers) == [str(number) for number in range(7)]


def test_no_jobs():
    assert list(pool.read_all([], LIMITS)) == []
