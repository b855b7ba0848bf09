"""The part that a time plays in its sentence, told from the words on either side of it.

Every pattern is tried on a few dozen characters beside an expression, never on a whole text.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache


class TimeRole(StrEnum):
    """What a time says of what the sentence is about."""

    START = "start"
    END = "end"
    DURING = "during"
    BY = "by"  # no later than the end of the period
    SINCE = "since"  # a start that lies behind


_STARTING = (
    r"launch\w{0,3}|start\w{0,3}|beg[aiu]n\w{0,4}|commenc\w{1,4}|open(?:s|ed|ing)?|introduc\w{1,4}|establish\w{0,3}|"
    r"set\sup|created?|formed|founded|go(?:es)?\slive|went\slive|rolled\sout|roll\sout|came\sinto\s\w{5,9}|"
    r"comes?\sinto\s\w{5,9}|implement\w{0,3}|mobilis\w{1,3}|deploy\w{0,3}|adopted|join(?:s|ed)?|recruited|appointed|"
    r"signed|agreed|approved|pilot(?:s|ed)?|take\seffect|took\seffect"
)
_ENDING = (
    r"end(?:s|ed|ing)?|clos(?:es?|ed|ing)|expir(?:es?|ed|ing)|decommission\w{0,3}|ceas(?:es?|ed|ing)|finish\w{0,3}|"
    r"conclud\w{1,3}|withdr[ae]wn?|stop(?:s|ped|ping)?|came\sto\san\send|terminated?|discontinued"
)
_BY = (
    r"by|before|no\slater\sthan|not\slater\sthan|in\stime\sfor|ahead\sof|ready\sfor|in\sreadiness\sfor|"
    r"due(?:\sby|\sin|\sfor)?|deadline(?:\sof|\sis)?:?|target\sdate:?|due\sdate:?"
)
_UNTIL = (
    r"until|till|up\sto|through\sto|lasts?\sto|runs?\sto|through|ending(?:\sin|\son)?|expires?(?:\sin|\son)?|"
    r"end\sdate:?"
)
_FROM = (
    r"from|starting(?:\sin|\son)?|beginning(?:\sin|\son)?|commencing(?:\sin|\son)?|as\sof|with\seffect\sfrom|effective|"
    r"as\sfrom|start\sdate:?|go-live:?|live\sin|live\son"
)
_DURING = r"in|on|during|over|for|throughout|across|within|this|financial\syear|year"
_TITLES = (
    "Strategy|Plan|Report|Framework|Guidance|Review|Policy|Charter|Survey|Standard|Statement|Manifesto|Vision|Agenda|"
    "Assessment|Scheme|Accounts|Contract|Programme|Games|Conference|Toolkit"
)
# Behind the deciding word and before the time.
_FILLER = r"(?:\s(?:the|about|around|approximately|roughly|at\sleast|c\.|circa|end\sof|start\sof)){0,2}\s?\(?$"
_SOON = r"\b[^.;:!?•]{0,50}?\s(?:in|on|at|during|this|for)"

Role = tuple[TimeRole, float, str]


def role_of(before: str, after: str) -> Role:
    """Return the part that the words before and behind a time give it, how surely, and the deciding words."""
    known = _patterns()
    if known["onwards"].match(after):
        return TimeRole.START, 1.0, "onwards"
    for role in (TimeRole.BY, TimeRole.SINCE, TimeRole.END, TimeRole.START):
        if found := known[role].search(before):
            return role, 1.0, _said(found)
    if found := known["ends in"].search(before):
        return TimeRole.END, 0.9, _said(found)
    if found := known["starts in"].search(before):
        return TimeRole.START, 0.9, _said(found)
    if found := known[TimeRole.DURING].search(before):
        if starting := known["then starts"].match(after):
            return TimeRole.START, 0.85, _said(starting)
        return TimeRole.DURING, 1.0, _said(found)
    return TimeRole.DURING, 0.9, ""


def joins(gap: str, before: str) -> bool:
    """Tell whether the words between two times make them one span; "and" does behind "between" only."""
    known = _patterns()
    return bool(known["to"].fullmatch(gap) or (known["and"].fullmatch(gap) and known["between"].search(before)))


def is_past_time(before: str, deciding: str) -> bool:
    """Tell whether the deciding words tell of something past: "launched in October", and not "will be launched"."""
    known = _patterns()
    return bool(known["past"].search(deciding)) and not known["to come"].search(before)


def is_title(before: str) -> bool:
    """Tell whether a time stands behind the name of a document and may be part of it."""
    return bool(_patterns()["title"].search(before))


def _said(found: re.Match[str]) -> str:
    return " ".join(found[1].split()).lower()


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    texts: dict[str, str] = {
        TimeRole.BY: rf"\b({_BY}){_FILLER}",
        TimeRole.SINCE: rf"\b(since){_FILLER}",
        TimeRole.END: rf"\b({_UNTIL}){_FILLER}",
        TimeRole.START: rf"\b({_FROM}){_FILLER}",
        TimeRole.DURING: rf"\b({_DURING}){_FILLER}",
        "starts in": rf"\b({_STARTING}){_SOON}{_FILLER}",
        "ends in": rf"\b({_ENDING}){_SOON}{_FILLER}",
        "then starts": rf",?\s(?:we|the|it|they|a|an|our|and)\b[^.;:!?•]{{0,50}}?\b({_STARTING})\b",
        "onwards": r"\s?(?:onwards?|\+|and\s(?:beyond|onwards?|thereafter)|forward)",
        "to": r"\s?(?:to|until|till|up\sto|through(?:\sto)?|[-–—]|to\sthe|until\sthe)\s?",
        "and": r"\s?and\s?",
        "between": r"\bbetween(?:\sthe)?\s$",
        "past": r"(?:ed|began|begun|set up|formed|went live|took effect|came into \w+|came to an end|withdrawn)$",
        "to come": r"\b(?:will|shall|must|should|would|could|to|be)\s[^.;:!?•]{0,60}$",
        "title": rf"\b(?:{_TITLES}),?\s?\(?$",
    }
    # What says a title keeps its capitals; all else may stand at the head of a sentence.
    return {name: re.compile(text, 0 if name == "title" else re.IGNORECASE) for name, text in texts.items()}
