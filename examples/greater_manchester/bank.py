"""The bank of sentences: initiatives with a sentence for every stage, and passages without any."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAGES = ("aspiration", "planned", "in-place", "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """Something that a borough may take up.

    Attributes
    ----------
    codes : tuple of str
        The codes that each of its sentences carries, the main one first.
    names : tuple of str
        What it may be called; a borough keeps to one name.
    scheme : str
        How a table of schemes puts it.
    templates : mapping of str to tuple of str
        Sentence templates by stage.
    """

    id: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    scheme: str
    templates: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All the text from which plans are made."""

    initiatives: tuple[Initiative, ...]
    topics: Mapping[str, tuple[str, ...]]
    leads: tuple[str, ...]
    bullets: tuple[str, ...]


def load_bank(folder: Path = HERE) -> Bank:
    """Read the bank.

    Parameters
    ----------
    folder : Path
        Where ``initiatives-*.toml`` and ``neutral.toml`` lie.
    """
    entries = [
        entry
        for path in sorted(folder.glob("initiatives-*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["initiative"]
    ]
    neutral = tomllib.loads((folder / "neutral.toml").read_text("utf-8"))
    return Bank(
        initiatives=tuple(
            Initiative(
                id=entry["id"],
                codes=tuple(entry["codes"]),
                names=tuple(entry["names"]),
                scheme=entry["scheme"],
                templates={stage: tuple(entry[stage]) for stage in STAGES},
            )
            for entry in entries
        ),
        topics={topic: tuple(texts) for topic, texts in neutral["topics"].items()},
        leads=tuple(neutral["lead"]),
        bullets=tuple(neutral["bullets"]),
    )
