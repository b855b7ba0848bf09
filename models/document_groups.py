"""Which documents must stay on one side of a split: those of one area, and copies with what they are copies of."""

from __future__ import annotations

from typing import Any

from careatlas.document_fact import FactName
from careatlas.identifiers import DocumentId
from careatlas.store import document_facts, near_copies


def document_groups(connection: Any) -> dict[DocumentId, str]:
    """Return the group of each document of a project.

    It is the area of the document as far as that is known (:func:`careatlas.document_fact.known_facts`), else the
    document itself. A copy is in the group of the document that it is a copy of, whose area may be known from the copy.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    """
    known = document_facts.known(connection)
    areas = {name: facts[FactName.AREA].value for name, facts in known.items() if FactName.AREA in facts}
    copies = near_copies.documents(connection)
    for name, copy in copies.items():
        if name in areas:
            areas.setdefault(copy.copy_of, areas[name])
    firsts = {name: copies[name].copy_of if name in copies else name for name in known}
    return {name: areas.get(first, first) for name, first in firsts.items()}
