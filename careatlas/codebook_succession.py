"""What becomes of each code when one version of a codebook follows another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from careatlas.codebook import Attribute, Codebook, CodeDefinition
from careatlas.codebook_map import CodebookMap
from careatlas.errors import UsageError
from careatlas.identifiers import Code

_MEANING = ("definition", "include", "exclude")  # a coder decides by these; other fields may change


class Fate(StrEnum):
    """What becomes of a code, or of an attribute."""

    KEPT = "kept"
    REWORDED = "reworded"  # other words for the same, as the map says
    RENAMED = "renamed"  # another name for the same, as the map says
    MERGED = "merged"  # one code with others
    CHANGED = "changed"  # it may mean something else now
    SPLIT = "split"  # several codes, or a narrower one
    REMOVED = "removed"
    ADDED = "added"

    @property
    def is_exact(self) -> bool:
        """Whether a judgement of the old code is one of the new code."""
        return self in {Fate.KEPT, Fate.REWORDED, Fate.RENAMED, Fate.MERGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFate:
    """What becomes of one old code, or of one attribute.

    Attributes
    ----------
    targets : tuple of str
        New codes.
    changed : tuple of str
        Fields that differ, or values that came or went.
    """

    code: Code
    fate: Fate
    targets: tuple[Code, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOrigin:
    """Where a new code comes from.

    Attributes
    ----------
    exact : tuple of str
        Old codes that are within it; together they are all of it, unless it is wider.
    wholes : tuple of str
        Old codes of which it is a part.
    wider : bool
        Whether it may hold more than ``exact``, because an old code of its name meant something else.
    """

    exact: tuple[Code, ...]
    wholes: tuple[Code, ...]
    wider: bool

    @property
    def is_new(self) -> bool:
        """Whether nothing that was said of old codes tells anything of it."""
        return not self.exact and not self.wholes


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """How one version of a codebook follows another.

    Attributes
    ----------
    fates : Mapping
        By old code, in the order of the old codebook.
    origins : Mapping
        By new code, in the order of the new codebook.
    attributes : tuple of CodeFate
        Of attributes, added ones included.
    same_nothing : bool
        Whether "nothing here" is defined as before.
    notes : tuple of str
        What a person should read before judgements are carried over.
    """

    old: Codebook
    new: Codebook
    fates: Mapping[Code, CodeFate]
    origins: Mapping[Code, CodeOrigin]
    attributes: tuple[CodeFate, ...]
    same_nothing: bool
    notes: tuple[str, ...]

    @property
    def added(self) -> tuple[Code, ...]:
        """The new codes that come from none, those that may mean something else than before not included."""
        return tuple(code for code, origin in self.origins.items() if origin.is_new and not origin.wider)


def succession(old: Codebook, new: Codebook, mapped: CodebookMap | None = None) -> Succession:
    """Compare two versions of a codebook.

    A code of the same identifier, definition, and entries under include and exclude is kept, whatever its label, cues
    and examples are. What the map says comes first.

    Parameters
    ----------
    mapped : CodebookMap, optional
        Needed where the identifiers of the codebooks differ.

    Raises
    ------
    UsageError
        If the two are the same version, or are called differently and there is no map.
    """
    if (old.id, old.version) == (new.id, new.version):
        raise UsageError(
            f"both are {old.id} {old.version}", mend="name two versions; the older one as a file where it was replaced"
        )
    if old.id != new.id and mapped is None:
        raise UsageError(
            f"{old.id} and {new.id} are two codebooks",
            mend="say with --map what their codes have to do with each other",
        )
    fates = _fates(old, new, mapped or CodebookMap())
    return Succession(
        old=old,
        new=new,
        fates=fates,
        origins=_origins(new, fates),
        attributes=_attributes(old, new),
        same_nothing=_words(old.none_definition) == _words(new.none_definition),
        notes=_notes(old, new),
    )


def _fates(old: Codebook, new: Codebook, mapped: CodebookMap) -> dict[Code, CodeFate]:
    after = {code.id: code for code in new.codes}
    found: dict[Code, CodeFate] = {}
    for code in old.codes:
        changed = _changed(code, after[code.id]) if code.id in after else ()
        target, parts = mapped.exact.get(code.id), mapped.parts.get(code.id)
        if target is not None:
            fate = Fate.RENAMED if target != code.id else Fate.REWORDED if changed else Fate.KEPT
            targets: tuple[Code, ...] = (target,)
        elif parts is not None:
            fate, targets = (Fate.SPLIT if parts else Fate.REMOVED), parts
        elif code.id in after:
            fate, targets = (Fate.CHANGED if changed else Fate.KEPT), (code.id,)
        else:
            fate, targets = Fate.REMOVED, ()
        found[code.id] = CodeFate(code=code.id, fate=fate, targets=targets, changed=changed)
    shared = Counter(one.targets[0] for one in found.values() if one.fate.is_exact)
    return {
        code: CodeFate(code=code, fate=Fate.MERGED, targets=one.targets, changed=one.changed)
        if one.fate.is_exact and shared[one.targets[0]] > 1
        else one
        for code, one in found.items()
    }


def _origins(new: Codebook, fates: Mapping[Code, CodeFate]) -> dict[Code, CodeOrigin]:
    return {
        code.id: CodeOrigin(
            exact=tuple(one.code for one in fates.values() if one.fate.is_exact and code.id in one.targets),
            wholes=tuple(one.code for one in fates.values() if one.fate is Fate.SPLIT and code.id in one.targets),
            wider=code.id in fates and fates[code.id].fate is Fate.CHANGED,
        )
        for code in new.codes
    }


def _changed(before: CodeDefinition, after: CodeDefinition) -> tuple[str, ...]:
    return tuple(name for name in _MEANING if _words(getattr(before, name)) != _words(getattr(after, name)))


def _words(value: str | tuple[str, ...]) -> object:
    """Return what counts of a text, or of entries in any order: line breaks and spaces do not."""
    return " ".join(value.split()) if isinstance(value, str) else frozenset(map(_words, value))


def _attributes(old: Codebook, new: Codebook) -> tuple[CodeFate, ...]:
    before, after = ({one.name: one for one in book.attributes} for book in (old, new))
    return (
        *(_attribute(one, after.get(name)) for name, one in before.items()),
        *(
            CodeFate(code=Code(name), fate=Fate.ADDED, changed=one.values)
            for name, one in after.items()
            if name not in before
        ),
    )


def _attribute(before: Attribute, after: Attribute | None) -> CodeFate:
    name = Code(before.name)
    if after is None:
        return CodeFate(code=name, fate=Fate.REMOVED)
    changed = [f"-{value}" for value in before.values if value not in after.values]
    changed += [f"+{value}" for value in after.values if value not in before.values]
    changed += ["note"] if _words(before.note) != _words(after.note) else []
    return CodeFate(code=name, fate=Fate.CHANGED if changed else Fate.KEPT, targets=(name,), changed=tuple(changed))


def _notes(old: Codebook, new: Codebook) -> tuple[str, ...]:
    notes = []
    if _words(old.rules) != _words(new.rules):
        notes.append("the coding rules differ: read them before judgements are carried over, no code says so")
    if _words(old.none_definition) != _words(new.none_definition):
        notes.append('"nothing here" is defined otherwise')
    if tuple(map(int, new.version.split("."))) < tuple(map(int, old.version.split("."))) and old.id == new.id:
        notes.append(f"{new.version} is older than {old.version}")
    return tuple(notes)
