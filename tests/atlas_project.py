"""A synthetic project of the size of England: every upper-tier authority with plans, passages and initiatives.

Everything in it is invented but the areas' codes and names; it is there to be measured, not to be read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from careatlas.areas.area import Area, Level
from careatlas.areas.area_register import area_register
from careatlas.codebook_file import shipped
from careatlas.identifiers import EvidenceId, InitiativeId
from careatlas.initiative import Basis, Evidence, Initiative, InitiativeStatus
from careatlas.initiative_values import initiative_of
from careatlas.passage import Passage
from careatlas.period import Period, Precision
from careatlas.project import create_project, open_project
from careatlas.store import initiatives, passages

BOOK = shipped("care-home-integration")
ON = date(2024, 1, 1)
YEARS = ("2019", "2021", "2023")
_PER_PAGE = 11
_WORDS = ("joint team", "weekly round", "shared record", "falls service", "training offer", "pooled budget")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is: areas, passages of each document, initiatives of each area (each area has three documents)."""

    areas: int = 153
    passages: int = 44
    initiatives: int = 26


def make_atlas(
    root: Path, size: Size, document_of: Callable[..., Any], reading_of: Callable[..., Any], keep: Any
) -> int:
    """Make the project and return how many passages it has."""
    draw = random.Random(5)
    create_project(root)
    count = 0
    with open_project(root) as project:
        proposed: list[Initiative] = []
        for area in area_register().of_level(Level.UTLA, ON)[: size.areas]:
            told: list[Passage] = []
            for year in YEARS:
                facts = {"area_code": area.code, "area_name": area.name, "published": year, "title": "Synthetic plan"}
                item = document_of(f"{area.code}-{year}.pdf", **facts)
                texts = [
                    f"Synthetic {number}: a {draw.choice(_WORDS)} in {area.name}." for number in range(size.passages)
                ]
                pages = [texts[start : start + _PER_PAGE] for start in range(0, len(texts), _PER_PAGE)]
                reading = reading_of(item, pages)
                keep(project.store, replace(item, passage_count=len(texts)), reading)
                told += reading.passages
                count += len(texts)
            proposed += _initiatives(area, told, size, draw)
        with project.store.write() as connection:
            initiatives.replace(connection, BOOK.id, BOOK.version, proposed)
        with project.store.read() as connection:
            assert passages.count(connection, passages.PassageFilter()) == count
    return count


def _initiatives(area: Area, told: Sequence[Passage], size: Size, draw: random.Random) -> list[Initiative]:
    made, left = [], list(told)
    draw.shuffle(left)
    for _ in range(size.initiatives):
        rows = [left.pop() for _ in range(draw.randint(1, 4))]
        code = draw.choice(BOOK.codes).id
        made.append(
            initiative_of(InitiativeId(f"i{rows[0].passage_id}"), [_evidence(area, one, code, draw) for one in rows])
        )
    return made


def _evidence(area: Area, one: Passage, code: Any, draw: random.Random) -> Evidence:
    start = date(draw.randint(2016, 2023), draw.randint(1, 12), 1)
    return Evidence(
        evidence_id=EvidenceId(one.passage_id),
        passage_id=one.passage_id,
        document_id=one.document_id,
        codes=(code,),
        basis=Basis.ACCEPTED,
        probability=round(draw.uniform(0.5, 1), 2),
        title=one.text,
        area_code=area.code,
        area_name=area.name,
        area_why="the document's own",
        period=Period(start=start, end=None, precision=Precision.MONTH),
        status=draw.choice(list(InitiativeStatus)),
        setting=draw.choice(("care-home", "older-people", "adult-social-care", "")),
        said_on=draw.choice(YEARS),
    )
