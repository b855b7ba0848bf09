"""From the characters of the file to the one normalised text, with the offset map between them.

White space is folded to single spaces, ligatures are opened, hyphens at line ends are mended, control characters are
taken out. Nothing else changes. Source offsets count the characters of all lines in reading order, each line followed
by one line break, over the whole document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from careatlas.offsets import packed
from careatlas.passage import LineAnchor
from nlp.line import Line

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BULLETS = r"\uf0a7\uf0b7\uf0d8\uf0fc\uf06e\uf076"  # the private-use codes that symbol fonts leave behind
_CONTROLS = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ud800-\udfff"
_SPECIAL = rf"\ufb00-\ufb06\u00ad{_BULLETS}{_CONTROLS}"
_PIECE = re.compile(
    rf"(?P<space>\s+)|(?P<ligature>[\ufb00-\ufb06])|(?P<soft>\u00ad)|(?P<bullet>[{_BULLETS}])|(?P<control>[{_CONTROLS}])"
    rf"|(?P<plain>[^\s{_SPECIAL}]+)|(?P<other>.)",
    re.DOTALL,
)
# Anything that makes a line more than words with single spaces between them.
_ODD = re.compile(rf"[^\S ]|  |[{_SPECIAL}]")
CONTROL = "control character"
# Prefixes that English plans hyphenate: a break after one of them is taken as a real hyphen.
# fmt: off
_KEPT_PREFIXES = frozenset({
    "co", "non", "self", "well", "long", "short", "multi", "pre", "post", "re", "anti", "inter", "cross", "high",
    "low", "health", "person", "out", "in", "step", "end", "early", "full", "part", "one", "two", "three", "four",
    "five", "six", "seven", "day", "time", "fee", "pay", "cost", "old", "older", "mid", "under", "over", "home",
    "evidence", "place",
})
# fmt: on
_BROKEN = re.compile(r"(\w+)-$")
_HYPHEN_AT_END = re.compile(r"\w-$|\u00ad$")
_GOES_ON = re.compile(r"[a-z0-9]")
_NEXT_WORD = re.compile(r"[a-z]\w*")

KnownWord = Callable[[str], bool]


class TextBuilder:
    """Builds the stored text passage by passage, recording where every character came from.

    Parameters
    ----------
    known : callable
        Tells whether a word stands elsewhere in the document: it decides whether a hyphen at a line end is mended.
    """

    def __init__(self, known: KnownWord) -> None:
        self._known = known
        self._parts: list[str] = []
        self._rows: list[tuple[int, int, int, int]] = []
        self._source = 0
        self.length = 0
        self.dropped: Counter[str] = Counter()

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def since(self, start: int) -> str:
        """Return the text from ``start``, which must be where some piece began."""
        taken: list[str] = []
        length = self.length
        for part in reversed(self._parts):
            if length <= start:
                break
            taken.append(part)
            length -= len(part)
        return "".join(reversed(taken))

    def offset_map(self) -> bytes:
        """Return the offset map of the text so far, as it is stored."""
        return packed(self._rows)

    def insert(self, text: str) -> None:
        """Add characters that do not stand in the file."""
        if text:
            self._add(text, self._source, 0)

    def add_lines(self, lines: list[Line]) -> list[LineAnchor]:
        """Add the lines of one passage, joined as running text, and return where each stands."""
        anchors = []
        for index, line in enumerate(lines):
            following = lines[index + 1] if index + 1 < len(lines) else None
            start = self.length
            self._add_line(line.text, self._mends(line, following))
            if self.length > start:
                anchors.append(LineAnchor(char_start=start, char_end=self.length, box=line.box))
            if following is not None and not self._glued(line, following):
                self.insert(" ")
        return anchors

    def _mends(self, line: Line, following: Line | None) -> bool:
        if following is None or not line.text.rstrip().endswith("-"):
            return False
        before = _BROKEN.search(line.text.rstrip())
        after = _NEXT_WORD.match(following.text.lstrip())
        if before is None or after is None or _same_row(line, following):
            return False
        joined, hyphenated = before[1] + after[0], f"{before[1]}-{after[0]}"
        if self._known(joined.lower()):
            return True
        first = before[1].lower()  # a word of its own elsewhere: then it is a compound such as "bed-based"
        return not (self._known(hyphenated.lower()) or self._known(first) or first in _KEPT_PREFIXES)

    def _glued(self, line: Line, following: Line) -> bool:
        text = line.text.rstrip()
        if _same_row(line, following):
            gap = following.box.x0 - line.box.x1
            return gap < 0.2 * line.size and text == line.text and following.text[:1] not in {" ", "\u00a0"}
        broken = text.endswith(("-", "\u00ad")) and _HYPHEN_AT_END.search(text)
        return bool(broken and _GOES_ON.match(following.text.lstrip()))

    def _add_line(self, text: str, mend: bool) -> None:
        source = self._source
        body = text.rstrip()
        first = len(body) - len(body.lstrip())
        if mend:
            body = body[:-1]
        if _ODD.search(body, first):
            self._add_odd(body, first, source)
        else:
            self._add(body[first:], source + first, len(body) - first)
        if mend:
            self._remove(source + len(body))
        self._source = source + len(text) + 1

    def _add_odd(self, body: str, first: int, source: int) -> None:
        for kind, piece, at in _pieces(body, first):
            stored = _stored(kind, piece)
            if stored:
                self._add(stored, source + at, len(piece))
                continue
            self._remove(source + at)
            if kind != "soft":
                self.dropped[CONTROL] += 1

    def _add(self, text: str, source: int, source_length: int) -> None:
        if not text or (text == " " and (not self._parts or self._parts[-1][-1].isspace())):
            return  # a second space: what stood between the two was taken out
        if self._rows:
            start, length, source_start, length_there = self._rows[-1]
            one_to_one = length == length_there and len(text) == source_length
            if one_to_one and source_start + length_there == source:
                self._rows[-1] = (start, length + len(text), source_start, length_there + source_length)
                self._parts.append(text)
                self.length += len(text)
                return
        self._rows.append((self.length, len(text), source, source_length))
        self._parts.append(text)
        self.length += len(text)

    def _remove(self, source: int) -> None:
        self._rows.append((self.length, 0, source, 1))


def _pieces(body: str, first: int) -> Iterator[tuple[str, str, int]]:
    for match in _PIECE.finditer(body, first):
        yield match.lastgroup or "other", match.group(), match.start()


def _stored(kind: str, piece: str) -> str:
    if kind == "plain":
        return piece
    return {"space": " ", "ligature": _LIGATURES.get(piece, ""), "bullet": "•"}.get(kind, "")


def folded(text: str) -> str:
    """Return text as the stored text would hold it, where its characters need no map (a header repeated in a row)."""
    if not _ODD.search(text):
        return text
    return " ".join("".join(_stored(kind, piece) for kind, piece, _ in _pieces(text, 0)).split())


def _same_row(line: Line, following: Line) -> bool:
    first, second = line.box, following.box
    if first.height > max(first.width, 2 * line.size):
        return False  # text that runs up or down the page: what stands to its right is the next line
    overlap = min(first.y1, second.y1) - max(first.y0, second.y0)
    return overlap > 0.5 * min(first.height, second.height) and second.x0 > first.x0


def words_of(lines: list[str]) -> frozenset[str]:
    """Return the words of a document in lower case, hyphenated ones whole: what decides over hyphens at line ends."""
    found: set[str] = set()
    for text in lines:
        found.update(_WORD.findall(text.lower()))
    return frozenset(found)


_WORD = re.compile(r"\w+(?:-\w+)*(?![\w-])")
