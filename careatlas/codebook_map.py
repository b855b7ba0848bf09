"""The map from one version of a codebook to the next: what a person says of codes that no comparison can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import Code
from careatlas.mapping_file import read_mapping

_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
_Code = Annotated[_Name, StringConstraints(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookMap:
    """What becomes of old codes.

    Attributes
    ----------
    exact : Mapping
        Old code to the new one that means the same, or that holds it and others that are mapped to it too.
    parts : Mapping
        Old code to the new ones that it was split into, each within the old one; none where the code is gone.
    """

    exact: Mapping[Code, Code] = field(default_factory=lambda: MappingProxyType({}))
    parts: Mapping[Code, tuple[Code, ...]] = field(default_factory=lambda: MappingProxyType({}))


class _MapFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    before: _Name = Field("", alias="from")
    after: _Name = Field("", alias="to")
    codes: dict[_Code, _Name | tuple[_Code, ...]] = {}


def read_codebook_map(path: Path, old: Codebook, new: Codebook) -> CodebookMap:
    """Read a map and check it against the two codebooks.

    Raises
    ------
    InputError
        If it is for other codebooks, or names a code that they have not.
    """
    file = read_mapping(path, _MapFile, mend="docs/codebooks.md describes a map")
    found = []
    for said, book in ((file.before, old), (file.after, new)):
        if said not in ("", f"{book.id} {book.version}"):
            found.append(f"it is for {said}, not for {book.id} {book.version}")
    before, after = {code.id for code in old.codes}, {code.id for code in new.codes}
    found += [f"{code}: {old.id} {old.version} has no such code" for code in file.codes if code not in before]
    for code, target in file.codes.items():
        targets = (target,) if isinstance(target, str) else target
        found += [f"{code}: {new.id} {new.version} has no code {one!r}" for one in targets if one and one not in after]
        if len(set(targets)) < len(targets):
            found.append(f"{code}: a part stands twice")
    if found:
        raise InputError("\n".join(found), where=str(path), mend="mend the map; nothing was changed")
    return CodebookMap(
        exact={Code(code): Code(said) for code, said in file.codes.items() if isinstance(said, str) and said},
        parts={
            Code(code): () if isinstance(said, str) else tuple(map(Code, said))
            for code, said in file.codes.items()
            if not isinstance(said, str) or not said
        },
    )
