"""Mapping files: small TOML files in which a person says how somebody else's names relate to ours."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from careatlas.errors import InputError

MAX_BYTES = 1_000_000
SHOWN = 20  # problems in one error

Form = TypeVar("Form", bound=BaseModel)


def read_mapping(path: Path, form: type[Form], *, mend: str) -> Form:
    """Read a mapping file and check its form.

    Parameters
    ----------
    path : Path
        TOML, UTF-8.
    form : type
        What the file has to be.
    mend : str
        Where the form is described.

    Raises
    ------
    InputError
        If the file cannot be read or is of another form; every problem is named with its key.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the mapping cannot be read: {error.strerror or error}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError(f"a mapping has at most {MAX_BYTES:,} bytes", where=str(path))
    try:
        tree = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"the mapping is not TOML: {error}", where=str(path)) from error
    try:
        return form.model_validate(tree)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()]
        raise InputError("\n".join(lines[:SHOWN]), where=str(path), mend=mend) from error
