"""Numbers from what was read as the base finds them: no stage of the chain, only commands."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="evaluate",
    order=50,
    summary="Turn initiatives into numbers: the policy map.",
    commands="evaluation.commands:register",
)
