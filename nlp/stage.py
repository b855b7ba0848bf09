"""The reading stage as the base finds it."""

from __future__ import annotations

from careatlas.stage import Stage

STAGE = Stage(
    name="parse",
    order=10,
    summary="Read the plans: pages, passages and their place on the page.",
    run="nlp.parsing:parse_stage",
    commands="nlp.commands:register",
    page_image="nlp.page_image:make_page_images",
)
