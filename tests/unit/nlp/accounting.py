"""The lossless check: every character of the lines that were read, followed into the stored text or to a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from careatlas.offsets import OffsetMap
from careatlas.reading import Reading
from nlp.assemble import UNPLACED
from nlp.blocks import blocks_of
from nlp.furniture import furniture
from nlp.headings import heading_rules
from nlp.line import Line, Pages, glyphs
from nlp.normalise import CONTROL

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
HYPHENS = {"-": "mended hyphen", "\u00ad": "soft hyphen"}


@dataclass
class Account:
    """Where the characters of a document that are not white space went."""

    source: int = 0
    kept: int = 0
    folded: int = 0  # ligatures opened, bullets of symbol fonts made bullets
    taken_out: Counter[str] = field(default_factory=Counter)
    inserted: int = 0
    unplaced: int = 0

    def check(self) -> None:
        """Fail unless every character is accounted for."""
        assert self.source == self.kept + self.folded + self.taken_out.total()


def lines_in_order(pages: Pages) -> Iterator[Line]:
    """Yield the lines in the order in which the reader puts them together."""
    rules, repeated = heading_rules(pages.pages, pages.bookmarks), furniture(pages.pages)
    headers = {}
    for page in pages.pages:
        for block in blocks_of(page, repeated, rules, headers):
            yield from (line for cell in block.cells for line in cell.lines) if block.cells else block.lines


def account_for(pages: Pages, reading: Reading) -> Account:
    """Follow every character through the offset map; fail where one is lost, doubled or changed."""
    source = "".join(f"{line.text}\n" for line in lines_in_order(pages))
    account = Account(source=glyphs(source))
    text, at, cursor = reading.text, 0, 0
    for run in OffsetMap.from_bytes(reading.offset_map).runs:
        assert run.text_start == at, "the map leaves out or doubles stored characters"
        at += run.text_length
        stored = text[run.text_start : at]
        if not run.source_length:
            account.inserted += glyphs(stored)
            continue
        gap = source[cursor : run.source_start]
        assert run.source_start >= cursor, "a character of the file is used twice"
        assert not gap.strip(), "characters of the file are in no run"
        cursor = run.source_start + run.source_length
        _follow(account, source[run.source_start : cursor], stored)
    assert at == len(text)
    assert not source[cursor:].strip()
    dropped = Counter({one.reason: 0 for one in reading.dropped})
    for one in reading.dropped:
        dropped[one.reason] += one.glyph_count
    account.unplaced = dropped.pop(UNPLACED, 0)
    assert account.unplaced == sum(page.unplaced for page in pages.pages)
    assert dropped[CONTROL] == account.taken_out[CONTROL]
    assert not set(dropped) - {CONTROL}, "a reason that nobody listed"
    account.check()
    return account


def _follow(account: Account, was: str, stored: str) -> None:
    if not stored:
        assert len(was) == 1
        account.taken_out[HYPHENS.get(was, CONTROL)] += 1
    elif was in LIGATURES:
        assert stored == LIGATURES[was]
        account.folded += 1
    elif was.isspace():
        assert stored == " "
    else:
        assert len(was) == len(stored)
        for before, after in zip(was, stored, strict=True):
            if before == after:
                account.kept += not before.isspace()
            elif before.isspace():
                assert after == " "
            else:
                assert after == "•"
                assert 0xF000 <= ord(before) <= 0xF0FF
                account.folded += 1
