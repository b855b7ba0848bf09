"""Every file ends in a typed outcome within its limits, whatever it holds."""

import signal
import time

import pytest

from careatlas.document import DocumentOutcome, PageStatus

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("no_worker_is_left")]

O = DocumentOutcome  # noqa: E741
UNREADABLE = {O.MALFORMED}


def test_a_good_file(read_data, made_pdfs):
    reading = read_data(made_pdfs.tagged())
    assert reading.outcome is O.OK
    assert reading.seconds > 0
    assert reading.peak_mb > 10
    assert next(one.text for one in reading.passages if one.kind == "heading") == "Aims of the plan"


@pytest.mark.parametrize(
    ("password", "outcome", "reason"),
    [
        ("", O.ENCRYPTED, "the file needs a password"),
        ("wrong", O.ENCRYPTED, "the password is wrong"),
        ("open", O.OK, ""),
    ],
)
def test_encrypted(read_data, bombs, made_pdfs, password, outcome, reason):
    reading = read_data(bombs.locked(made_pdfs.tagged(), user="open"), password=password)
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert bool(reading.passages) == (outcome is O.OK)


def test_encrypted_against_changes_only(read_data, bombs, made_pdfs):
    assert read_data(bombs.locked(made_pdfs.tagged(), user="")).outcome is O.OK


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"Minutes of the board, saved under a wrong name.\n" * 50, "does not begin with %PDF-"),
        (b"PK\x03\x04" + b"\x00" * 500, "does not begin with %PDF-"),
        (b"%PDF-1.7", ""),
    ],
)
def test_no_pdf_at_all(read_data, data, reason):
    reading = read_data(data)
    assert reading.outcome is O.MALFORMED
    assert reason in reading.reason
    assert reading.reason


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95, 0.999])
def test_truncated(read_data, made_pdfs, share):
    data = made_pdfs.running_heads()
    reading = read_data(data[: int(share * len(data))])
    assert reading.outcome in {O.OK, O.PARTIAL, O.MALFORMED}
    assert bool(reading.reason) == (reading.outcome is not O.OK)


def test_garbage_after_the_header(read_data, bombs):
    assert read_data(bombs.garbage()).outcome is O.MALFORMED


@pytest.mark.parametrize("seed", range(20))
def test_random_changes(read_data, bombs, made_pdfs, seed):
    good = made_pdfs.tagged() if seed % 2 else made_pdfs.running_heads()
    reading = read_data(bombs.flipped(good, seed), base_seconds=5)
    assert reading.outcome in O
    assert reading.outcome is not O.WAITING
    assert bool(reading.reason) == (reading.outcome is not O.OK)
    for passage in reading.passages:
        assert passage.text == reading.text[passage.char_start : passage.char_end]


def test_more_pages_than_allowed(read_data, bombs):
    reading = read_data(bombs.many_pages(10_000), max_pages=500)
    assert reading.outcome is O.TOO_BIG
    assert "10,000 pages" in reading.reason
    assert not reading.pages


def test_arrays_nested_half_a_million_deep(read_data, bombs):
    reading = read_data(bombs.nested_arrays(500_000), base_seconds=10)
    assert reading.outcome in {O.OK, O.PARTIAL, O.MALFORMED, O.CRASHED, O.TIMED_OUT}


def test_forms_that_draw_each_other_without_end(read_data, bombs):
    started = time.monotonic()
    reading = read_data(bombs.nested_forms(), base_seconds=2, seconds_per_page=1)
    assert reading.outcome in {O.PARTIAL, O.MALFORMED, O.TIMED_OUT}
    assert "CPU" in reading.reason or "ended the worker" in reading.reason
    assert not reading.passages
    assert time.monotonic() - started < 60


def test_a_content_stream_that_inflates_to_a_gibibyte(read_data, bombs):
    data = bombs.inflating()
    assert len(data) < 10_000
    reading = read_data(data, base_seconds=2, memory_mb=1_000)
    assert reading.outcome in {O.OK, O.PARTIAL, O.MALFORMED, O.TIMED_OUT, O.TOO_BIG}
    assert not reading.passages
    assert reading.peak_mb < 1_000


def test_a_page_tree_that_is_its_own_child(read_data, bombs):
    assert read_data(bombs.page_tree_cycle(), base_seconds=5).outcome in {O.MALFORMED, O.TOO_BIG, O.TIMED_OUT}


def test_a_page_that_is_one_huge_image_is_not_unpacked(read_data, bombs):
    reading = read_data(bombs.huge_image(), memory_mb=1_000)
    assert reading.outcome is O.OK
    assert reading.pages[0].status is PageStatus.SCANNED
    assert reading.peak_mb < 500
    assert reading.seconds < 5


def test_a_vanished_file(read_file, tmp_path):
    reading = read_file(tmp_path / "gone.pdf")
    assert reading.outcome is O.MISSING
    assert "No such file" in reading.reason


