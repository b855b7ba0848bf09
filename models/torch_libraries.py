"""torch and transformers, imported only where something is fine-tuned."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from careatlas.errors import MissingDependencyError


def torch_libraries() -> tuple[Any, Any]:
    """Return the modules torch and transformers, the latter silent and without a network.

    Raises
    ------
    MissingDependencyError
        If one of them is not installed, with the command that brings it.
    """
    # The hub library reads it once, when it is first imported. Models are read from folders: nothing needs the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        torch, transformers = import_module("torch"), import_module("transformers")
    except ImportError as error:
        raise MissingDependencyError(
            f"fine-tuning needs torch and transformers: {error}", mend="pip install 'careatlas[train]'"
        ) from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers
