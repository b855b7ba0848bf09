"""Work and a server in memory for the tests of pushes and pulls."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from careatlas.project import Project

HERE = Path(__file__).parent


def _beside(name: str) -> ModuleType:
    """Load a module of this folder: folders of tests are no packages."""
    full = f"careatlas_tests_sync_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return :mod:`made_work`."""
    return _beside("made_work")


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """Return :mod:`fake_studio`."""
    return _beside("fake_studio")


@pytest.fixture
def studio(fakes: ModuleType) -> Any:
    """Give a server in memory."""
    return fakes.FakeStudio()


@pytest.fixture
def work_of(
    project: Project, studio: Any, made: ModuleType, document_of: Any, reading_of: Any, keep: Any
) -> Callable[..., Any]:
    """Return ``work_of(passages=12, coders=("ann", "bob"))``, which makes a sample in a fresh project."""

    def make(passages: int = 12, coders: tuple[str, ...] = ("ann", "bob")) -> Any:
        item = document_of("plan.pdf", title="A synthetic plan", page_count=2)
        reading = reading_of(item, made.texts_of(passages))
        keep(project.store, item, reading)
        return made.made_work(project, studio, item, reading, coders)

    return make


@pytest.fixture
def work(work_of: Callable[..., Any]) -> Any:
    """Give twelve passages that ann and bob read."""
    return work_of()
