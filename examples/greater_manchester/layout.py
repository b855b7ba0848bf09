"""Typesetting: a plan becomes the bytes of a PDF file, and says on which page each planted passage came to stand."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from marks import RIGHT_TO_LEFT_MARK, hide, reveal
from plan import Plan
from scan import roughen

TEMPLATE = Path(__file__).resolve().with_name("layout.typ")
_SANS = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans")
_SERIF = "Libertinus Serif"  # comes with typst
_RESOLUTION = 130  # pixels per inch of the scanned page


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """A PDF file and the 1-based page of each planted passage, by its mark."""

    pdf: bytes
    pages: Mapping[int, int]


@cache
def sans() -> str:
    """Return a sans serif family that this machine has, or the serif family that typst always has."""
    known = set(typst.Fonts().families())
    return next((family for family in _SANS if family in known), _SERIF)


def typeset(plan: Plan, rng: random.Random) -> Typeset:
    """Return the PDF file of a plan; the same plan and generator give the same bytes.

    Parameters
    ----------
    plan : Plan
        What to typeset.
    rng : random.Random
        Source of the noise of a scanned page.
    """
    content = json.dumps(_content(plan), ensure_ascii=False)
    inputs = {"plan": hide(content)}
    marked = RIGHT_TO_LEFT_MARK in content
    tagged = plan.assignment.style.tagged
    with TemporaryDirectory(prefix="careatlas-demo-") as folder:
        root = Path(folder)
        source = root / TEMPLATE.name
        source.write_bytes(TEMPLATE.read_bytes())
        if plan.letter:
            letter = inputs | {"letter": "yes"}
            clean = typst.compile(source, root=root, format="png", ppi=_RESOLUTION, sys_inputs=letter)
            (root / "scan.jpg").write_bytes(roughen(clean, rng))
        pdf = typst.compile(source, root=root, format="pdf", sys_inputs=inputs, pdf_tags=tagged, pretty=marked)
        answer = typst.query(source, "<planted>", field="value", root=root, sys_inputs=inputs)
    pages = {entry["mark"]: entry["page"] for entry in json.loads(answer)}
    return Typeset(pdf=reveal(pdf) if marked else pdf, pages=pages)


def _content(plan: Plan) -> dict[str, object]:
    style = asdict(plan.assignment.style)
    return {
        "title": plan.title,
        "label": plan.assignment.kind.label,
        "borough": plan.borough.name,
        "month": f"{plan.assignment.day:%B %Y}",
        "font": sans() if plan.assignment.style.font == "sans" else _SERIF,
        "style": style,
        "blocks": plan.blocks,
        "annex": plan.annex,
        "letter": plan.letter,
    }
