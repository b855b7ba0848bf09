"""Characters that typst leaves out: put back into the text layer of a finished PDF file."""

from __future__ import annotations

import pymupdf

RIGHT_TO_LEFT_MARK = "\u200f"
# Typst drops characters without a shape; a hair space has one, and stands in for the mark until the file is made.
_STAND_IN = "\u200a"


def hide(text: str) -> str:
    """Return a text with a stand-in for every right-to-left mark."""
    return text.replace(RIGHT_TO_LEFT_MARK, _STAND_IN)


def reveal(pdf: bytes) -> bytes:
    """Return the file with a right-to-left mark wherever its text layer has the stand-in.

    Parameters
    ----------
    pdf : bytes
        A file made by typst, which gives the text of a hair space as ``ActualText``.
    """
    before, after = (f"<FEFF{ord(character):04X}>".encode() for character in (_STAND_IN, RIGHT_TO_LEFT_MARK))
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            for xref in page.get_contents():
                stream = document.xref_stream(xref)
                if before in stream:
                    document.update_stream(xref, stream.replace(before, after))
        revealed: bytes = document.tobytes(no_new_id=True)
    return revealed
