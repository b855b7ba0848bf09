"""People's work as the base finds it: no stage of the chain, only commands."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="annotate",
    order=30,
    summary="Let people correct the machine.",
    commands="annotation.commands:register",
)
