"""Which codebook a model was trained for, and whether it is the one in use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import sha256_of


def codebook_facts(codebook: Codebook) -> dict[str, Any]:
    """Return what a model keeps of its codebook: identity, version, its codes in order, and a digest of its cues."""
    cues = json.dumps([[code.id, *code.cues] for code in codebook.codes]).encode()
    return {
        "id": codebook.id,
        "version": codebook.version,
        "provenance": str(codebook.provenance),
        "codes": [str(code.id) for code in codebook.codes],
        "cues": sha256_of(cues),
    }


def check_codebook(facts: Mapping[str, Any], codebook: Codebook, *, where: str) -> None:
    """Refuse a codebook that the model was not trained for.

    Raises
    ------
    InputError
        If identity, version, codes or cues differ; the message says which.
    """
    now = codebook_facts(codebook)
    for name, what in (
        ("id", "another id"),
        ("version", "another version"),
        ("codes", "other codes"),
        ("cues", "other cues"),
    ):
        if facts.get(name) != now[name]:
            shown = f": {facts.get(name)} there, {now[name]} here" if name in {"id", "version"} else ""
            raise InputError(
                f"the model was trained with another codebook than {codebook.id} {codebook.version} ({what}{shown})",
                where=where,
                mend="train a model for this codebook (careatlas train), or name the codebook that the model is for",
            )
