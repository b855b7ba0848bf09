"""Where downloaded backbones and built graphs are kept on this computer."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CAREATLAS_MODEL_CACHE"


def model_cache() -> Path:
    """Return the folder of the model cache, which need not exist yet.

    ``CAREATLAS_MODEL_CACHE`` if it is set, else ``careatlas`` in the user's cache folder (XDG Base Directory
    Specification: ``XDG_CACHE_HOME`` if it is an absolute path, else ``~/.cache``).
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        return Path(given).expanduser()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "careatlas"
