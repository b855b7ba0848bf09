"""The design of a sample: what is asked for, and the union of parts that are drawn independently of each other."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotation.inclusion import (
    Floats,
    Places,
    drawn,
    proportional_chances,
    stratified_chances,
    total_for_union,
    union_chances,
)
from careatlas.errors import UsageError

FLOOR = 0.2  # of a passage's chance in the uncertain part that does not depend on the model
RESERVED = frozenset({"review"})  # what judgements found by browsing carry in place of a sample's name
_ROUNDING = 1e-12
_NAME = re.compile(r"\w[\w.-]{0,59}")


class Part(StrEnum):
    """One of the drawings that a sample is the union of. Their order is that of their random numbers: append only."""

    RANDOM = "random"
    UNCERTAINTY = "uncertainty"
    DIVERSITY = "diversity"


class StratumKey(StrEnum):
    """What the random part can be stratified by."""

    SCORE = "score"
    AREA = "area"
    TYPE = "type"


DEFAULT_SHARES: Mapping[Part, float] = {Part.RANDOM: 0.4, Part.UNCERTAINTY: 0.3, Part.DIVERSITY: 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingOrder:
    """What is asked of a sample.

    Attributes
    ----------
    name : str
        The sample's identifier; judgements carry it in ``drawn_by``.
    size : int
        How many passages it is expected to have.
    shares : Mapping of Part to float
        Relative sizes of the parts; they add up to 1.
    strata : tuple of StratumKey or None
        Of the random part; empty for simple random sampling, ``None`` for all that is known.
    blind, double : float
        Shares of the drawn passages that are read without a suggestion, and by two coders.
    areas, doc_types : tuple of str
        Only documents of these; empty for all.
    exclude_judged : bool
        Whether passages that anybody has judged with this codebook are left out.

    Raises
    ------
    UsageError
        If it asks for something that cannot be.
    """

    name: str
    size: int
    coders: tuple[str, ...]
    shares: Mapping[Part, float]
    strata: tuple[StratumKey, ...] | None = None
    blind: float = 0.12
    double: float = 0.0
    areas: tuple[str, ...] = ()
    doc_types: tuple[str, ...] = ()
    seed: int = 0
    exclude_judged: bool = False

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_coders(self.coders)
        for what, share in (*self.shares.items(), ("blind", self.blind), ("double", self.double)):
            if not 0 <= share <= 1:
                raise UsageError(f"the share {what} is {share:g}", mend="shares are numbers from 0 to 1")
        if not math.isclose(math.fsum(self.shares.values()), 1.0, abs_tol=1e-6):
            given = ", ".join(f"{part} {share:g}" for part, share in self.shares.items())
            raise UsageError(f"the parts do not add up to 1: {given}", mend="for example --random 0.5 --diversity 0.5")
        if self.double > 0 and len(self.coders) == 1:
            raise UsageError("one coder cannot code a passage twice over", mend="name two coders, or use: --double 0")
        if self.size < 1 or self.seed < 0:
            raise UsageError("size is at least 1, and seed at least 0")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that are asked for."""
        return tuple(part for part in Part if self.shares.get(part, 0.0) > 0)

    @property
    def needs_scores(self) -> tuple[str, ...]:
        """What of it only a model's scores can give."""
        by_score = ("strata by score",) if StratumKey.SCORE in (self.strata or ()) else ()
        return (*(("the uncertain part",) if Part.UNCERTAINTY in self.parts else ()), *by_score)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """N passages as the design sees them.

    Attributes
    ----------
    strata : array of int, shape (N,)
        Number of each passage's stratum, from 0.
    uncertainty : array of float, shape (N,), or None
        How unsure the model is, 0 or more.
    neighbours : array of int, shape (N,), or None
        An order in which passages that are alike stand together.
    """

    strata: Places
    uncertainty: Floats | None = None
    neighbours: Places | None = None

    @property
    def size(self) -> int:
        """How many passages there are."""
        return self.strata.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnPart:
    """One part: the expected number, each passage's chance, shape (N,), and who was drawn, shape (N,)."""

    part: Part
    share: float
    expected: float
    chances: Floats
    drawn: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnionSample:
    """The union of the parts.

    Attributes
    ----------
    chances : array of float, shape (N,)
        First-order inclusion probabilities, all above 0; they add up to the expected size.
    drawn : array of bool, shape (N,)
    """

    parts: tuple[DrawnPart, ...]
    chances: Floats
    drawn: NDArray[np.bool_]


def union_sample(population: Population, shares: Mapping[Part, float], size: float, seed: int) -> UnionSample:
    """Draw the parts, each with random numbers of its own, in such sizes that their union is expected to have ``size``.

    Parameters
    ----------
    size : float
        From 1 to N.
    seed : int
        The same seed and population give the same sample.
    """
    asked = [(part, shares[part]) for part in Part if shares.get(part, 0.0) > 0]

    def chances(total: float) -> list[Floats]:
        return [_chances(population, part, min(total * share, population.size)) for part, share in asked]

    most = population.size / max(share for _, share in asked)
    total = total_for_union(chances, size, most)
    parts = tuple(
        DrawnPart(
            part=part,
            share=share,
            expected=min(total * share, population.size),
            chances=of_part,
            drawn=_draw(population, part, of_part, np.random.default_rng([seed, list(Part).index(part)])),
        )
        for (part, share), of_part in zip(asked, chances(total), strict=True)
    )
    union = union_chances([one.chances for one in parts])
    return UnionSample(
        parts=parts,
        chances=np.where(union > 1 - _ROUNDING, 1.0, union),
        drawn=np.logical_or.reduce([one.drawn for one in parts]),
    )


def size_measure(uncertainty: Floats) -> Floats:
    """Return what the chances of the uncertain part are in proportion to: 1 on average, and :data:`FLOOR` at least."""
    mean = float(uncertainty.mean())
    return FLOOR + (1 - FLOOR) * uncertainty / mean if mean > 0 else np.ones(uncertainty.size)


def _chances(population: Population, part: Part, count: float) -> Floats:
    if part is Part.RANDOM:
        return stratified_chances(population.strata, count)
    if part is Part.UNCERTAINTY:
        assert population.uncertainty is not None  # noqa: S101  the caller has scores
        return proportional_chances(size_measure(population.uncertainty), count)
    return np.full(population.size, count / population.size)


def _draw(population: Population, part: Part, chances: Floats, generator: np.random.Generator) -> NDArray[np.bool_]:
    if part is Part.DIVERSITY:
        assert population.neighbours is not None  # noqa: S101  the caller has compared texts
        return drawn(chances, population.neighbours, generator)
    order = generator.permutation(population.size)
    if part is Part.UNCERTAINTY:
        return drawn(chances, order, generator)
    order = order[np.argsort(population.strata[order], kind="stable")]
    return drawn(chances, order, generator, population.strata)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise UsageError(
            f"a sample cannot be called {name!r}", mend="up to 60 letters, digits, dots, dashes and underscores"
        )


def _check_coders(coders: Sequence[str]) -> None:
    if not coders:
        raise UsageError("nobody is to read the sample", mend="name the coders: --coders ana@x.org,ben@x.org")
    seen: set[str] = set()
    for coder in coders:
        if not coder.strip() or coder != coder.strip() or not coder.isprintable() or "," in coder:
            raise UsageError(f"{coder!r} is no name of a coder", mend="for example ana@x.org")
        if coder.casefold() in seen:
            raise UsageError(f"the coder {coder} is named twice", mend="name each coder once")
        seen.add(coder.casefold())
