"""Walking the stages of a project in their order."""

from __future__ import annotations

from collections.abc import Sequence

from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import StageReport, loaded, stage_named


def run_stages(project: Project, names: Sequence[str], progress: Progress, *, again: bool = False) -> list[StageReport]:
    """Run the named stages one after the other; each leaves out what is unchanged.

    Parameters
    ----------
    again : bool
        Whether to try once more what failed the last time although nothing has changed.
    """
    return [loaded(stage_named(name).run)(project, progress, again=again) for name in names]
