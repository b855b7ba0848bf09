"""Respondents without their names: a digest that only this project can make, and nobody can take back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from careatlas.errors import StageError

NAME = "survey.key"
_BYTES = 32


def survey_key(root: Path, *, make: bool) -> bytes:
    """Return the secret that digests of respondents are made with, kept in the project's folder.

    Addresses and names can be guessed and digested one after the other; with a secret they cannot. Without the file,
    nobody can tell any more who a respondent is, nor that two files have the same one.

    Parameters
    ----------
    root : Path
        The project's folder.
    make : bool
        Whether to keep a new one where there is none; otherwise it is forgotten at once.

    Raises
    ------
    StageError
        If the file cannot be read or made, or is none of ours.
    """
    path = root / NAME
    try:
        if not path.exists():
            key = os.urandom(_BYTES)
            if not make:
                return key
            _keep(path, key)
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StageError(f"the key of the surveys cannot be used: {error}", where=str(path)) from error
    if len(key) != _BYTES:
        raise StageError(
            "the key of the surveys is damaged",
            where=str(path),
            mend="put it back from a copy: with another key, known respondents would be new ones",
        )
    return key


def respondent_digest(key: bytes, survey: str, respondent: str) -> str:
    """Return what a respondent is called: ``s`` and 16 base-32 characters, other ones in every survey."""
    said = f"{survey}\x1f{respondent}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, said, hashlib.sha256).digest()[:10]
    return "s" + base64.b32encode(digest).decode("ascii").lower()


def _keep(path: Path, key: bytes) -> None:
    # Whole or not at all, and readable by the owner alone from the first moment; the first of two processes wins.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
