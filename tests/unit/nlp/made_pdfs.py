"""Small PDFs made here, whose truth is known because we wrote them.

Tagged ones are set by Typst, untagged ones written with PyMuPDF, and those that need exact code points or exact objects
are put together from raw PDF objects. Every maker returns bytes and is deterministic in what it says.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pymupdf
import typst

TAGGED_HEADINGS = ((1, "Aims of the plan"), (2, "Money and people"), (3, "Spending in detail"), (2, "Next steps"))
TAGGED_ROWS = (("Reablement", "North", "1,200"), ("Step down beds", "South", "3,400"))
RUNNING_HEAD = "Better Together Plan"
MARGIN_NOTE = "Only this page says so"
BROKEN_WORD = "neighbourhood"

_TAGGED = """
#set document(title: "A joined up plan")
#set page(width: 420pt, height: 595pt, margin: 50pt)
#set text(size: 11pt, hyphenate: false)
= Aims of the plan
We will work together with residents in every neighbourhood of the county.

- first item of the list
- second item of the list

+ numbered item

== Money and people
#table(columns: 3,
  table.header([Scheme], [Area], [Spend]),
  [Reablement], [North], [1,200],
  [Step down beds], [South], [3,400])

=== Spending in detail
#figure(rect(width: 60pt, height: 20pt), caption: [Where the money goes])
The budget is pooled#footnote[Under section 75.] between partners.

#pagebreak()
== Next steps
Partners will report to the board in spring.
"""


def _set(source: str) -> bytes:
    return typst.compile(source.encode(), format="pdf")


@functools.cache
def tagged() -> bytes:
    """Two pages with headings of three levels, lists, a table with a header, a caption and a footnote, all tagged."""
    return _set(_TAGGED)


@functools.cache
def layout_table() -> bytes:
    """A tagged table of one column, which only lays out the page."""
    return _set("""
#set page(width: 420pt, height: 595pt, margin: 50pt)
#table(columns: 1, [The first box holds a paragraph of its own.], [The second box holds another paragraph.])
""")


@functools.cache
def two_columns() -> bytes:
    """Tagged text in two columns; word number n is ``w0n``, so that reading order can be told."""
    words = " ".join(f"w{number:03d}" for number in range(1, 301))
    return _set(f"""
#set page(width: 420pt, height: 400pt, margin: 40pt, columns: 2)
#set text(size: 10pt)
{words}
""")


@functools.cache
def justified() -> bytes:
    """Justified and hyphenated narrow text, as word processors set it."""
    sentence = "Multidisciplinary neighbourhood teams coordinate rehabilitation and reablement for residents. "
    return _set(f"""
