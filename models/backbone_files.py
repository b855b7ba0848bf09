"""The files of a backbone: which must be there, and that they are the ones that were meant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from careatlas.errors import InputError

WEIGHTS = "model.safetensors"
REQUIRED = ("config.json", "tokenizer.json", WEIGHTS)
# What the embedding of a text depends on. The rest of a folder serves only those who train with other libraries.
DECISIVE = (*REQUIRED, "1_Pooling/config.json", "sentence_bert_config.json")

_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_known: dict[tuple[str, int, int, int], str] = {}


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; a file that did not change is hashed once per process.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        facts = path.stat()
        key = (str(path.resolve()), facts.st_size, facts.st_mtime_ns, facts.st_ino)
        if key not in _known:
            with path.open("rb") as stream:
                _known[key] = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"a file of the backbone cannot be read: {error.strerror}", where=str(path)) from error
    return _known[key]


def verify(folder: Path, expected: Mapping[str, str], *, mend: str) -> None:
    """Check that every file of a manifest is in the folder, byte for byte.

    Raises
    ------
    InputError
        If one is missing or differs; the message names it, with both digests.
    """
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"the backbone is incomplete: {name} is missing", where=str(folder), mend=mend)
        found = file_digest(path)
        if found != digest:
            raise InputError(
                f"{name} is not the file that was registered: expected SHA-256 {digest}, found {found}",
                where=str(path),
                mend=mend,
            )


def check_complete(folder: Path) -> None:
    """Check that a folder holds a backbone that can be read without running anybody's code.

    Raises
    ------
    InputError
        If a file is missing; pickled weights alone are refused, because loading them runs what is inside.
    """
    missing = [name for name in REQUIRED if not (folder / name).is_file()]
    if WEIGHTS in missing and _pickled(folder):
        raise InputError(
            f"the weights are pickled, and reading them could run code: {', '.join(_pickled(folder))}",
            where=str(folder),
            mend=f"save the model again as {WEIGHTS} (save_pretrained in a current transformers does)",
        )
    if missing:
        raise InputError(
            f"not a backbone: {', '.join(missing)} not found",
            where=str(folder),
            mend=f"give a folder with {', '.join(REQUIRED)}",
        )


def digests(folder: Path, names: Iterable[str] = DECISIVE) -> dict[str, str]:
    """Return the SHA-256 of those of the named files that are there."""
    return {name: file_digest(folder / name) for name in names if (folder / name).is_file()}


def joint_digest(parts: Mapping[str, str]) -> str:
    """Return one SHA-256 over the decisive files' digests: the same wherever a backbone lies."""
    lines = "".join(f"{name} {parts[name]}\n" for name in DECISIVE if name in parts)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def _pickled(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLED)
