"""Plans: chapters, lists, tables and a chart, as blocks that the layout typesets."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bank import Bank
from boroughs import Borough
from catalogue import Assignment, Catalogue, Chapter, Kind
from passages import Block, Planted, Writer
from timeline import Adoption

_HOSTILE = (
    '=HYPERLINK("http://example.invalid","x")',
    "<script>alert(1)</script>",
    "The word care\u200f is followed here by a mark that turns the direction of writing.",
    "{{ 7 * 7 }} and $(echo 1) were typed into the comment box.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A document ready to be typeset."""

    assignment: Assignment
    borough: Borough
    title: str
    blocks: tuple[Block, ...]
    annex: tuple[Block, ...]
    letter: tuple[Block, ...]
    planted: tuple[Planted, ...]


def compose(
    assignment: Assignment,
    borough: Borough,
    adoptions: tuple[Adoption, ...],
    *,
    bank: Bank,
    catalogue: Catalogue,
    rng: Random,
) -> Plan:
    """Return one document of a borough.

    Parameters
    ----------
    assignment : Assignment
        Which document, of which day, in which style.
    borough : Borough
        Whose plan it is.
    adoptions : tuple of Adoption
        What the borough has taken up.
    bank, catalogue : Bank, Catalogue
        Text and headings.
    rng : random.Random
        Source of every draw.
    """
    writer = Writer(bank=bank, borough=borough, day=assignment.day, rng=rng)
    current = [adoption for adoption in adoptions if adoption.status(assignment.day)]
    shown = rng.sample(current, min(assignment.kind.most, len(current)))
    blocks: list[Block] = []
    for chapter in assignment.kind.chapters:
        blocks += _chapter(chapter, shown, writer, catalogue, assignment.kind)
    if "chart" in assignment.extra:
        blocks.insert(_end_of_first_chapter(blocks), _chart(borough, rng))
    annex = [_table(assignment, shown, writer)]
    if "hostile" in assignment.extra:
        annex.append(_comments(writer))
    letter: list[Block] = []
    if "scan" in assignment.extra:
        letter = _letter(current, writer)
        marks = [one.mark for one in writer.planted if one.scanned]
        annex.append({"kind": "scan", "marks": marks})
    return Plan(
        assignment=assignment,
        borough=borough,
        title=_title(assignment, borough),
        blocks=tuple(blocks),
        annex=tuple(annex),
        letter=tuple(letter),
        planted=tuple(writer.planted),
    )


def _title(assignment: Assignment, borough: Borough) -> str:
    day = assignment.day
    first = day.year if day.month > 3 else day.year - 1  # financial years begin in April
    years, month = f"{first} to {first + 1}", f"{day:%B %Y}"
    return assignment.kind.title.format(borough=borough.name, years=years, month=month)


def _end_of_first_chapter(blocks: list[Block]) -> int:
    starts = [position for position, block in enumerate(blocks) if block.get("level") == 1]
    return starts[1]


def _home(adoption: Adoption, kind: Kind) -> Chapter | None:
    for code in adoption.initiative.codes:
        for chapter in kind.chapters:
            if code in chapter.codes:
                return chapter
    return None


def _heading(text: str, level: int) -> Block:
    return {"kind": "heading", "level": level, "text": text}


def _chapter(chapter: Chapter, shown: list[Adoption], writer: Writer, catalogue: Catalogue, kind: Kind) -> list[Block]:
    writer.heading = chapter.heading
    blocks = [_heading(chapter.heading, 1)]
    topics = sorted(chapter.neutral, key=chapter.neutral.index)
    if not chapter.codes:
        return blocks + _context(topics, writer, catalogue)
    rng = writer.rng
    blocks.append(writer.neutral(topics[0], known=rng.random() < 0.5))
    groups: dict[str, list[Adoption]] = {}
    for adoption in shown:
        if _home(adoption, kind) is not chapter:
            continue
        code = next(code for code in adoption.initiative.codes if code in chapter.codes)
        groups.setdefault(code, []).append(adoption)
    for position, (code, group) in enumerate(groups.items()):
        if len(groups) > 1:
            writer.heading = rng.choice(catalogue.subheadings[code])
            blocks.append(_heading(writer.heading, 2))
        blocks += _group(group, rng.choice(topics), writer)
        if position + 1 < len(topics):
            blocks.append(writer.neutral(topics[position + 1], known=rng.random() < 0.3))
    blocks.extend(writer.neutral(topic) for topic in topics[len(groups) + 1 :])
    return blocks


def _context(topics: list[str], writer: Writer, catalogue: Catalogue) -> list[Block]:
    blocks: list[Block] = []
    last = ""
    for topic in topics:
        if len(set(topics)) > 1 and topic != last:
            writer.heading = writer.rng.choice(catalogue.subheadings[topic])
            blocks.append(_heading(writer.heading, 2))
        last = topic
        boxed = topic == "values" and writer.rng.random() < 0.5
        blocks.append(writer.neutral(topic, known=writer.rng.random() < 0.35) | {"boxed": boxed})
        if writer.rng.random() < 0.4:
            blocks.append(writer.neutral(topic))
    return blocks


def _group(group: list[Adoption], topic: str, writer: Writer) -> list[Block]:
    if len(group) > 1 and writer.rng.random() < 0.6:
        return writer.bullets(group)
    if len(group) > 1 and writer.rng.random() < 0.3:
        return [writer.paragraph(group[:2], topic), *(writer.paragraph([one], topic) for one in group[2:])]
    return [writer.paragraph([one], topic) for one in group]


def _table(assignment: Assignment, shown: list[Adoption], writer: Writer) -> Block:
    writer.heading = assignment.kind.table
    funded = [adoption for adoption in shown if adoption.status(assignment.day) in {"planned", "in-place"}]
    rows = [writer.scheme(adoption) for adoption in funded[: assignment.kind.rows]]
    others = [writer.verbatim("Contingency held by the finance team")]
    others += [{"text": "Chief finance officer"}, {"text": ""}, {"text": "£50,000"}]
    return {
        "kind": "table",
        "heading": writer.heading,
        "header": ["Scheme", "Lead", "Start", "Budget"],
        "widths": [3.2, 1.6, 1.2, 1.2],
        "rows": [*rows, others],
        "landscape": "landscape" in assignment.extra,
    }


def _comments(writer: Writer) -> Block:
    writer.heading = "Comments received"
    rows = [
        [{"text": f"C{number}"}, writer.verbatim(text), {"text": "Noted"}]
        for number, text in enumerate(_HOSTILE, start=1)
    ]
    return {
        "kind": "table",
        "heading": writer.heading,
        "header": ["Number", "Comment as typed", "Answer"],
        "widths": [0.7, 4, 0.9],
        "rows": rows,
        "landscape": False,
    }


def _chart(borough: Borough, rng: Random) -> Block:
    return {
        "kind": "chart",
        "caption": "People aged 75 and over, by neighbourhood (hundreds)",
        "bars": [{"label": name, "value": rng.randint(12, 48)} for name in borough.neighbourhoods],
    }


def _letter(current: list[Adoption], writer: Writer) -> list[Block]:
    writer.heading, writer.scanned = "Letter of agreement", True
    blocks = [_heading("Letter of agreement", 1), writer.neutral("procedure")]
    blocks += [writer.paragraph([one], "procedure") for one in writer.rng.sample(current, min(4, len(current)))]
    blocks.append(writer.neutral("budgets", known=True))
    writer.scanned = False
    return blocks
