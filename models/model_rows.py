"""Models as plain rows to show: a line of the list, all facts of one, its doubtful labels with their passages."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from careatlas.errors import InputError, UsageError
from models.model_card_tables import number
from models.registry import CARD, ModelEntry

HEADER = ("model", "aliases", "codebook", "labels", "micro AP", "made", "")
REVIEWER = "CAREATLAS_REVIEWER"

_PRIMARY = "micro_average_precision"


def model_row(entry: ModelEntry) -> dict[str, Any]:
    """Return a model as a row of plain data; no weights are read, and nothing is checked but its ``model.json``."""
    measured = _evaluation(entry)
    return {
        "model_id": entry.model_id,
        "aliases": list(entry.aliases),
        "shipped": entry.shipped,
        "codebook": list(entry.codebook),
        "labels": entry.facts.get("human_labels"),
        "synthetic": measured.get("data", {}).get("synthetic"),
        _PRIMARY: measured.get("report", {}).get("totals", {}).get(_PRIMARY),
        "made_at": entry.facts.get("made_at"),
        "folder": str(entry.folder),
        "problem": entry.problem,
    }


def table_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row in the columns of :data:`HEADER`."""
    measure = row[_PRIMARY]
    remarks = [row["problem"], "shipped" if row["shipped"] else "", "written passages only" if row["synthetic"] else ""]
    return (
        row["model_id"],
        ", ".join(row["aliases"]) or "-",
        " ".join(row["codebook"]).strip() or "-",
        "-" if row["labels"] is None else f"{row['labels']:,}",
        number(measure["value"] if measure and not row["synthetic"] else None, 3),
        str(row["made_at"] or "-")[:10],
        "; ".join(part for part in remarks if part),
    )


def model_facts(entry: ModelEntry, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return everything that is known of a model, with what happened to it in the registry."""
    return {
        **model_row(entry),
        "model": dict(entry.meta),
        "evaluation": _evaluation(entry) or None,
        "history": [row for row in history if row["model_id"] == entry.model_id],
        "card": card_of(entry.folder),
    }


def card_of(folder: Path) -> str:
    """Return a model's card.

    Raises
    ------
    InputError
        If it has none.
    """
    try:
        return (folder / CARD).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the model has no card", where=str(folder / CARD), mend="train the model again") from error


def doubtful_labels(folder: Path, root: Path | None) -> list[dict[str, Any]]:
    """Return the labels to read again, each with its passage's ``text`` if it is in the project, else ``None``.

    Raises
    ------
    InputError
        If the model has no such list.
    """
    from models.record_files import read_label_errors

    found = read_label_errors(folder)
    texts = {} if root is None or not found else _texts(root, {one.id for one in found})
    return [{**asdict(one), "text": texts.get(one.id)} for one in found]


def person() -> str:
    """Return who is at work: the reviewer that the environment names, else the user of this computer."""
    try:
        return os.environ.get(REVIEWER, "").strip() or getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user without a name
        return "unknown"


def _evaluation(entry: ModelEntry) -> dict[str, Any]:
    from models.record_files import read_evaluation

    try:
        return {} if entry.problem else read_evaluation(entry.folder)
    except InputError:
        return {}


def _texts(root: Path, wanted: set[str]) -> dict[str, str]:
    from careatlas.project import open_project
    from careatlas.store import passages

    found = {}
    with open_project(root) as project, project.store.read() as connection:
        for name in wanted:
            try:
                found[name] = passages.get(connection, name).text
            except UsageError:
                continue  # labelled in a file, or not found again by a new reading
    return found
