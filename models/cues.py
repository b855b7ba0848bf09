"""Cues: words and phrases of the codebook that speak for a code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook

_MOST = 3  # of one code in one text: the tenth cue says little more than the third
_KEY = 2  # letters; the shortest cue has two ("s75", "ppe" and "ucr" have three)
_WORD = re.compile(r"\w+")


class CueCounter:
    """Counts the cues of each code in a text.

    A cue matches whole words in any case, with any white space or hyphen between them; a ``*`` at the end of a word
    stands for any ending.

    Parameters
    ----------
    codebook : Codebook
        Its cues, code by code.
    """

    def __init__(self, codebook: Codebook) -> None:
        self._code_count = len(codebook.codes)
        # By the first letters of the first word: a text is then read once, not once for each of hundreds of cues.
        self._cues: dict[str, list[tuple[re.Pattern[str], int]]] = defaultdict(list)
        for column, code in enumerate(codebook.codes):
            for cue in {cue.strip().lower() for cue in code.cues if cue.strip("* ")}:
                self._cues[_WORD.findall(cue)[0][:_KEY]].append((_pattern(cue), column))

    def counts(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return how many different cues of each code stand in each text, at most 3, shape (texts, codes)."""
        found = np.zeros((len(texts), self._code_count))
        for row, text in enumerate(texts):
            lowered = text.lower()
            seen = {
                (pattern, column)
                for word in _WORD.finditer(lowered)
                for pattern, column in self._cues.get(word.group()[:_KEY], ())
                if pattern.match(lowered, word.start())
            }
            for _, column in seen:
                found[row, column] += 1
        return np.minimum(found, _MOST)


def _pattern(cue: str) -> re.Pattern[str]:
    parts = [re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in re.split(r"[\s-]+", cue)]
    return re.compile(r"[\s-]+".join(parts) + r"(?!\w)")
