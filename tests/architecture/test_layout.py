"""The house as it must stand: what lies at the top, and what must not lie anywhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("careatlas", "nlp", "annotation", "models", "evaluation", "streamlit_app")
TOP_LEVEL = {
    *ROOMS,
    "tests",
    "pyproject.toml",
    "uv.lock",
    "requirements.txt",
    "docs",
    "examples",
    "benchmarks",
    ".ci",
    ".gitignore",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
}
MAGNETS = {"utils", "util", "helpers", "common", "misc"}


def tracked() -> list[Path]:
    """Every file that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(name) for name in done.stdout.splitlines() if (ROOT / name).exists()]


def test_only_the_agreed_names_lie_at_the_top() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", ".ci/run"])
def test_the_usual_files_are_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 100


def test_no_package_marker_under_tests() -> None:
    # With --import-mode=importlib a marker there would make test modules shadow each other.
    assert [path for path in tracked() if path.parts[0] == "tests" and path.name == "__init__.py"] == []


def test_no_module_attracts_everything() -> None:
    assert [path for path in tracked() if path.suffix == ".py" and path.stem in MAGNETS] == []


def test_the_app_shadows_no_stage() -> None:
    inside = {path.stem for path in tracked() if path.parts[0] == "streamlit_app" and len(path.parts) == 2}
    assert inside & set(ROOMS) == set()


def test_git_ignores_no_source() -> None:
    for room in ROOMS:
        done = subprocess.run(["git", "check-ignore", "-q", f"{room}/anything.py"], cwd=ROOT, check=False)
        assert done.returncode == 1, f"{room}/ is swallowed by .gitignore"


def test_nothing_machine_made_is_kept_but_the_locks() -> None:
    large = [path for path in tracked() if (ROOT / path).stat().st_size > 500_000]
    assert [path.name for path in large if path.name != "uv.lock"] == []


def test_no_machine_path_or_foreign_data_in_text_files() -> None:
    forbidden = ("/wo" + "rk/", "/ro" + "ot/")
    for path in tracked():
        if path.name == "uv.lock" or path.suffix in {".png", ".pdf", ".safetensors"}:
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], path
