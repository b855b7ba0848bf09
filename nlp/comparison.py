"""Places that a passage only compares with or learns from: nothing is done there by the document's authors."""

from __future__ import annotations

import re
from functools import cache

_LOOK_BACK, _LOOK_AHEAD = 90, 40  # characters
_CUES = (
    "adopted from", "approach used in", "approach taken in", "as seen in", "as used in", "benchmarked against",
    "best practice from", "best practice in", "building on work in", "borrowed from", "compared to", "compared with",
    "comparison with", "developed in", "drawing on", "elsewhere", "example from", "example in", "example of",
    "examples from", "examples in", "experience in", "experience of", "in contrast to", "inspired by", "learn from",
    "learned from", "learning from", "learnt from", "lessons from", "model from", "model used in", "modelled on",
    "other areas", "other parts of", "pioneered by", "pioneered in", "similar to", "success in", "success of",
    "such as that in", "visit to", "visited", "worked well in", "evidence from", "outcomes in", "results in other",
    "already seen in", "mirroring", "replicating", "emulating", "following the lead of",
)  # fmt: skip
# These compare only where the name follows at once: "would like to expand in Thanet" does not.
_NEXT_TO_NAME = ("as in", "like", "unlike", "than", "than in", "as with", "as has", "as did")
_BETWEEN = frozenset(("", "the", "in", "in the", "nearby", "neighbouring", "both"))
_MODELS = ("approach", "deal", "example", "experience", "model", "pilot's", "programme's", "scheme's")
_CLAUSE_END = re.compile(r"[.;!?]\s")


def is_comparison(text: str, start: int, end: int) -> bool:
    """Tell whether a place is named for comparison ("as in Wigan", "learning from Leeds", "the Wigan model").

    Parameters
    ----------
    start, end : int
        The characters of the name, half-open. A cue counts within its clause, up to 90 characters before the name.
    """
    before = " ".join(_CLAUSE_END.split(text[max(0, start - _LOOK_BACK) : start])[-1].casefold().split())
    cue = _last_cue(before)
    if cue and not _moves_on(before[cue:]):
        return True
    for words in _NEXT_TO_NAME:
        head, found, rest = before.rpartition(words)
        if found and rest.strip() in _BETWEEN and not head[-1:].isalnum():
            return True
    after = text[end : end + _LOOK_AHEAD].casefold().removeprefix("'s").removeprefix("’s").split()
    return before.endswith("the") and bool(after) and after[0].strip(",.;:()\"'") in _MODELS


def _last_cue(before: str) -> int:
    """Return where the last cue ends, 0 for none."""
    return max((found.end() for found in _cues().finditer(before)), default=0)


def _moves_on(rest: str) -> bool:
    # "Learning from Leeds, we will open a hub in Thanet": what is done here stands behind a verb of ours.
    return bool(_own_deeds().search(rest))


@cache
def _cues() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(cue) for cue in _CUES) + r")\b")


@cache
def _own_deeds() -> re.Pattern[str]:
    return re.compile(r"\b(?:we|will|is being|are being|has been|have been|our|launched|opened|introduced)\b")