#set page(width: 190pt, height: 700pt, margin: 30pt)
#set text(size: 10pt, lang: "en", hyphenate: true)
#set par(justify: true)
{sentence * 6}
""")


def _new(pages: int = 1, *, width: float = 595, height: float = 842) -> Any:
    document = pymupdf.open()
    for _ in range(pages):
        document.new_page(width=width, height=height)
    return document


def _paragraph(page: Any, x: float, y: float, lines: Sequence[str], size: float = 11) -> float:
    for line in lines:
        page.insert_text((x, y), line, fontsize=size)
        y += size * 1.25
    return y + size


BODY = (
    "The council and the integrated care board will pool their budgets so that",
    "people leave hospital sooner and care homes have a named clinical lead in",
    "every primary care network of the county, as agreed by the board in May.",
)


@functools.cache
def untagged() -> bytes:
    """No tags: headings can only be told by size and weight."""
    document = _new(2)
    for number, page in enumerate(document, 1):
        page.insert_text((72, 90), f"Chapter heading {'one' if number == 1 else 'two'}", fontsize=20)
        y = _paragraph(page, 72, 130, BODY)
        page.insert_text((72, y + 8), "A smaller heading", fontsize=14)
        y = _paragraph(page, 72, y + 40, BODY)
        page.insert_text((72, y + 8), "A bold line of its own", fontsize=11, fontname="hebo")
        y = _paragraph(page, 72, y + 34, BODY)
        for bullet in ("first point", "second point"):
            page.insert_text((90, y), f"- {bullet}", fontsize=11)
            y += 18
    return document.tobytes()


@functools.cache
def bookmarked() -> bytes:
    """Untagged, headings in the size of the body, but the outline names them."""
    document = _new(2)
    outline = []
    for number, page in enumerate(document, 1):
        title = f"Part {'one' if number == 1 else 'two'} of the story"
        page.insert_text((72, 90), title, fontsize=11)
        _paragraph(page, 72, 130, BODY)
        page.insert_text((72, 300), f"Detail {number}", fontsize=11)
        _paragraph(page, 72, 330, BODY)
        outline += [[1, title, number], [2, f"Detail {number}", number]]
    document.set_toc(outline)
    return document.tobytes()


@functools.cache
def numbered() -> bytes:
    """Untagged, bold numbered headings in the size of the body."""
    document = _new(1)
    page = document[0]
    y = 90.0
    for title in ("1. Purpose", "1.1 Background", "1.1.1 History of the board", "Appendix A Terms"):
        page.insert_text((72, y), title, fontsize=11, fontname="hebo")
        y = _paragraph(page, 72, y + 26, BODY) + 10
    return document.tobytes()


def rotated(angle: int) -> bytes:
    """A page that is turned when it is displayed."""
    document = _new(1, width=500, height=700)
    page = document[0]
    page.insert_text((60, 80), "Rotated heading", fontsize=18)
    _paragraph(page, 60, 120, BODY)
    page.set_rotation(angle)
    return document.tobytes()


@functools.cache
def cropped() -> bytes:
    """A page whose crop box does not begin at the origin; the words outside it are not displayed."""
    document = _new(1, width=700, height=900)
    page = document[0]
    page.insert_text((20, 30), "unseen", fontsize=11)
    _paragraph(page, 120, 220, BODY)
    page.set_cropbox(pymupdf.Rect(100, 150, 650, 850))
    return document.tobytes()


@functools.cache
def cropped_and_rotated() -> bytes:
    """Both at once."""
    with pymupdf.open("pdf", cropped()) as document:
        document[0].set_rotation(90)
        return document.tobytes()


@functools.cache
def hyphenated() -> bytes:
    """Hyphens at line ends: of a broken word, of a compound, after a prefix and between numbers."""
    document = _new(1)
    page = document[0]
    lines = (
        f"Every {BROKEN_WORD} has a team, and the neigh-",
        "bourhood meets weekly. The follow-up visits and the follow-",
        "up calls are shared. Partners set up a multi-",
        "agency board for the years 2023-",
        "2025 and its work.",
    )
    _paragraph(page, 72, 100, lines)
    return document.tobytes()


@functools.cache
def running_heads() -> bytes:
    """Six untagged pages with a running head, page numbers, and once a line in the margin that does not repeat."""
    document = _new(6)
    for number, page in enumerate(document, 1):
        page.insert_text((72, 40), RUNNING_HEAD, fontsize=9)
        page.insert_text((280, 815), f"Page {number} of 6", fontsize=9)
        _paragraph(page, 72, 120, [f"{line} {number}" for line in BODY])
        if number == 3:
            page.insert_text((72, 62), MARGIN_NOTE, fontsize=9)
    return document.tobytes()


@functools.cache
def contents() -> bytes:
    """A contents page with leader dots, before the chapter that it names."""
    document = _new(2)
    page = document[0]
    page.insert_text((72, 90), "Contents", fontsize=18)
    for row, (title, number) in enumerate((("Purpose", 2), ("Our neighbourhoods", 2), ("Money", 2))):
        page.insert_text((72, 130 + 22 * row), f"{title} {'.' * (60 - len(title))} {number}", fontsize=11)
    document[1].insert_text((72, 90), "Purpose", fontsize=18)
    _paragraph(document[1], 72, 130, BODY)
    return document.tobytes()


@functools.cache
def image_only() -> bytes:
    """A scan: one image covers the page."""
    document = _new(1)
    pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 60, 80))
    pixels.set_rect(pixels.irect, (200, 200, 190))
    document[0].insert_image(document[0].rect, pixmap=pixels)
    return document.tobytes()


@functools.cache
def outlined() -> bytes:
    """Letters drawn as shapes: what some browsers print."""
    with pymupdf.open("pdf", untagged()) as document:
        picture = document[0].get_svg_image(text_as_path=True)
    with pymupdf.open("svg", picture.encode()) as drawing:
        shapes = drawing.convert_to_pdf()
    return bytes(shapes)


@functools.cache
def empty() -> bytes:
    """One page with nothing on it."""
    return _new(1).tobytes()


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """Put raw objects together, the first being the catalogue, each numbered by its place from 1."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(data: bytes, extra: bytes = b"", *, deflate: bool = False) -> bytes:
    """Return a stream object."""
    if deflate:
        data, extra = zlib.compress(data, 9), extra + b"/Filter/FlateDecode"
    return b"<</Length %d%s>>stream\n" % (len(data), extra) + data + b"\nendstream"


