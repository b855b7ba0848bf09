"""The stage that builds initiatives, as the base finds it."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="initiatives",
    order=40,
    summary="Put together what is done where and when, from coded passages.",
    run="nlp.initiative_building:initiatives_stage",
    commands="nlp.commands_initiatives:register",
)
