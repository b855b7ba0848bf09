"""Characters that typst leaves out: put back into the text layer of a finished PDF file."""

from __future__ import annotations

import re

RIGHT_TO_LEFT_MARK = "\u200f"
# Typst drops characters without a shape; a hair space has one, and stands in for the mark until the file is made.
_STAND_IN = "\u200a"
# As the text of a span (with a byte order mark) or as the meaning of a glyph.
_IN_FILE = re.compile(rb"<(FEFF)?200A>")


def hide(text: str) -> str:
    """Return a text with a stand-in for every right-to-left mark."""
    return text.replace(RIGHT_TO_LEFT_MARK, _STAND_IN)


def reveal(pdf: bytes) -> bytes:
    """Return the file with a right-to-left mark wherever its text layer has the stand-in.

    Parameters
    ----------
    pdf : bytes
        A file that typst made with ``pretty``, which leaves text uncompressed; its length does not change.
    """
    return _IN_FILE.sub(rb"<\g<1>200F>", pdf)
