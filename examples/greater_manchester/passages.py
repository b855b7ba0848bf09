"""Passages of one document: sentences that speak of an initiative, and paragraphs that do not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bank import Bank
from boroughs import Borough
from sentences import amount, write
from timeline import Adoption, iso_month, long_month

Span = dict[str, object]
Block = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A passage of which the truth is known.

    Attributes
    ----------
    mark : int
        Number by which the typeset document tells its page.
    start, end : str
        Month named in the text itself (``2022-04``), or empty.
    adoption : Adoption or None
        What it speaks of; ``None`` for a passage to which no code applies.
    service : str
        What the borough calls that.
    """

    mark: int
    text: str
    codes: tuple[str, ...]
    status: str
    start: str
    heading: str
    scanned: bool = False
    end: str = ""
    adoption: Adoption | None = None
    service: str = ""


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes the passages of one document and keeps account of those it planted."""

    bank: Bank
    borough: Borough
    day: date
    rng: random.Random
    heading: str = ""
    scanned: bool = False
    planted: list[Planted] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def neutral(self, topic: str, *, known: bool = False) -> Block:
        """Return a paragraph on a topic; ``known`` records that no code applies to it."""
        text = self._aside(topic)
        span = self._plant(text) if known else {"text": text}
        return {"kind": "para", "spans": [span], "keep": known}

    def sentence(self, adoption: Adoption) -> Span:
        """Return a sentence about an initiative at the stage it has reached."""
        template = self.rng.choice(adoption.initiative.templates[adoption.status(self.day)])
        text = write(template, self.slots(adoption), self.rng)
        start = iso_month(adoption.start) if "{start}" in template else ""
        end = iso_month(adoption.stop) if "{stop}" in template and adoption.stop is not None else ""
        return self._plant(text, adoption, start=start, end=end)

    def paragraph(self, adoptions: list[Adoption], topic: str) -> Block:
        """Return a paragraph about initiatives, at times with sentences of no weight before and after them."""
        spans: list[Span] = []
        if self.rng.random() < 0.45:
            spans.append({"text": write(self.rng.choice(self.bank.leads), self.slots(), self.rng)})
        spans.extend(self.sentence(adoption) for adoption in adoptions)
        if self.rng.random() < 0.35:
            spans.append({"text": self._aside(topic)})
        return {"kind": "para", "spans": spans, "keep": True}

    def bullets(self, adoptions: list[Adoption]) -> list[Block]:
        """Return a bulleted list with one initiative to an item, under a line that introduces it."""
        lead = write(self.rng.choice(self.bank.bullets), self.slots(), self.rng)
        items = [[self.sentence(adoption)] for adoption in adoptions]
        return [
            {"kind": "para", "spans": [{"text": lead}], "keep": True, "sticky": True},
            {"kind": "bullets", "items": items},
        ]

    def scheme(self, adoption: Adoption) -> list[Span]:
        """Return a row of the table of schemes: scheme, lead, start, budget."""
        text = write(adoption.initiative.scheme, self.slots(adoption), self.rng)
        cell = self._plant(text, adoption, start=iso_month(adoption.start))
        leads = ("Director of adult social care", "Head of commissioning", self.borough.trust, "Joint programme office")
        others = (self.rng.choice(leads), long_month(adoption.start), amount(self.rng))
        rest: list[Span] = [{"text": text} for text in others]
        return [cell, *rest]

    def verbatim(self, text: str) -> Span:
        """Return a text as it is, recorded as one to which no code applies."""
        return self._plant(text)

    def slots(self, adoption: Adoption | None = None) -> Mapping[str, str]:
        """Return what a sentence of this document may name."""
        first, second = self.rng.sample(self.borough.neighbourhoods, 2)
        constant = random.Random(self.borough.code)  # the same in every document of the borough
        known = {
            "homes": str(constant.randint(49, 92)),
            "thousand": str(constant.randint(180, 320)),
            "borough": self.borough.name,
            "hospital": self.borough.hospital,
            "trust": self.borough.trust,
            "charity": self.borough.charity,
            "neighbourhood": first,
            "neighbourhood2": second,
        }
        if adoption is None:
            return known
        times = {"start": long_month(adoption.start)}
        if adoption.stop is not None:
            times["stop"] = long_month(adoption.stop)
        place = self.borough.neighbourhoods[adoption.place]
        return {**known, **times, "service": adoption.service, "neighbourhood": place}

    def _aside(self, topic: str) -> str:
        fresh = [text for text in self.bank.topics[topic] if text not in self._used]
        template = self.rng.choice(fresh or list(self.bank.topics[topic]))
        self._used.add(template)
        return write(template, self.slots(), self.rng)

    def service(self, adoption: Adoption) -> str:
        """Return what the borough calls an initiative; takes nothing from the source of the document's draws."""
        constant = random.Random(self.borough.code)
        place = self.borough.neighbourhoods[adoption.place]
        known = {"borough": self.borough.name, "hospital": self.borough.hospital, "neighbourhood": place}
        return write(
            adoption.service, {**known, "trust": self.borough.trust, "charity": self.borough.charity}, constant
        )

    def _plant(self, text: str, adoption: Adoption | None = None, *, start: str = "", end: str = "") -> Span:
        mark = len(self.planted)
        self.planted.append(
            Planted(
                mark=mark,
                text=text,
                codes=adoption.initiative.codes if adoption else (),
                status=adoption.status(self.day) if adoption else "",
                start=start,
                heading=self.heading,
                scanned=self.scanned,
                end=end,
                adoption=adoption,
                service=self.service(adoption) if adoption else "",
            )
        )
        return {"text": text, "mark": mark}
