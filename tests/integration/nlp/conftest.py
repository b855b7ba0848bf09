"""Reading through worker processes: helpers, self-made PDFs and bombs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from careatlas.identifiers import sha256_of
from careatlas.project import Project, create_project, open_project
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from nlp.limits import Limits
from nlp.pool import Job, read_all

HERE = Path(__file__).parent


def _loaded(path: Path) -> ModuleType:
    """Load a module by its path: folders of tests are no packages."""
    full = f"careatlas_tests_{path.stem}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def made_pdfs() -> ModuleType:
    return _loaded(HERE.parents[1] / "unit" / "nlp" / "made_pdfs.py")


@pytest.fixture(scope="session")
def bombs() -> ModuleType:
    return _loaded(HERE / "bombs.py")


@pytest.fixture
def read_file() -> Callable[..., Reading]:
    """Read one file in a worker: ``read_file(path, password="", **limits)``."""

    def read(path: Path, *, password: str = "", **limits: Any) -> Reading:
        digest = sha256_of(path.read_bytes()) if path.exists() else sha256_of(b"")
        job = Job(key=path.name, path=str(path), sha256=digest, password=password)
        answers = list(read_all([job], Limits.of(ParseSettings(**limits)), 1))
        assert [one.key for one, _ in answers] == [path.name]
        return answers[0][1]

    return read


@pytest.fixture
def read_data(tmp_path: Path, read_file: Callable[..., Reading]) -> Callable[..., Reading]:
    """Read a PDF given as bytes in a worker."""

    def read(data: bytes, **options: Any) -> Reading:
        path = tmp_path / f"{sha256_of(data)[:12]}.pdf"
        path.write_bytes(data)
        return read_file(path, **options)

    return read


@pytest.fixture
def project_at(tmp_path: Path) -> Iterator[Callable[[], Project]]:
    """Open the one project of this test; call it again to open it anew."""
    root = tmp_path / "project"
    create_project(root)
    contexts = []

    def opened() -> Project:
        for context in contexts:
            context.__exit__(None, None, None)
        contexts[:] = [open_project(root)]
        return contexts[0].__enter__()

    yield opened
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def careatlas(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line on the project of this test."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "careatlas", "-p", str(tmp_path / "project"), *arguments]
        settings = {**os.environ, **environment}
        return subprocess.run(command, capture_output=True, text=True, env=settings, timeout=200, check=False)

    return run


@pytest.fixture
def no_worker_is_left() -> Iterator[None]:
    """Fail if a worker process outlives the test."""
    import multiprocessing

    yield
    assert not multiprocessing.active_children()
