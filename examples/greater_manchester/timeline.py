"""How the initiatives of a borough unfold: wished for, planned, in place and sometimes stopped."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from bank import Bank, Initiative

_FIRST, _LAST = 2015 * 12 + 8, 2023 * 12 + 8
_EXTRA = 20  # initiatives of a borough beyond one for each code
_PLACES = 3  # neighbourhoods of a borough
_REMEMBERED = 24  # months for which plans still speak of what was stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """An initiative in one borough.

    Attributes
    ----------
    place : int
        Which neighbourhood of the borough it is about, where its sentences name one.
    wished, planned, start, stop : int
        Months counted from year 0 at which each stage begins.
    """

    initiative: Initiative
    service: str
    place: int
    wished: int
    planned: int
    start: int
    stop: int | None

    def status(self, at: date) -> str:
        """Return the stage reached at a date, or an empty string where plans do not speak of it."""
        month = month_of(at)
        if month < self.wished or (self.stop is not None and month > self.stop + _REMEMBERED):
            return ""
        if self.stop is not None and month > self.stop:
            return "stopped"
        if month > self.start:
            return "in-place"
        return "planned" if month >= self.planned else "aspiration"


def month_of(day: date) -> int:
    """Return the month of a date, counted from year 0."""
    return day.year * 12 + day.month - 1


def iso_month(month: int) -> str:
    """Return a counted month as ``2022-04``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def long_month(month: int) -> str:
    """Return a counted month as ``April 2022``."""
    return f"{date(month // 12, month % 12 + 1, 1):%B %Y}"


def adopt(bank: Bank, rng: random.Random) -> tuple[Adoption, ...]:
    """Return what one borough takes up: at least one initiative for every code, and some more.

    Parameters
    ----------
    bank : Bank
        What there is to choose from.
    rng : random.Random
        Source of every draw.
    """
    pool = list(bank.initiatives)
    rng.shuffle(pool)
    chosen: dict[str, Initiative] = {}
    for initiative in pool:
        chosen.setdefault(initiative.codes[0], initiative)
    firsts = list(chosen.values())
    others = [initiative for initiative in pool if initiative not in firsts]
    return tuple(_adopted(initiative, rng) for initiative in (*firsts, *others[:_EXTRA]))


def _adopted(initiative: Initiative, rng: random.Random) -> Adoption:
    wished = rng.randint(_FIRST, _LAST)
    planned = wished + rng.randint(10, 28)
    start = planned + rng.randint(8, 22)
    stop = start + rng.randint(14, 40) if rng.random() < 0.35 else None
    return Adoption(
        initiative=initiative,
        service=rng.choice(initiative.names),
        place=rng.randrange(_PLACES),
        wished=wished,
        planned=planned,
        start=start,
        stop=stop,
    )
