"""``model.json`` of a model folder, read and checked without NumPy: every run asks which model is in use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from careatlas.errors import InputError
from careatlas.identifiers import ModelId, sha256_of

FORMAT = 1
META = "model.json"
MEND = "train the model again, or restore its folder from a copy"

_NOT_LEARNED = frozenset({"model_id", "facts"})


def identity_of(core: Mapping[str, Any]) -> ModelId:
    """Return the identity of a model: the digest of everything in its ``model.json`` that was learned or set."""
    digest = sha256_of(json.dumps(core, sort_keys=True, ensure_ascii=False).encode())
    return ModelId(f"stack-{digest[:12]}")


def read_meta(folder: Path) -> dict[str, Any]:
    """Return a model's ``model.json``, checked against its own identity.

    Raises
    ------
    InputError
        If there is none, it is no model of this format, or it was changed.
    """
    path = folder / META
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
        core = {name: value for name, value in meta.items() if name not in _NOT_LEARNED}
        found, fits, facts = core["format"], identity_of(core) == meta["model_id"], meta["facts"]
    except OSError as error:
        raise InputError(f"there is no model: {error.strerror}", where=str(path), mend=MEND) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("this is no model.json", where=str(path), mend=MEND) from error
    if found != FORMAT:
        raise InputError(f"the model is of format {found}, and only {FORMAT} is read", where=str(path), mend=MEND)
    if not fits or not isinstance(facts, dict):
        raise InputError("the model.json was changed", where=str(path), mend=MEND)
    return dict(meta)
