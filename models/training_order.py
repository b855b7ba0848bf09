"""What a person orders with ``careatlas train``, and carrying it out: from labels to a model in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import find_codebook
from careatlas.errors import UsageError
from careatlas.identifiers import ModelId
from careatlas.progress import Progress
from careatlas.project import Project, open_project
from careatlas.settings import load_settings
from careatlas.store import documents
from models.held_out import held_out
from models.model_card import NO_LICENCE, write_card
from models.model_seal import seal
from models.record_files import save_record
from models.registry import registry_of
from models.stack_config import READS, Context, StackConfig
from models.training import Training, train
from models.training_data import TrainingData, training_data
from models.training_record import TrainingRecord, training_record

_SHOWN = ("micro_f1", "macro_f1", "micro_average_precision", "initiative_f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """What is to be trained on what.

    Attributes
    ----------
    root : Path or None
        The project, whose judgements, settings and registry are used.
    labels : tuple of Path
        Label files.
    codebook, backbone : str
        Empty for those of the settings; ``none`` for no encoder.
    reads : str
        ``text``, ``headings`` or ``neighbours``.
    licence : str
        Of the model, for its card: an SPDX identifier in lower case, or ``other``.
    out : Path or None
        A folder that is not there yet, instead of the registry.
    """

    root: Path | None
    labels: tuple[Path, ...] = ()
    judgements: bool = True
    seeds: bool = True
    codebook: str = ""
    backbone: str = ""
    reads: str = "text"
    mask: bool = False
    fine_tune: bool = False
    licence: str = NO_LICENCE
    out: Path | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """What came of it."""

    model_id: ModelId
    folder: Path
    counts: dict[str, int]
    notes: tuple[str, ...]
    evaluation: dict[str, Any]
    registered: bool

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "model": self.model_id,
            "folder": str(self.folder),
            "examples": self.counts,
            "notes": list(self.notes),
            "evaluation": self.evaluation,
        }

    def lines(self) -> Iterator[str]:
        """Yield the result as lines to read."""
        examples = ", ".join(f"{count:,} {origin}" for origin, count in self.counts.items())
        yield f"trained {self.model_id} on {examples} examples; its card: {self.folder / 'README.md'}"
        data = self.evaluation["data"]
        where = "written pages, not real plans" if data["synthetic"] else "labelled passages, out of fold"
        yield f"  measured on {data['tested_passages']:,} passages of {data['tested_groups']:,} documents ({where}):"
        for name in _SHOWN:
            found = self.evaluation["report"]["totals"][name]
            if found["value"] is not None:
                shown = f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
                yield f"  {name.replace('_', ' ')} {shown}"
        yield from (f"  note: {note}" for note in self.notes)
        if self.registered:
            yield f"  use it: careatlas models promote {self.model_id}"


def carried_out(order: TrainingOrder, progress: Progress) -> TrainingResult:
    """Train a model and put it into the registry, or into the folder that was asked for.

    Raises
    ------
    UsageError
        If the order contradicts itself, or the folder is there already.
    InputError, StageError
        If the labels are wrong or too few; nothing is written then.
    """
    _check(order)
    settings = load_settings(order.root)
    codebook = find_codebook(order.codebook or settings.suggest.codebook, order.root)
    backbone = order.backbone or settings.suggest.backbone
    data, names = _data(order, codebook)
    config = StackConfig(
        backbone="" if backbone == "none" else backbone,
        context=_context(order.reads),
        mask=order.mask,
        mask_names=names,
    )
    done = train(data, codebook, config, progress=progress, threads=order.threads, fine_tune=order.fine_tune)
    record = _record(done, codebook)
    with _destination(order) as folder:
        model_id = done.save(codebook, folder)
        save_record(record, folder)
        write_card(folder, codebook, licence=order.licence)
        final = _kept(order, folder)
    return TrainingResult(
        model_id=model_id,
        folder=final,
        counts=data.counts,
        notes=done.notes,
        evaluation=record.as_dict(),
        registered=order.out is None,
    )


def _check(order: TrainingOrder) -> None:
    _context(order.reads)
    if order.out is not None and order.out.exists():
        raise UsageError("the folder for the model is there already", where=str(order.out), mend="name a new folder")


def _context(reads: str) -> Context:
    for known in READS:
        if reads == known:
            return known
    raise UsageError(f"a model cannot read {reads!r}", mend=f"one of: {', '.join(READS)}")


def _data(order: TrainingOrder, codebook: Codebook) -> tuple[TrainingData, tuple[str, ...]]:
    """Return the examples, and the names of the project's areas where they are to be masked."""
    with _project(order) as project:
        store = project.store if project is not None else None
        data = training_data(codebook, store=store, files=order.labels, seeds=order.seeds)
        if project is None or not order.mask:
            return data, ()
        with project.store.read() as connection:
            named = {item.area_name for item in documents.listed(connection) if item.area_name}
        return data, tuple(sorted(named))


@contextmanager
def _project(order: TrainingOrder) -> Iterator[Project | None]:
    if order.root is None or not order.judgements:
        yield None
        return
    with open_project(order.root) as project:
        yield project


def _record(done: Training, codebook: Codebook) -> TrainingRecord:
    trained, examples = done.trained, done.data.examples
    found, readout = trained.out_of_fold, list(trained.readouts.values())[-1]
    held = held_out(examples, found.rows, found.folds, found.probabilities, found.initiative, goal=readout.cut_off_goal)
    return training_record(
        examples,
        found.rows,
        held,
        codebook,
        synthetic=not trained.on_real_labels,
        folds=trained.folds,
        seed=trained.config.seed,
        cut_offs=readout.cut_offs,
        others={"words": found.words},
        uncalibrated=found.uncalibrated,
    )


@contextmanager
def _destination(order: TrainingOrder) -> Iterator[Path]:
    if order.out is not None:
        order.out.mkdir(parents=True)
        yield order.out
    else:
        with registry_of(order.root).draft() as folder:
            yield folder


def _kept(order: TrainingOrder, folder: Path) -> Path:
    if order.out is None:
        return registry_of(order.root).add(folder).folder
    seal(folder)
    return folder
