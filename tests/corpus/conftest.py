"""The real plans beside the repository, read once for all tests of a session."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from careatlas.identifiers import sha256_of
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from nlp.limits import Limits
from nlp.pool import Job, read_all

_ACCOUNTING = Path(__file__).parents[1] / "unit" / "nlp" / "accounting.py"


def _all_read(folder: Path) -> Iterator[tuple[str, Reading]]:
    paths = sorted(folder.glob("*.pdf"))
    jobs = [Job(key=path.name, path=str(path), sha256=sha256_of(path.read_bytes())) for path in paths]
    for job, reading in read_all(jobs, Limits.of(ParseSettings())):
        yield job.key, reading


@pytest.fixture(scope="session")
def plans(shared: Path) -> dict[str, Reading]:
    """Every real plan, read through the worker pool."""
    return dict(_all_read(shared / "corpus" / "pdfs"))


@pytest.fixture(scope="session")
def scans(shared: Path) -> dict[str, Reading]:
    """Every scan made from real pages, read through the worker pool."""
    return dict(_all_read(shared / "corpus" / "derived_scans"))


@pytest.fixture(scope="session")
def manifest(shared: Path) -> dict[str, dict[str, str]]:
    """What was noted of each real plan when it was collected, by file name."""
    with (shared / "corpus" / "MANIFEST_pdfs.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def accounting() -> ModuleType:
    """The lossless check of the reader's own tests; folders of tests are no packages."""
    name = "careatlas_tests_accounting"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _ACCOUNTING)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
