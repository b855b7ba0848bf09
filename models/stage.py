"""The suggesting stage as the base finds it."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="suggest",
    order=20,
    summary="Suggest codes for passages.",
    run="models.suggesting:suggest_stage",
    commands="models.commands:register",
)
