"""The describing stage as the base finds it."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="describe",
    order=15,
    summary="Propose what each plan is: area, body, kind, period, date; mark copies.",
    run="nlp.describing:describe_stage",
    commands="nlp.commands_describe:register",
)
