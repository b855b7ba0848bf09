"""The demo: synthetic plans of the ten Greater Manchester boroughs, through the whole chain."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from careatlas.adding import add_documents
from careatlas.errors import MissingDependencyError, StageError
from careatlas.progress import Progress
from careatlas.project import create_project, open_project
from careatlas.running import run_stages
from careatlas.settings import FILE_NAME
from careatlas.stage import stages

GENERATOR = Path("examples") / "greater_manchester" / "generate.py"
_SECONDS = 300.0

_log = logging.getLogger("careatlas")


def make_demo(directory: Path, seed: int, progress: Progress) -> list[str]:
    """Make the demo project in ``directory``, or bring the one that is there up to date; return what to tell the user.

    Raises
    ------
    MissingDependencyError
        If this is not a source checkout: the generator and its typesetter are not part of the installed package.
    StageError
        If the plans could not be made.
    """
    plans = directory / f"plans-seed-{seed}"
    if not (plans / "register.csv").exists():
        _log.info("making synthetic plans from seed %d", seed)
        _generate(plans, seed)
    if not (directory / FILE_NAME).exists():
        create_project(directory)
    with open_project(directory) as project:
        added = add_documents(project, [plans / "register.csv"], progress)
        names = [stage.name for stage in stages() if stage.run]
        reports = run_stages(project, names, progress)
    said = [f"{added.new + added.known} synthetic plans in {plans}"]
    said += [f"{one.stage}: {one.done} done, {one.unchanged} unchanged, {one.failed} failed" for one in reports]
    return [*said, "Everything in this project is synthetic: it describes nothing real."]


def _generate(plans: Path, seed: int) -> None:
    script = Path(__file__).resolve().parent.parent / GENERATOR
    if not script.exists():
        raise MissingDependencyError(
            "the demo needs a source checkout of CareAtlas",
            where=str(script),
            mend="git clone it, then: uv run careatlas demo",
        )
    plans.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(script), "--seed", str(seed), "--out", str(plans)],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise StageError("the synthetic plans could not be made", where=str(script), mend=done.stderr.strip()[-500:])
