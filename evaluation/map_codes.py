"""The codes that a map shows, and which of them an initiative speaks for: its own, or through a crosswalk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from careatlas.codebook import Codebook, Crosswalk, Relation
from careatlas.codebook_file import crosswalk_problems
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import Code, CodebookId

_CERTAIN = frozenset({Relation.EXACT, Relation.BROADER})


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCodes:
    """The columns of a map.

    Attributes
    ----------
    labels : Mapping
        Code to label, in the order of the codebook.
    targets : Mapping
        For each code of an initiative, the codes that it counts for, and whether that is certain: its own and those
        above it; through a crosswalk those it is linked to, certain where the other code is the same or broader.
    said : str
        In words, how codes were read.
    """

    codebook_id: CodebookId
    codebook_version: str
    labels: Mapping[Code, str]
    targets: Mapping[Code, Mapping[Code, bool]]
    said: str

    def of(self, codes: Iterable[Code]) -> dict[Code, bool]:
        """Return the codes that an initiative counts for, and whether that is certain."""
        found: dict[Code, bool] = {}
        for code in codes:
            for target, certain in self.targets.get(code, {}).items():
                found[target] = found.get(target, False) or certain
        return found


def own_codes(book: Codebook) -> MapCodes:
    """Return the columns of a map under the codebook that initiatives were coded with."""
    return MapCodes(
        codebook_id=book.id,
        codebook_version=book.version,
        labels={one.id: one.label for one in book.codes},
        targets={one.id: dict.fromkeys((step.id for step in book.path(one.id)), True) for one in book.codes},
        said=f"codes of {book.id} {book.version}; a code above others counts what they count",
    )


def crossed_codes(book: Codebook, target: Codebook, walks: Iterable[Crosswalk]) -> MapCodes:
    """Return the columns of a map under another codebook.

    Raises
    ------
    UsageError
        If no crosswalk leads from the one to the other; those there are are named.
    InputError
        If the crosswalk does not fit the two codebooks.
    """
    known = [walk for walk in walks if walk.source_id == book.id]
    walk = next((one for one in known if one.target_id == target.id), None)
    if walk is None:
        names = ", ".join(one.target_id for one in known) or "none"
        raise UsageError(f"no crosswalk leads from {book.id} to {target.id}", mend=f"there are: {names}")
    wrong = crosswalk_problems(walk, book, target)
    if wrong:
        raise InputError("\n".join(wrong[:10]), where=f"crosswalk from {book.id} to {target.id}")
    targets: dict[Code, dict[Code, bool]] = {}
    for link in walk.links:
        found = targets.setdefault(link.source_code, {})
        for step in target.path(link.target_code):
            found[step.id] = found.get(step.id, False) or link.relation in _CERTAIN
    return MapCodes(
        codebook_id=target.id,
        codebook_version=target.version,
        labels={one.id: one.label for one in target.codes},
        targets=targets,
        said=(
            f"codes of {target.id} {target.version} by the {walk.provenance} crosswalk from {book.id} {book.version};"
            " certain where the code is the same or broader, else possible"
        ),
    )
