"""What a worker sends for each way that reading can end; run in this process, without its limits."""

import multiprocessing

import msgspec
import pytest

from careatlas.document import DocumentOutcome
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from nlp import assemble, reader, worker
from nlp.limits import Limits
from nlp.version import PARSER_VERSION


@pytest.fixture
def said(monkeypatch):
    """Run the worker's function here and return its messages."""
    monkeypatch.setattr(worker, "limit_process", lambda *_: None)
    monkeypatch.setattr(worker, "_allow_seconds", lambda _: None)

    def run(path, *, skip=(), password="", **changed):
        limits = Limits.of(ParseSettings(**changed))
        ours, theirs = multiprocessing.Pipe(duplex=False)
        with ours, theirs:
            worker.read_document(str(path), "0" * 64, limits, skip, password, theirs)
            messages = []
            while ours.poll(0):
                messages.append(ours.recv_bytes())
        return messages

    return run


def refusal(messages):
    assert messages[-1][:1] == worker.REFUSED
    return msgspec.msgpack.decode(messages[-1][1:], type=tuple[DocumentOutcome, str])


def test_pages_are_announced_and_the_reading_comes_last(said, made):
    messages = said(made("tagged").path)
    assert messages[:4] == [worker.OPENED + b"2", worker.PAGE + b"1", worker.PAGE + b"2", worker.PAGE + b"0"]
    assert messages[4][:1] == worker.READING
    reading = msgspec.msgpack.decode(messages[4][1:], type=Reading)
    assert reading.outcome is DocumentOutcome.OK
    assert reading.parser_version == PARSER_VERSION
    assert reading.seconds > 0
    assert reading.peak_mb > 10
    assert [one.text for one in reading.passages] == made("tagged").texts()


def test_a_file_that_is_gone(said, tmp_path):
    outcome, reason = refusal(said(tmp_path / "gone.pdf"))
    assert outcome is DocumentOutcome.MISSING
    assert "No such file" in reason


def test_too_many_pages(said, made):
    outcome, reason = refusal(said(made("running_heads").path, max_pages=5))
    assert outcome is DocumentOutcome.TOO_BIG
    assert "6 pages" in reason
    assert "parse.max_pages = 5" in reason


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (MemoryError(), DocumentOutcome.TOO_BIG),
        (OSError(5, "Input/output error"), DocumentOutcome.MISSING),
        (RecursionError("deep"), DocumentOutcome.MALFORMED),
        (TypeError("odd"), DocumentOutcome.MALFORMED),
        (KeyError("Kids"), DocumentOutcome.MALFORMED),
    ],
)
def test_what_goes_wrong_while_putting_together(said, made, monkeypatch, error, outcome):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(assemble, "assemble", fail)
    assert refusal(said(made("tagged").path))[0] is outcome


def test_what_goes_wrong_on_one_page_costs_that_page(said, made, monkeypatch):
    real, calls = reader.lines_of, []

    def second_fails(blocks):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("bad\n  font")
        return real(blocks)

    monkeypatch.setattr(reader, "lines_of", second_fails)
    reading = msgspec.msgpack.decode(said(made("running_heads").path)[-1][1:], type=Reading)
    assert reading.outcome is DocumentOutcome.PARTIAL
    assert [page.number for page in reading.pages if page.status == "failed"] == [2]
    assert reading.pages[1].reason == "it cannot be read: bad font"
    assert {one.page for one in reading.passages} == {1, 3, 4, 5, 6}


def test_limits_come_from_the_settings():
    limits = Limits.of(ParseSettings(base_seconds=3, seconds_per_page=0.5, workers=7))
    assert limits.seconds(10) == 8
    assert not hasattr(limits, "workers")


def test_the_reading_survives_the_wire(any_made):
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(any_made.reading), type=Reading) == any_made.reading


def test_the_version_is_short_and_plain():
    assert PARSER_VERSION
    assert PARSER_VERSION.isprintable()
    assert len(PARSER_VERSION) <= 20
