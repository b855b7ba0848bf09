"""Reading against bare PyMuPDF on the same corpus: one core, two cores, the workers alone, the second run, memory."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_BARE = """
import sys, time, pymupdf
pymupdf.TOOLS.mupdf_display_errors(False); pymupdf.TOOLS.mupdf_display_warnings(False)
flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
started, pages = time.perf_counter(), 0
for name in sys.argv[1:]:
    with pymupdf.open(name) as document:
        for page in document:
            page.get_text("dict", flags=flags)
            pages += 1
print(time.perf_counter() - started, pages)
"""

_WORKERS = """
import sys, time
from careatlas.identifiers import sha256_of
from careatlas.settings import ParseSettings
from nlp.limits import Limits
from nlp.pool import Job, read_all, read_one
jobs = [Job(key=name, path=name, sha256=sha256_of(name.encode())) for name in sys.argv[2:]]
limits = Limits.of(ParseSettings())
read_one(jobs[0], limits)  # the server is warm
started = time.perf_counter()
readings = [reading for _, reading in read_all(jobs, limits, int(sys.argv[1]))]
print(time.perf_counter() - started, max(reading.peak_mb for reading in readings))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    files = sorted(map(str, folder.glob("*.pdf")))
    one, two = {min(os.sched_getaffinity(0))}, set(sorted(os.sched_getaffinity(0))[:2])
    bare, pages = _numbers([sys.executable, "-c", _BARE, *files], one)
    alone_1, peak = _numbers([sys.executable, "-c", _WORKERS, "1", *files], one)
    alone_2, _ = _numbers([sys.executable, "-c", _WORKERS, "2", *files], two)
    with tempfile.TemporaryDirectory() as place:
        parse_1 = _parse(folder, Path(place) / "one", 1, one)
        parse_2 = _parse(folder, Path(place) / "two", 2, two)
        project = Path(place) / "run"
        _prepare(folder, project, 2)
        first, second = _timed(project, ["run"], two), _timed(project, ["run"], two)
        third = _timed(project, ["run"], two)
    say = {
        "documents": len(files),
        "pages": int(pages),
        "bare dict, one core, s": bare,
        "parse command, one core, s": parse_1,
        "parse command, two cores, s": parse_2,
        "workers alone, one core, s": alone_1,
        "workers alone, two cores, s": alone_2,
        "first run of all stages, s": first,
        "second run, s": [second, third],
        "throughput of parse against bare dict": bare / parse_1,
        "throughput of the workers alone against bare dict": bare / alone_1,
        "two cores against one, end to end": parse_1 / parse_2,
        "two cores against one, workers alone": alone_1 / alone_2,
        "second run against first": min(second, third) / first,
        "peak memory of a worker, MiB": peak,
    }
    sys.stdout.write(json.dumps({name: _rounded(value) for name, value in say.items()}, indent=2) + "\n")


def _parse(folder: Path, project: Path, workers: int, cores: set[int]) -> float:
    _prepare(folder, project, workers)
    return _timed(project, ["parse"], cores)


def _prepare(folder: Path, project: Path, workers: int) -> None:
    for arguments in (["init", str(project)], ["-q", "-p", str(project), "add", str(folder)]):
        subprocess.run([sys.executable, "-m", "careatlas", *arguments], check=True, stdout=subprocess.DEVNULL)
    with (project / "careatlas.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[parse]\nworkers = {workers}\n")


def _timed(project: Path, arguments: Sequence[str], cores: set[int]) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "careatlas", "-q", "-p", str(project), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    return time.perf_counter() - started


def _numbers(command: Sequence[str], cores: set[int]) -> tuple[float, float]:
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cores)
    )
    first, second = map(float, done.stdout.split())
    return first, second


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3)
    return [round(one, 3) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
