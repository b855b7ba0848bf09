"""The ten boroughs of the pilot."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Borough:
    """A borough under its real name and code; everything else about it is invented."""

    code: str
    name: str
    hospital: str
    trust: str
    charity: str
    neighbourhoods: tuple[str, ...]


def load_boroughs(path: Path = HERE / "boroughs.toml") -> tuple[Borough, ...]:
    """Return the boroughs in the order of their codes.

    Parameters
    ----------
    path : Path
        The list of boroughs.
    """
    entries = tomllib.loads(path.read_text("utf-8"))["borough"]
    boroughs = (Borough(**{**entry, "neighbourhoods": tuple(entry["neighbourhoods"])}) for entry in entries)
    return tuple(sorted(boroughs, key=lambda borough: borough.code))
