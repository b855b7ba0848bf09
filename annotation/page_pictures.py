"""Page images where the Label Studio that we run ourselves shows them from."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from annotation.server_access import Access, own_server
from annotation.server_folder import ServerFolder, server_folder
from careatlas.document import Document
from careatlas.errors import CareAtlasError, StageError
from careatlas.identifiers import DocumentId
from careatlas.page_images import make_page_images, page_image
from careatlas.progress import NoProgress, Progress
from careatlas.project import Project

FOLDER = "pages"  # below the server's root: the root itself is refused as a storage
_ADDRESS = "/data/local-files/?d="
_ENDINGS = {"image/png": ".png", "image/webp": ".webp", "image/jpeg": ".jpg"}
_NONE = "none.svg"
NONE_ADDRESS = f"{_ADDRESS}{FOLDER}/{_NONE}"  # of what stands for a page without a picture
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60"><text x="10" y="35" '
    'font-family="sans-serif" font-size="16" fill="#666">No picture of this page</text></svg>\n'
)

_log = logging.getLogger("careatlas")


class PagePictures:
    """Images of pages, made when they are first asked for.

    Parameters
    ----------
    project : Project
        Where the plans are.
    root : ServerFolder
        The server's folder.
    progress : Progress, optional
        Told of documents whose pages are drawn.

    Attributes
    ----------
    folder : Path
        What a project on the server must be allowed to show.
    missing : int
        How many pages could not be drawn.
    """

    def __init__(self, project: Project, root: ServerFolder, progress: Progress | None = None) -> None:
        root.make()
        self._project, self._progress = project, progress or NoProgress()
        self.folder: Path = root.files / FOLDER
        self.missing = 0
        self._failed: set[str] = set()
        self._write(self.folder / _NONE, _NO_PICTURE.encode("utf-8"))

    def draw(self, wanted: Iterable[tuple[DocumentId, int]]) -> None:
        """Let the images of these pages be made, a document at a time: one by one each would pay for a new process."""
        by_document: dict[DocumentId, set[int]] = {}
        for document_id, number in wanted:
            if not self._made(document_id, number):
                by_document.setdefault(document_id, set()).add(number)
        if by_document:
            self._progress.start("drawing pages of plans", len(by_document))
        for document_id, numbers in by_document.items():
            with suppress(CareAtlasError):  # told where the page is asked for
                make_page_images(self._project, document_id, sorted(numbers))
            self._progress.advance(document_id)

    def address(self, document: Document, number: int) -> str | None:
        """Return where the browser finds the image of a page, ``None`` if it cannot be drawn."""
        folder = self.folder / document.document_id
        made = self._made(document.document_id, number)
        if made:
            return made
        if document.document_id in self._failed:
            self.missing += 1
            return None
        try:
            content, media_type = page_image(self._project, document.document_id, number, document.page_count)
            ending = _ENDINGS[media_type]
        except (CareAtlasError, KeyError) as error:
            self._failed.add(document.document_id)
            self.missing += 1
            _log.warning("no pictures of the pages of %s: %s", document.name, error)
            return None
        self._write(folder / f"{number}{ending}", content)
        return f"{_ADDRESS}{FOLDER}/{document.document_id}/{number}{ending}"

    def _made(self, document_id: str, number: int) -> str:
        for ending in _ENDINGS.values():
            if (self.folder / document_id / f"{number}{ending}").exists():
                return f"{_ADDRESS}{FOLDER}/{document_id}/{number}{ending}"
        return ""

    def _write(self, path: Path, content: bytes) -> None:
        draft = path.with_name(f".{path.name}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.replace(path)
        except OSError as error:
            raise StageError(f"the page image cannot be written: {error.strerror}", where=str(path)) from error


def pictures_for(project: Project, access: Access, progress: Progress | None = None) -> PagePictures | None:
    """Return the page images for a server that we run ourselves, ``None`` for another: it cannot see our files."""
    folder = server_folder(project.root)
    own = own_server(folder)
    return PagePictures(project, folder, progress) if own is not None and own.url == access.url else None
