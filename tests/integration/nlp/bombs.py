"""PDFs made to harm a reader, and broken ones. Made at test time: most inflate to a gigabyte or more."""

from __future__ import annotations

import random
import zlib
from types import ModuleType

import pymupdf

GIB = 1 << 30


def many_pages(count: int) -> bytes:
    """Return a document of so many empty pages."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"
    tree = f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode()
    return _put_together([b"<</Type/Catalog/Pages 2 0 R>>", tree, *[page] * count])


def nested_arrays(depth: int) -> bytes:
    """Return a page whose content and resources hold arrays nested so deep."""
    deep = b"[" * depth + b"]" * depth
    return _put_together(
        [
            b"<</Type/Catalog/Pages 2 0 R/Deep " + deep + b">>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F " + deep + b">>>>>>",
            _stream(b"BT /F 12 Tf " + deep + b" TJ ET"),
        ]
    )


def nested_forms(levels: int = 8, width: int = 10) -> bytes:
    """Return a page whose forms draw each other: ``width ** levels`` expansions out of two kilobytes."""
    first = 5
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X %d 0 R>>>>>>" % first,
        _stream(b"/X Do"),
    ]
    for level in range(levels):
        below = b"/Resources<</XObject<</X %d 0 R>>>>" % (first + level + 1)
        objects.append(_stream(b"/X Do " * width, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + below))
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    objects.append(_stream(b"BT /F 9 Tf 9 9 Td (x) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + font))
    return _put_together(objects)


def inflating(size: int = GIB) -> bytes:
    """Return a page of two kilobytes whose content stream inflates, twice, to so many blanks."""
    once = zlib.compressobj(9)
    block = b" " * (1 << 20)
    data = b"".join(once.compress(block) for _ in range(size >> 20)) + once.flush()
    return _put_together(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
            _stream(zlib.compress(data, 9), b"/Filter[/FlateDecode/FlateDecode]"),
        ]
    )


def page_tree_cycle() -> bytes:
    """Return a page tree that is its own child and says that it has two thousand million pages."""
    return _put_together([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2000000000>>"])


def huge_image(width: int = 30_000, height: int = 10_000) -> bytes:
    """Return a page covered by an image of a gigabyte of pixels, packed into less than one megabyte."""
    row = zlib.compressobj(9)
    line = b"\x7f" * (3 * width)
    data = b"".join(row.compress(line) for _ in range(height)) + row.flush()
    image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8" % (width, height)
    return _put_together(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
            _stream(b"600 0 0 800 0 0 cm /X Do"),
            _stream(data, image + b"/Filter/FlateDecode"),
        ]
    )


def garbage(seed: int = 1) -> bytes:
    """Return a header and noise."""
    return b"%PDF-1.7\n" + random.Random(seed).randbytes(20_000) + b"\n%%EOF\n"


def flipped(data: bytes, seed: int, share: float = 0.004) -> bytes:
    """Return the bytes with some of them changed."""
    rng = random.Random(seed)
    out = bytearray(data)
    for _ in range(max(1, int(share * len(out)))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def locked(data: bytes, *, user: str) -> bytes:
    """Return the document encrypted; without ``user`` anyone may open it."""
    with pymupdf.open("pdf", data) as document:
        return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw=user)


def plan(seed: int, pages: int) -> bytes:
    """Return a plain readable document, unlike that of any other seed."""
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page()
        lines = [
            f"Plan {seed} page {number + 1} line {row}: teams meet in neighbourhood {seed * row} every week."
            for row in range(40)
        ]
        page.insert_text((60, 60), lines, fontsize=10, lineheight=1.7)
    return document.tobytes()


def three_pages(made_pdfs: ModuleType) -> bytes:
    """Return the first three pages of the document with running heads."""
    with pymupdf.open("pdf", made_pdfs.running_heads()) as document:
        document.select([0, 1, 2])
        return document.tobytes()


def _stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(data), extra) + data + b"\nendstream"


def _put_together(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
