"""The backbones that are known by name, with the digests of their files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is known of a registered backbone.

    Attributes
    ----------
    files : mapping of str to str
        Relative path of every file that is read, to its SHA-256.
    mend : str
        The command that brings the files here.
    package, folder : str
        The installed package that holds the files, and the folder in it; empty where they are in the model cache.
    slices : tuple of str
        Requirements of the packages that together hold a zip file with the files, in order; empty if there are none.
    """

    name: str
    title: str
    source: str
    revision: str
    licence: str
    files: Mapping[str, str]
    mend: str
    package: str = ""
    folder: str = ""
    slices: tuple[str, ...] = ()


@cache
def manifests() -> Mapping[str, Manifest]:
    """Return the registered backbones by name."""
    text = (files("models") / "backbones.toml").read_text(encoding="utf-8")
    entries = {name: {"name": name, **entry} for name, entry in tomllib.loads(text).items()}
    return msgspec.convert(entries, type=dict[str, Manifest])
