"""Stages: what the base knows of them, and how it finds them.

A stage is found through the entry-point group ``careatlas.stages``; the base never imports one by name. What it brings
is named as ``module:function`` and imported only when it is used, so that ``careatlas --help`` stays quick.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from careatlas.errors import StageError, UsageError

GROUP = "careatlas.stages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the chain.

    Attributes
    ----------
    name : str
        Its name, also in the run ledger.
    order : int
        ``careatlas run`` walks the stages from the lowest to the highest.
    run : str
        ``module:function`` of ``(project, progress, *, again) -> StageReport``; empty for a stage that only brings
        commands.
    commands : str
        ``module:function`` of ``(typer.Typer) -> None`` that adds the stage's commands.
    page_image : str
        ``module:function`` that makes page images, for the one stage that can.
    serve : str
        ``module:function`` of ``(project folder) -> None`` that opens the browser app, for the one that does.
    """

    name: str
    order: int
    summary: str
    run: str = ""
    commands: str = ""
    page_image: str = ""
    serve: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """What one walk of a stage did. Failed work is rows in the ledger, not an exception."""

    stage: str
    done: int
    unchanged: int
    failed: int
    seconds: float
    counts: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the report as lines to read."""
        tally = f"{self.done} done, {self.unchanged} unchanged, {self.failed} failed"
        counts = ", ".join(f"{name} {value:,.10g}" for name, value in self.counts.items())
        return [f"{self.stage}: {tally} in {self.seconds:.1f} s", *([counts] if counts else []), *self.problems]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "stage": self.stage,
            "done": self.done,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "counts": dict(self.counts),
            "problems": list(self.problems),
        }


def stages() -> tuple[Stage, ...]:
    """Return the installed stages in the order in which they run.

    Raises
    ------
    StageError
        If one that is installed cannot be imported.
    """
    found = []
    for point in entry_points(group=GROUP):
        try:
            found.append(point.load())
        except (ImportError, AttributeError) as error:
            raise StageError(f"stage {point.name!r} cannot be loaded: {error}", mend="install it again") from error
    return tuple(sorted(found, key=lambda stage: (stage.order, stage.name)))


def stage_named(name: str) -> Stage:
    """Return an installed stage by its name.

    Raises
    ------
    UsageError
        If there is none; the message lists those there are.
    """
    for stage in stages():
        if stage.name == name:
            return stage
    raise UsageError(f"no stage {name!r}", mend=f"installed: {', '.join(stage.name for stage in stages())}")


def loaded(reference: str) -> Any:
    """Import and return what a ``module:name`` reference points to.

    Raises
    ------
    StageError
        If the reference is empty or leads nowhere.
    """
    module, _, name = reference.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise StageError(f"{reference!r} cannot be loaded: {error}", mend="reinstall CareAtlas") from error