def exact(lines: Sequence[str], *, size: float = 10, leading: float = 14, width: int = 500) -> bytes:
    """Return a page with exactly these characters, whatever they are: a font of equal widths and a ToUnicode map.

    ``width`` is that of every glyph, in thousandths of the size.
    """
    alphabet = sorted(set("".join(lines)))
    code = {character: number for number, character in enumerate(alphabet, 1)}
    assert len(alphabet) < 255
    pairs = "\n".join(f"<{code[one]:02x}> <{one.encode('utf-16-be', 'surrogatepass').hex()}>" for one in alphabet)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(alphabet)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    shown = "".join(
        f"1 0 0 1 50 {700 - leading * row:.1f} Tm <{bytes(code[one] for one in line).hex()}> Tj\n"
        for row, line in enumerate(lines)
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 0/LastChar 255/ToUnicode 6 0 R/Widths[%s]>>"
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            stream(f"BT /F {size} Tf\n{shown}ET".encode()),
            font % b" ".join([b"%d" % width] * 256),
            stream(cmap.encode()),
        ]
    )


@functools.cache
def soft_hyphens() -> bytes:
    """Soft hyphens inside a word and at a line end."""
    return exact(["The neigh\u00adbourhood team and its reable\u00ad", "ment service meet."])


@functools.cache
def ligatures() -> bytes:
    """The Latin ligatures of the presentation forms, each in a word."""
    return exact(["The o\ufb03ce staﬀ ﬁnd ﬂoors, aﬄuent and ﬅrong ﬆeps."])


@functools.cache
def hostile_text() -> bytes:
    """Text made to harm what shows it: markup, a formula, control and direction characters."""
    return exact(
        [
            "<script>alert(1)</script> is only text.",
            '=HYPERLINK("http://evil.example","click") stays text.',
            "bell \u0007 and escape \u001b[31m and null-like \u0001 end.",
            "right\u200fto\u202eleft and zero\u200bwidth and \ufeffmark.",
            "private \uf0b7 bullet and replacement \ufffd sign.",
        ]
    )


GOOD: dict[str, Callable[[], bytes]] = {
    "tagged": tagged,
    "layout_table": layout_table,
    "two_columns": two_columns,
    "justified": justified,
    "untagged": untagged,
    "bookmarked": bookmarked,
    "numbered": numbered,
    "rotated_90": functools.partial(rotated, 90),
    "rotated_180": functools.partial(rotated, 180),
    "rotated_270": functools.partial(rotated, 270),
    "cropped": cropped,
    "cropped_and_rotated": cropped_and_rotated,
    "hyphenated": hyphenated,
    "running_heads": running_heads,
    "contents": contents,
    "soft_hyphens": soft_hyphens,
    "ligatures": ligatures,
    "hostile_text": hostile_text,
    "image_only": image_only,
    "outlined": outlined,
    "empty": empty,
}
"""Every self-made PDF that can be read, by name."""
