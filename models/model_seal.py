"""The seal of a model folder: the digest of every file in it, so that a change is found and named."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from careatlas.errors import InputError
from careatlas.identifiers import Sha256, sha256_of

SEAL = "files.json"

_PART = r"(?!\.{1,2}/|\.{1,2}$)[^/\\\0]+"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")  # relative, and never upwards
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEND = "restore the folder from a copy, or train the model again"


def seal(folder: Path) -> Sha256:
    """Write the digest of every file of a folder into its seal, and return the digest of the seal.

    Raises
    ------
    InputError
        If the folder holds anything but files and folders, or a file cannot be read or the seal not be written.
    """
    digests = {name: _digest(folder / name) for name in _names(folder)}
    content = json.dumps(digests, indent=1).encode()
    try:
        (folder / SEAL).write_bytes(content)
    except OSError as error:
        raise InputError(f"the model cannot be sealed: {error.strerror}", where=str(folder / SEAL)) from error
    return sha256_of(content)


def check_seal(folder: Path, expected: str = "") -> None:
    """Check that a folder holds the files of its seal, byte for byte, and no others.

    Parameters
    ----------
    folder : Path
        A model folder.
    expected : str
        SHA-256 of the seal itself, where it is known.

    Raises
    ------
    InputError
        Naming the first file that was changed, is missing, or was put there.
    """
    digests = _read(folder, expected)
    there = _names(folder)
    for name in sorted(digests.keys() | set(there)):
        if name not in there:
            raise _broken("a file of the model is missing", folder / name)
        if name not in digests:
            raise _broken("a file was put into the folder of a finished model", folder / name)
        if _digest(folder / name) != digests[name]:
            raise _broken("a file of the model was changed", folder / name)


def _read(folder: Path, expected: str) -> dict[str, str]:
    path = folder / SEAL
    try:
        content = path.read_bytes()
        digests = json.loads(content)
    except OSError as error:
        raise _broken(f"the model has no seal: {error.strerror}", path) from error
    except (ValueError, RecursionError) as error:
        raise _broken("the model's seal is no list of files", path) from error
    if expected and sha256_of(content) != expected:
        raise _broken("the model's seal was changed", path)
    if not isinstance(digests, dict) or not all(map(_is_entry, digests.items())):
        raise _broken("the model's seal is no list of files", path)
    return digests


def _is_entry(item: tuple[str, object]) -> bool:
    name, digest = item
    return bool(_NAME.fullmatch(name)) and isinstance(digest, str) and bool(_DIGEST.fullmatch(digest))


def _names(folder: Path) -> list[str]:
    try:
        found = sorted(folder.rglob("*"))
    except OSError as error:
        raise InputError(f"the model cannot be read: {error.strerror}", where=str(folder)) from error
    for path in found:
        # A link would let a file outside the folder pass for a part of the model.
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise _broken("a model folder holds files only, no links", path)
    return [name for path in found if path.is_file() and (name := path.relative_to(folder).as_posix()) != SEAL]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"a file of the model cannot be read: {error.strerror}", where=str(path)) from error


def _broken(what: str, path: Path) -> InputError:
    return InputError(what, where=str(path), mend=_MEND)
