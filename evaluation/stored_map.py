"""The policy map of a project, from what its store holds."""

from __future__ import annotations

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped_crosswalks
from careatlas.codebook_shelf import find_codebook
from careatlas.initiatives_now import initiatives_seen
from careatlas.project import Project
from careatlas.store import survey_answers
from evaluation.documents_read import documents_read
from evaluation.map_codes import crossed_codes, own_codes
from evaluation.policy_map import MapRequest, PolicyMap, policy_map


def stored_map(project: Project, book: Codebook, request: MapRequest, *, crosswalk: str = "") -> PolicyMap:
    """Return the map of a project.

    Parameters
    ----------
    book : Codebook
        The one that its initiatives were coded with.
    crosswalk : str
        Another codebook, for a map of its codes through the crosswalk that leads there; empty for the codebook's own.

    Raises
    ------
    UsageError
        If there is no such codebook or crosswalk.
    InputError
        If the areas of the level and day are not known.
    """
    codes = own_codes(book)
    if crosswalk:
        codes = crossed_codes(book, find_codebook(crosswalk, project.root), shipped_crosswalks())
    with project.store.read() as connection:
        standing = initiatives_seen(connection, book)
        documents = documents_read(connection)
        asked = survey_answers.listed(connection)
    return policy_map(standing.initiatives, documents, codes, request, asked)
