"""Synthetic work on a real Label Studio, coders who answer through its interface, and a proxy that cuts."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from annotation.server_access import Access
from annotation.server_call import called
from careatlas.project import create_project, open_project

HERE = Path(__file__).parent
UNIT = HERE.parents[2] / "unit" / "annotation" / "sync"
ROOT = HERE.parents[3]
ANN, BOB = "ann@example.org", "bob@example.org"


def _loaded(path: Path) -> ModuleType:
    """Load a module by its path: folders of tests are no packages."""
    full = f"careatlas_tests_sync_{path.stem}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return :mod:`made_work` of the unit tests."""
    return _loaded(UNIT / "made_work.py")


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """Return :mod:`fake_studio` of the unit tests."""
    return _loaded(UNIT / "fake_studio.py")


@pytest.fixture
def proxy_of() -> Iterator[Callable[[Access], tuple[Any, Access]]]:
    """Return ``proxy_of(access)``, which gives a proxy before a server, and the access through it."""
    # Loaded here, not in ``make``: tests call that from several threads, and one would see a module half loaded.
    proxies = _loaded(HERE / "cutting_proxy.py")
    with ExitStack() as stack:

        def make(access: Access) -> tuple[Any, Access]:
            proxy = stack.enter_context(proxies.CuttingProxy(access.url))
            return proxy, Access(url=proxy.url, token=access.token)

        yield make


@pytest.fixture
def work_of(tmp_path: Path, made: ModuleType, document_of: Any, reading_of: Any, keep: Any) -> Iterator[Any]:
    """Return ``work_of(access, passages=12, coders=("ann",))``: a fresh project whose passages all coders read."""
    numbers = count()
    with ExitStack() as stack:

        def make(access: Access, passages: int = 12, coders: Sequence[str] = ("ann",)) -> Any:
            root = tmp_path / f"project{next(numbers)}"
            create_project(root)
            project = stack.enter_context(open_project(root))
            item = document_of(f"{root}.pdf", title="A synthetic plan", page_count=1 + passages // made.PER_PAGE)
            reading = reading_of(item, made.texts_of(passages))
            keep(project.store, item, reading)
            return made.made_work(project, access, item, reading, coders)

        yield make


class Coders:
    """People with accounts on the shared server, each with a token of their own."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._tokens: dict[str, str] = {}

    def access(self, email: str) -> Access:
        if email not in self._tokens:
            self._tokens[email] = self.server.make_user(email)
        return Access(url=self.server.url, token=self._tokens[email])

    def answer(self, email: str, task_id: int, result: Any, **more: Any) -> int:
        """Submit an answer, and return its number."""
        data = {"result": result, "lead_time": 12.5, **more}
        path = f"/api/tasks/{task_id}/annotations/"
        return int(called(self.access(email), path, method="POST", data=data, timeout=120)["id"])

    def answer_all(self, answers: Sequence[tuple[str, int, Any]]) -> list[int]:
        """Submit many answers, a few at a time."""
        for email in sorted({one[0] for one in answers}):
            self.access(email)  # who has no account yet makes one before the others start
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda one: self.answer(*one), answers))

    def change(self, email: str, number: int, **data: Any) -> None:
        called(self.access(email), f"/api/annotations/{number}/", method="PATCH", data=data, timeout=60)

    def delete(self, email: str, what: str, number: int) -> None:
        """Delete ``annotations``, ``tasks`` or ``projects`` number so and so."""
        called(self.access(email), f"/api/{what}/{number}/", method="DELETE", timeout=60)


@pytest.fixture(scope="session")
def coders(label_studio: Any) -> Coders:
    """Give ann and bob accounts."""
    return Coders(label_studio)


def command(work: Any, *words: str) -> tuple[list[str], dict[str, str]]:
    """Return the command line and environment of a ``careatlas annotate`` for a project and its server."""
    return (
        [sys.executable, "-m", "careatlas", "-q", "-p", str(work.project.root), "annotate", *words],
        {
            **os.environ,
            "CAREATLAS_LABELSTUDIO__URL": work.server.url,
            "CAREATLAS_LABELSTUDIO__TOKEN": work.server.token,
        },
    )


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return ``run(work, "push", ...)``, which runs a command to its end in a process of its own."""

    def start(work: Any, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        line, variables = command(work, *words)
        return subprocess.run(
            line, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120, check=False, **more
        )

    return start


@pytest.fixture(scope="session")
def started() -> Callable[..., subprocess.Popen[bytes]]:
    """Return ``started(work, "push", ...)``, which starts a command that somebody else ends."""

    def start(work: Any, *words: str) -> subprocess.Popen[bytes]:
        line, variables = command(work, *words)
        return subprocess.Popen(line, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return start
