"""The register of the documents and the truth about what was planted in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from passages import Planted
from plan import Plan
from timeline import iso_month

FIELDS = ("path", "title", "area_code", "area_name", "doc_type", "published", "url")
README = """\
Synthetic plans for the CareAtlas demo
======================================

EVERYTHING HERE IS SYNTHETIC. The plans were written by a program and describe nothing real: no service, number, date,
hospital, trust, charity or neighbourhood in them exists, and any likeness is accidental. Only the names and codes of
the ten boroughs of Greater Manchester are real. Nothing here was said, planned or done by any of these councils.

plans/          the PDF files
register.csv    one row for each file: path, title, area, kind, date
truth.jsonl     one row for each planted passage
initiatives.jsonl  one row for each initiative of a borough that any of its files mentions

Fields of truth.jsonl
  file       path as in the register
  page       page of the file, counted from 1 (the number printed on the page may differ)
  text       the sentence, list item, table cell or paragraph; some files hyphenate words at the end of a line
  codes      codes of the codebook care-home-integration; empty for a passage to which none applies
  status     aspiration, planned, in-place or stopped; empty where there are no codes
  area_code, published   as in the register
  start, end  month that the passage or its table row gives as the start and as the end, else empty
  initiative  of which initiative it speaks: the borough's code and a name; empty where there are no codes
  service    what the borough calls it, whether or not this passage does
  heading    nearest heading above, without its number
  scanned    true where the page is an image without text

Fields of initiatives.jsonl
  initiative, area_code, area_name, service, codes   as above
  wished, planned, start, stop   months in which it was first wished for, agreed, begun, and ended (empty: it runs on)
  files      those that speak of it, the earliest first, each with the status that it gives

Made with seed {seed} by examples/greater_manchester/generate.py.
"""


def truth(plan: Plan, pages: Mapping[int, int]) -> list[dict[str, object]]:
    """Return the rows of the truth about one document.

    Parameters
    ----------
    plan : Plan
        The document.
    pages : mapping of int to int
        Page of each planted passage, by its mark.
    """
    return [
        {
            "file": plan.assignment.file,
            "page": pages[one.mark],
            "text": one.text,
            "codes": list(one.codes),
            "status": one.status,
            "area_code": plan.borough.code,
            "published": plan.assignment.published,
            "start": one.start,
            "end": one.end,
            "initiative": _name(plan, one),
            "service": one.service,
            "heading": one.heading,
            "scanned": one.scanned,
        }
        for one in plan.planted
    ]


def initiatives(plans: Iterable[Plan]) -> list[dict[str, object]]:
    """Return a row for each initiative of a borough that any of its plans mentions.

    Parameters
    ----------
    plans : iterable of Plan
        All documents.
    """
    rows: dict[str, dict[str, object]] = {}
    files: dict[str, dict[str, str]] = {}
    for plan in sorted(plans, key=lambda one: (one.borough.code, one.assignment.day)):
        for one in plan.planted:
            if one.adoption is not None:
                name = _name(plan, one)
                rows.setdefault(name, _initiative(plan, one))
                files.setdefault(name, {})[plan.assignment.file] = one.status
    return [
        {**row, "files": [{"file": file, "status": status} for file, status in files[name].items()]}
        for name, row in sorted(rows.items())
    ]


def _name(plan: Plan, one: Planted) -> str:
    return f"{plan.borough.code}/{one.adoption.initiative.id}" if one.adoption else ""


def _initiative(plan: Plan, one: Planted) -> dict[str, object]:
    adoption = one.adoption
    assert adoption is not None  # noqa: S101 - only passages of an initiative come here
    return {
        "initiative": _name(plan, one),
        "area_code": plan.borough.code,
        "area_name": plan.borough.name,
        "service": one.service,
        "codes": list(one.codes),
        "wished": iso_month(adoption.wished),
        "planned": iso_month(adoption.planned),
        "start": iso_month(adoption.start),
        "stop": "" if adoption.stop is None else iso_month(adoption.stop),
    }


def write_register(plans: Iterable[Plan], path: Path) -> None:
    """Write ``register.csv``."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(FIELDS)
        for plan in plans:
            assignment, borough = plan.assignment, plan.borough
            writer.writerow(
                (
                    assignment.file,
                    plan.title,
                    borough.code,
                    borough.name,
                    assignment.kind.label,
                    assignment.published,
                    "",
                )
            )


def write_rows(rows: Iterable[Mapping[str, object]], path: Path) -> None:
    """Write rows as JSON lines."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_readme(seed: int, path: Path) -> None:
    """Write ``README.txt``."""
    path.write_text(README.format(seed=seed), encoding="utf-8")
