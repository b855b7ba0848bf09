"""The work of a coder as files that any Label Studio takes: the tasks, and beside them the labelling screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_layout import Layout
from annotation.labelling_task import PLACE_VERSION, labelling_task
from annotation.passage_work import labelling_works
from annotation.sample_codebook import sample_codebook
from careatlas.codebook import Codebook
from careatlas.errors import InputError, UsageError
from careatlas.export import whole_file
from careatlas.project import Project
from careatlas.sample import Assignment, Sample
from careatlas.store import samples


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """The files of one coder.

    Attributes
    ----------
    tasks, blind : int
        Tasks in the file, and those of them that show no suggestion.
    lost : int
        Readings whose passage a new version of the reader did not find again.
    """

    coder: str
    tasks_file: str
    config_file: str
    tasks: int
    blind: int
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def export_tasks(
    project: Project, sample_id: str, *, coder: str = "", out: Path | None = None, layout: Layout = Layout.AUTO
) -> list[TaskFile]:
    """Write the readings of a sample that were asked for, with one file for each coder.

    Parameters
    ----------
    coder : str
        Empty for every coder.
    out : Path, optional
        The file, for one coder; otherwise files are named after the sample and the coder.
    layout : Layout
        How the codes stand on the screen.

    Raises
    ------
    UsageError
        If there is no such sample or coder, or several coders and one file.
    InputError
        If a file cannot be written.
    """
    with project.store.read() as connection:
        sample = samples.get(connection, sample_id)
        asked = samples.assignments_of(connection, sample.sample_id, coder)
    by_coder: dict[str, list[Assignment]] = {}
    for one in asked:
        by_coder.setdefault(one.coder, []).append(one)
    if not by_coder:
        raise UsageError(
            f"sample {sample.sample_id!r} asks {coder or 'nobody'} for nothing", mend="careatlas annotate samples"
        )
    if out is not None and len(by_coder) > 1:
        raise UsageError(f"the sample has {len(by_coder)} coders: {', '.join(by_coder)}", mend="name one with --coder")
    book = sample_codebook(project.root, sample)
    paths = _paths(sample, list(by_coder), out)
    return [_written(project, sample, book, work, paths[name], layout) for name, work in by_coder.items()]


def _paths(sample: Sample, coders: Sequence[str], out: Path | None) -> dict[str, Path]:
    if out is not None:
        return {coders[0]: out}
    paths = {coder: Path(f"{_plain(sample.sample_id)}-{_plain(coder)}.json") for coder in coders}
    if len(set(paths.values())) < len(paths):
        raise UsageError("two coders would get the same file", mend="export them one by one, with --coder and --out")
    return paths


def _plain(name: str) -> str:
    return re.sub(r"[^\w.@-]+", "-", name).strip(".-") or "coder"


def _written(
    project: Project, sample: Sample, book: Codebook, work: Sequence[Assignment], path: Path, layout: Layout
) -> TaskFile:
    config = labelling_config(book, layout=layout, page_image=False)  # nobody knows which server would show images
    config_path = path.with_suffix(".xml")
    if config_path == path:
        raise UsageError("the tasks cannot be called so: the labelling screen goes into the .xml file", where=str(path))
    tasks = list(_tasks(project, sample, book, work, config_hash(config), layout))
    lines = ",\n".join(json.dumps(task) for task in tasks)
    try:
        for target, content in ((path, f"[\n{lines}\n]\n"), (config_path, config)):
            with whole_file(target) as partial:
                partial.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror or error}", where=str(path)) from error
    blind = {one.task_key for one in work if one.blind}
    return TaskFile(
        coder=work[0].coder,
        tasks_file=str(path),
        config_file=str(config_path),
        tasks=len(tasks),
        blind=sum(task["data"]["task_key"] in blind for task in tasks),
        lost=len(work) - len(tasks),
    )


def _tasks(
    project: Project, sample: Sample, book: Codebook, work: Sequence[Assignment], screen: str, layout: Layout
) -> Iterator[dict[str, Any]]:
    with project.store.read() as connection:
        for one in labelling_works(connection, work, sample.model_id or "", None):
            task = labelling_task(one, book, layout=layout, config_hash=screen)
            for prediction in task["predictions"]:
                prediction["model_version"] = sample.model_id or PLACE_VERSION
            yield task
