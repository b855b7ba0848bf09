"""Images of pages for the evidence view, made in a worker and kept as blobs, never in the web process."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from careatlas.errors import StageError
from careatlas.project import Project
from careatlas.store import documents, readings
from nlp.limits import Limits
from nlp.warm_server import start_worker
from nlp.worker import limit_process

MEDIA_TYPE = "image/png"
COLOURS = 64
MAX_MESSAGE = 100_000_000  # bytes
MAX_PIXELS = 25_000_000  # of one image; a larger page is made smaller
_SECONDS_PER_PAGE = 20.0
_POINTS_PER_INCH = 72

_Answer = tuple[int, str, bytes]  # page number, reason why there is no image, image


def make_page_images(project: Project, document_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Make and keep the images of pages; return for each page ``made``, ``already there`` or why there is none.

    Raises
    ------
    UsageError
        If there is no such document.
    StageError
        If the worker ended before it answered.
    """
    dpi = project.settings.page_images.dpi
    with project.store.read() as connection:
        item = documents.get(connection, document_id)
        there = {number for number in numbers if readings.image_of(connection, document_id, number, dpi)}
    answers = dict.fromkeys(there, "already there")
    wanted = [number for number in dict.fromkeys(numbers) if number not in there]
    for number, reason, image in _rendered(project, project.blobs.path(item.sha256), wanted, dpi) if wanted else ():
        if reason:
            answers[number] = reason
            continue
        digest = project.blobs.put(image)
        with project.store.write() as connection:
            readings.keep_image(connection, document_id, number, dpi, digest, MEDIA_TYPE)
        answers[number] = "made"
    return answers


def _rendered(project: Project, path: str, numbers: Sequence[int], dpi: int) -> Iterator[_Answer]:
    process, ours = start_worker(render_pages, path, tuple(numbers), dpi, Limits.of(project.settings.parse))
    try:
        for _ in numbers:
            if not ours.poll(60.0 + _SECONDS_PER_PAGE):
                raise StageError("the page could not be drawn in time", where=path)
            answer = msgspec.msgpack.decode(ours.recv_bytes(MAX_MESSAGE), type=_Answer)
            if answer[0] not in numbers:
                raise StageError("the worker answered with a page that was not asked for", where=path)
            yield answer
    except (EOFError, OSError, msgspec.MsgspecError) as error:
        raise StageError("the page could not be drawn: its worker ended", where=path) from error
    finally:
        ours.close()
        process.kill()
        process.join()


def render_pages(path: str, numbers: Sequence[int], dpi: int, limits: Limits, out: Connection) -> None:
    """Draw pages inside a worker and send each as a message."""
    import pymupdf

    from nlp.reader import NotReadableError, one_line, open_pdf

    limit_process(limits, _SECONDS_PER_PAGE * (len(numbers) + 1))
    try:
        document = open_pdf(Path(path))
    except (NotReadableError, OSError) as error:
        for number in numbers:
            _send(out, number, one_line(error))
        return
    for number in numbers:
        try:
            if not 1 <= number <= document.page_count:
                _send(out, number, f"there is no page {number}: the document has {document.page_count}")
                continue
            page = document.load_page(number - 1)
            scale = dpi / _POINTS_PER_INCH
            pixels = page.rect.width * page.rect.height * scale * scale
            scale *= min(1.0, (MAX_PIXELS / pixels) ** 0.5) if pixels else 1.0
            picture = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
            _send(out, number, "", _png(picture))
        except (RuntimeError, ValueError, MemoryError) as error:
            _send(out, number, f"it cannot be drawn: {one_line(error)}")


def _png(picture: Any) -> bytes:
    """Encode with 64 colours: a third of the bytes of a full PNG, and quicker (benchmarks/page_images.py)."""
    from PIL import Image

    image = Image.frombytes("RGB", (picture.width, picture.height), picture.samples)
    buffer = io.BytesIO()
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG")
    return buffer.getvalue()


def _send(out: Connection, number: int, reason: str, image: bytes = b"") -> None:
    out.send_bytes(msgspec.msgpack.encode((number, reason, image)))