DOUBLES = '''
import os
import signal
import time

from nlp import worker

REAL = worker._page_sender


def on_page_2(act):
    """Do something on page 2, unless it is left out."""

    def target(path, sha256, limits, skip, password, out):
        def sender(out):
            send = REAL(out)

            def told(number):
                send(number)
                if number == 2 and 2 not in skip:
                    act()

            return told

        worker._page_sender = sender
        worker.read_document(path, sha256, limits, skip, password, out)

    return target


def eat():
    bytearray(10**11)


def kill_itself(*arguments):
    on_page_2(lambda: os.kill(os.getpid(), signal.SIGKILL))(*arguments)


def fault(*arguments):
    on_page_2(lambda: os.kill(os.getpid(), signal.SIGSEGV))(*arguments)


def hang(*arguments):
    on_page_2(lambda: time.sleep(600))(*arguments)


def spin(*arguments):
    def forever():
        while True:
            pass

    on_page_2(forever)(*arguments)


def eat_memory(*arguments):
    on_page_2(eat)(*arguments)


def write_a_file(*arguments):
    def write():
        with open(arguments[0] + ".out", "wb") as file:
            file.write(b"x" * 10)

    on_page_2(write)(*arguments)


def send_garbage(*arguments):
    arguments[-1].send_bytes(b"r" + b"\\xff" * 1_000)


def always_die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.fixture
def in_place_of_the_worker(monkeypatch, tmp_path):
    """Let workers run one of the doubles, by name."""
    import importlib
    import sys

    folder = tmp_path / "doubles"
    folder.mkdir()
    (folder / "worker_doubles.py").write_text(DOUBLES)
    monkeypatch.syspath_prepend(folder)
    module = importlib.import_module("worker_doubles")

    def use(name):
        monkeypatch.setattr("nlp.pool.read_document", getattr(module, name))

    yield use
    sys.modules.pop("worker_doubles", None)


@pytest.mark.parametrize("name", ["kill_itself", "fault", "spin", "hang"])
def test_a_worker_that_dies_on_page_2_costs_page_2(
    in_place_of_the_worker, monkeypatch, read_data, bombs, made_pdfs, name
):
    in_place_of_the_worker(name)
    monkeypatch.setattr("nlp.pool.WALL_EXTRA", 4.0)
    limits = {"base_seconds": 0.5, "seconds_per_page": 0.2} if name in {"hang", "spin"} else {}
    reading = read_data(bombs.three_pages(made_pdfs), **limits)
    assert reading.outcome is O.PARTIAL
    assert reading.reason == "1 of 3 pages could not be read (2): reading it ended the worker"
    assert [page.status for page in reading.pages] == [PageStatus.TEXT, PageStatus.FAILED, PageStatus.TEXT]
    assert {one.page for one in reading.passages} == {1, 3}


def test_a_worker_that_needs_too_much_memory(in_place_of_the_worker, read_data, bombs, made_pdfs):
    in_place_of_the_worker("eat_memory")
    reading = read_data(bombs.three_pages(made_pdfs), memory_mb=1_000)
    assert reading.outcome is O.TOO_BIG
    assert "parse.memory_mb = 1,000" in reading.reason


def test_a_worker_writes_no_files(in_place_of_the_worker, read_data, bombs, made_pdfs, tmp_path):
    in_place_of_the_worker("write_a_file")
    reading = read_data(bombs.three_pages(made_pdfs))
    assert reading.outcome is not O.OK
    assert all(path.stat().st_size == 0 for path in tmp_path.glob("*.out"))


def test_a_worker_that_sends_garbage(in_place_of_the_worker, read_data, made_pdfs):
    in_place_of_the_worker("send_garbage")
    reading = read_data(made_pdfs.tagged())
    assert reading.outcome is O.CRASHED
    assert "cannot be read" in reading.reason


def test_a_worker_that_never_says_anything(in_place_of_the_worker, read_data, made_pdfs):
    in_place_of_the_worker("always_die")
    reading = read_data(made_pdfs.tagged())
    assert reading.outcome is O.CRASHED
    assert signal.Signals.SIGKILL.name in reading.reason


def test_giving_up_in_the_middle_leaves_no_process(tmp_path, bombs):
    from careatlas.settings import ParseSettings
    from nlp.limits import Limits
    from nlp.pool import Job, read_all

    path = tmp_path / "forms.pdf"
    path.write_bytes(bombs.nested_forms())
    good = tmp_path / "good.pdf"
    good.write_bytes(bombs.plan(1, 1))
    jobs = [Job(key=one.name, path=str(one), sha256="0" * 64) for one in (path, good)]
    answers = read_all(jobs, Limits.of(ParseSettings()), 2)
    assert next(answers)[0].key == "good.pdf"
    answers.close()


def test_bad_files_between_good_ones_harm_no_other(tmp_path, bombs, made_pdfs):
    from careatlas.settings import ParseSettings
    from nlp.limits import Limits
    from nlp.pool import Job, read_all

    data = {
        "good": made_pdfs.tagged(),
        "empty": b"",
        "forms": bombs.nested_forms(),
        "locked": bombs.locked(made_pdfs.tagged(), user="x"),
        "good too": made_pdfs.untagged(),
    }
    jobs = []
    for name, content in data.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
        jobs.append(Job(key=name, path=str(tmp_path / f"{name}.pdf"), sha256="0" * 64))
    limits = Limits.of(ParseSettings(base_seconds=1, seconds_per_page=0.5))
    outcomes = {job.key: reading.outcome for job, reading in read_all(jobs, limits, 3)}
    assert outcomes.keys() == data.keys()
    assert outcomes["good"] is outcomes["good too"] is O.OK
    assert outcomes["empty"] is O.MALFORMED
    assert outcomes["locked"] is O.ENCRYPTED
    assert outcomes["forms"] in {O.TIMED_OUT, O.MALFORMED}
