"""Codebooks: versioned frameworks of codes, with where each code comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from careatlas.errors import UsageError
from careatlas.identifiers import Code, CodebookId


class Provenance(StrEnum):
    """Whether a definition was checked against its source or rebuilt from what is known of it."""

    VERIFIED = "verified"
    RECONSTRUCTED = "reconstructed"


class Relation(StrEnum):
    """How a code of one codebook relates to one of another, after SKOS mapping properties."""

    EXACT = "exact"
    BROADER = "broader"  # the target is broader
    NARROWER = "narrower"  # the target is narrower
    RELATED = "related"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDefinition:
    """One code: what it means, what it takes in and leaves out, and passages that show it.

    ``positive`` and ``negative`` are example passages written for the codebook, not quotations. ``cues`` are words
    and phrases that speak for the code; a ``*`` stands for any ending.
    """

    id: Code
    label: str
    definition: str
    parent: Code | None = None
    axis: str = ""
    provenance: Provenance = Provenance.RECONSTRUCTED
    source: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A property of an initiative that is coded beside its codes (its status, its setting)."""

    name: str
    values: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """A framework of codes at one version.

    Attributes
    ----------
    none_definition : str
        When a passage carries no code at all ("read, nothing here").
    background : tuple of str
        Example passages, written for the codebook, to which no code applies.
    """

    id: CodebookId
    version: str
    title: str
    provenance: Provenance
    source: str
    codes: tuple[CodeDefinition, ...]
    summary: str = ""
    rules: tuple[str, ...] = ()
    none_definition: str = ""
    background: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    _by_id: Mapping[Code, CodeDefinition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {code.id: code for code in self.codes})

    def code(self, code: str) -> CodeDefinition:
        """Return the definition of ``code``.

        Raises
        ------
        UsageError
            If the codebook has no such code; the message lists those it has.
        """
        try:
            return self._by_id[Code(code)]
        except KeyError:
            raise UsageError(
                f"codebook {self.id} {self.version} has no code {code!r}", mend=f"one of: {', '.join(self._by_id)}"
            ) from None

    def path(self, code: str) -> tuple[CodeDefinition, ...]:
        """Return the code with its parents, the topmost first."""
        trail: list[CodeDefinition] = []
        step: Code | None = Code(code)
        while step is not None:
            definition = self.code(step)
            trail.append(definition)
            step = definition.parent
        return tuple(reversed(trail))


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkLink:
    """One code of the source codebook set against one of the target codebook."""

    source_code: Code
    target_code: Code
    relation: Relation
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """How the codes of one codebook version relate to those of another."""

    source_id: CodebookId
    source_version: str
    target_id: CodebookId
    target_version: str
    provenance: Provenance
    links: tuple[CrosswalkLink, ...]
    unmapped: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChange:
    """One difference between two codebooks: ``added``, ``removed`` or ``changed`` with the field concerned.

    ``code`` is empty where the codebook itself changed.
    """

    change: str
    code: str
    field: str = ""
    before: str = ""
    after: str = ""


def problems(codebook: Codebook) -> tuple[str, ...]:
    """Return everything that is wrong with a codebook, each as a sentence that names the code; empty if sound.

    Checked: at least one code, duplicate identifiers and labels, unknown parents, cycles, empty definitions, and
    examples that stand as both positive and negative for one code.
    """
    found: list[str] = []
    if not codebook.codes:
        found.append("the codebook has no codes")
    found += _duplicates("identifier", (code.id for code in codebook.codes))
    found += _duplicates("label", (code.label.casefold() for code in codebook.codes))
    known = {code.id for code in codebook.codes}
    for code in codebook.codes:
        if not code.definition.strip():
            found.append(f"{code.id}: the definition is empty")
        if code.parent is not None and code.parent not in known:
            found.append(f"{code.id}: its parent {code.parent!r} is not a code of this codebook")
        for example in set(code.positive) & set(code.negative):
            found.append(f"{code.id}: an example is both positive and negative: {example[:60]!r}")
    return (*found, *_cycles(codebook.codes))


def _duplicates(what: str, values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value in seen:
            twice[value] = None
        seen.add(value)
    return [f"{value}: this {what} is used more than once" for value in twice]


def _cycles(codes: tuple[CodeDefinition, ...]) -> tuple[str, ...]:
    parents = {code.id: code.parent for code in codes}
    on_cycles: set[frozenset[Code]] = set()
    for start in parents:
        trail: list[Code] = []
        step: Code | None = start
        while step is not None and step not in trail:
            trail.append(step)
            step = parents.get(step)
        if step is not None:
            on_cycles.add(frozenset(trail[trail.index(step) :]))
    return tuple(sorted(f"{', '.join(sorted(cycle))}: the parents form a cycle" for cycle in on_cycles))


def differences(before: Codebook, after: Codebook) -> tuple[CodeChange, ...]:
    """Return what changed between two codebooks: the book's own fields, then code by code in the order of the codes.

    A change of the book itself has an empty ``code``. The identifiers of the two books are not compared.
    """
    changes = _changed("", before, after, leave_out=("id", "codes"))
    old, new = {code.id: code for code in before.codes}, {code.id: code for code in after.codes}
    changes += [CodeChange(change="removed", code=code, before=old[code].label) for code in old if code not in new]
    for code, definition in new.items():
        if code not in old:
            changes.append(CodeChange(change="added", code=code, after=definition.label))
            continue
        changes += _changed(code, old[code], definition, leave_out=("id",))
    return tuple(changes)


def _changed(
    code: str, before: Codebook | CodeDefinition, after: Codebook | CodeDefinition, *, leave_out: tuple[str, ...]
) -> list[CodeChange]:
    found = []
    for name in (one.name for one in fields(before) if one.compare and one.name not in leave_out):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            found.append(CodeChange(change="changed", code=code, field=name, before=_shown(was), after=_shown(now)))
    return found


def _shown(value: object) -> str:
    if isinstance(value, Attribute):
        return f"{value.name}: {', '.join(value.values)}{f' ({value.note})' if value.note else ''}"
    return "; ".join(map(_shown, value)) if isinstance(value, tuple) else str(value or "")
