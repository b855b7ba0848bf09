"""The part that a time plays in its sentence, told from the words on either side of it.

Every pattern is tried on a few dozen characters beside an expression, never on a whole text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    r"first\s(?:met|meets|meeting)|inaugural\smeeting|pilot(?:s|ed)?|take\seffect|took\seffect"
)
# A decision comes before what it decides: a start only where nothing else is.
_DECIDING = r"signed(?:\soff)?|agreed|approved|endorsed|ratified"
# What papers, meetings and surveys do on a day; what they tell of does not begin on it.
_TELLING = (
    r"(?<!first\s)(?:met|(?<!inaugural\s)meetings?\s(?:held\s)?(?:of|on|in))|minutes|dated|considered|"
    r"noted|reported|presented|published|updated|reviewed|inspected|rated|consulted|surveyed|refreshed|correct"
)
_ENDING = (
    r"end(?:s|ed|ing)?|clos(?:es?|ed|ing)|expir(?:es?|ed|ing)|decommission\w{0,3}|ceas(?:es?|ed|ing)|finish\w{0,3}|"
    r"conclud\w{1,3}|withdr[ae]wn?|stood\sdown|wound\sdown|stop(?:s|ped|ping)?|came\sto\san\send|terminated?|discontinued"
)
_BY = (
    r"by|before|prior\sto|no\slater\sthan|not\slater\sthan|in\stime\sfor|ahead\sof|ready\sfor|in\sreadiness\sfor|"
    r"due(?:\sby|\sin|\sfor)?|deadline(?:\sof|\sis)?:?|target\sdate:?|due\sdate:?"
)
# What is over on the day on which it is done.
_HAPPENING = r"(?<!meeting\s)(?<!meetings\s)(?:held|hosted|took\splace|takes\splace)"
_UNTIL = (
    r"until|till|(?:months|years?)\s(?:to|ended)|y/e|up\sto|through\sto|lasts?\sto|runs?\sto|through|ending(?:\sin|\son)?|expires?(?:\sin|\son)?|"
    r"end\sdate:?"
)
_FROM = (
    r"from|starting(?:\sin|\son)?|beginning(?:\sin|\son)?|commencing(?:\sin|\son)?|with\seffect\sfrom|effective|"
    r"as\sfrom|(?:no|not)\s(?:earlier|sooner)\sthan|not\s(?:before|until)|start\sdate:?|go-live:?|live\sin|live\son"
)
_COUNTED = r"as\sof|as\sat|position\sat|snapshot\s(?:at|on)"
_DURING = r"in|on|during|over|for|throughout|across|within|this|financial\syear|year"
_PAPERS = "Strategy|Plan|Report|Framework|Guidance|Review|Policy|Charter|Survey|Statement|Manifesto|Accounts"
_TITLES = rf"{_PAPERS}|Standard|Vision|Agenda|Assessment|Scheme|Contract|Programme|Games|Conference|Toolkit"
# Behind the deciding word and before the time.
_FILLER = (
    r"(?:\s(?:the|about|around|approximately|roughly|at\sleast|c\.|circa|end\sof|start\sof|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)){0,2}\s?\(?$"
)
# Up to the time, in one clause, and not over another time: a verb has one.
_SOON = r"\b(?:(?!\d{4})[^.;:!?•]){0,50}?\s(?:in|on|at|during|this|for)"

#: How surely a time is one of the initiative where a verb of decisions, or of papers and counts, stands before it.
DECIDED, TOLD = 0.6, 0.4
Role = tuple[TimeRole, float, str]


def role_of(before: str, after: str) -> Role:
    """Return the part that the words before and behind a time give it, how surely, and the deciding words."""
    known = _patterns()
    if known["onwards"].match(after):
        return TimeRole.START, 1.0, "onwards"
    if known["each year"].match(after) or known["yearly"].search(before):
        return TimeRole.DURING, TOLD, "each year"
    if known["ended from"].search(before):
        return TimeRole.END, 0.9, "ceased from"
    if found := known[TimeRole.START].search(before):
        return TimeRole.START, 1.0, _said(found)
    for role in (TimeRole.BY, TimeRole.SINCE, TimeRole.END):
        if found := known[role].search(before):
            is_start = role is TimeRole.END and known["not before"].search(before[: found.start()])
            return TimeRole.START if is_start else role, 1.0, _said(found)
    if found := known["after"].search(before):  # it lies behind the time, how far nobody says; "not after" is an end
        is_end = known["no longer"].search(before[: found.start()])
        return (TimeRole.END, 0.9, _said(found)) if is_end else (TimeRole.DURING, TOLD, _said(found))
    if found := known["counted"].search(before):  # "as of April it will": from then on; "as of April it has": counted
        is_start = known["will"].search(after)
        return (TimeRole.START, 1.0, _said(found)) if is_start else (TimeRole.DURING, TOLD, _said(found))
    return _by_verb(before, after, known)


def _by_verb(before: str, after: str, known: Mapping[str, re.Pattern[str]]) -> Role:
    """Return the part that the nearest verb before a time gives it, or the first one behind."""
    verbs: tuple[tuple[str, TimeRole, float], ...] = (
        ("ends in", TimeRole.END, 0.9),
        ("starts in", TimeRole.START, 0.9),
        ("starts", TimeRole.START, 0.9),
        ("ends", TimeRole.END, 0.9),
        ("decided in", TimeRole.START, DECIDED),
        ("told in", TimeRole.DURING, TOLD),
        ("happens in", TimeRole.DURING, 1.0),
    )
    nearest = max(
        ((found.start(1), role, sure, _said(found)) for name, role, sure in verbs
            if (found := known[name].search(before))),
        key=lambda one: one[0], default=None,
    )  # fmt: skip
    if nearest is not None:
        return nearest[1:]
    if found := known[TimeRole.DURING].search(before):
        if starting := known["then starts"].match(after):
            return TimeRole.START, 0.85, _said(starting)
        return TimeRole.DURING, TOLD if known["then told"].match(after) else 1.0, _said(found)
    return TimeRole.DURING, 0.9, ""


def joins(gap: str, before: str) -> bool:
    """Tell whether the words between two times make them one span; "and" does behind "between" only."""
    known = _patterns()
    return bool(known["to"].fullmatch(gap) or (known["and"].fullmatch(gap) and known["between"].search(before)))


def is_past_time(before: str, deciding: str) -> bool:
    """Tell whether the deciding words tell of something past: "launched in October", and not "will be launched"."""
    known = _patterns()
    return bool(known["past"].search(deciding)) and not known["to come"].search(before)


def is_listed(gap: str) -> bool:
    """Tell whether the words between two times make the second one's year that of the first ("June and July 2023")."""
    return bool(_patterns()["list"].fullmatch(gap))


def is_decision(deciding: str) -> bool:
    """Tell whether the deciding words tell of a decision, which comes before what it decides."""
    return bool(re.fullmatch(_DECIDING, deciding))


def is_event(deciding: str) -> bool:
    """Tell whether the deciding words tell of what is over on its day: "held on 3 May"."""
    return bool(re.fullmatch(_HAPPENING, deciding))


def is_title(before: str, after: str) -> bool:
    """Tell whether a time stands beside the name of a document and may be part of it."""
    return bool(_patterns()["title"].search(before) or _patterns()["then title"].match(after))


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
        # Greedy to the left: the nearest verb decides.
        "starts in": rf"^.*\b({_STARTING}){_SOON}{_FILLER}",
        "ends in": rf"^.*\b({_ENDING}){_SOON}{_FILLER}",
        "starts": rf"\b(?!pilot|create\b|formed\b)({_STARTING})\s?:?{_FILLER}",
        "ends": rf"\b(?!end\s)({_ENDING})\s?:?{_FILLER}",
        "after": rf"\b(after|following|post|beyond){_FILLER}",
        "decided in": rf"^.*\b({_DECIDING}){_SOON}{_FILLER}",
        "told in": rf"^.*\b({_TELLING})(?:{_SOON}|\s?:?){_FILLER}",
        "happens in": rf"^.*\b({_HAPPENING}){_SOON}{_FILLER}",
        "then told": rf",?\s(?:the|its|our)\s[^.;:!?•]{{0,50}}?\b(?:{_TELLING})\b",
        "ended from": rf"\b(?!end\b)(?:{_ENDING})\s(?:with\seffect\s)?from{_FILLER}",
        "not before": rf"(?:\bnot|n['’]t|\bnever|\bnor)\s(?!(?:yet\s)?(?:{_ENDING})\b)[^.;:!?•]{{0,60}}$",
        "no longer": r"(?:\bnot?|n['’]t|\bnever)\s[^.;:!?•]{0,60}$",
        "counted": rf"\b({_COUNTED}){_FILLER}",
        "will": r"[^.;:!?•]{0,60}?\b(?:will|shall|going\sto)\b",
        "then starts": rf",?\s(?:we|the|it|they|a|an|our|and)\b[^.;:!?•]{{0,50}}?\b({_STARTING})\b",
        "onwards": r"\s?(?:onwards?|\+|and\s(?:beyond|onwards?|thereafter)|forward)",
        "to": r",?\s?(?:to|until|till|up\sto|through(?:\sto)?|[-–—/])\s?(?:the\s)?(?:end\s)?(?:[a-z]{3,6}day\s)?",
        "and": r"\s?and\s?(?:the\s)?",
        "each year": r"\s(?:and\s\w{3,9}\s)?(?:each|every)\syear",
        "yearly": r"\b(?:annually|yearly|(?:each|every)\syear)\s(?:in|on|from|during)\s$",
        "list": r"\s?(?:,|and|&|or|,\sand)\s?(?:(?:in|on)\s)?",
        "between": r"\bbetween(?:\sthe)?\s$",
        "past": r"(?:ed|began|begun|set up|formed|went live|took effect|came into \w+|came to an end|withdrawn)$",
        "to come": r"\b(?:will|shall|must|should|would|could|to|be)\s[^.;:!?•]{0,60}$",
        "title": rf"\b(?:{_TITLES}),?\s?\(?$",
        "then title": rf"\s(?:(?:[A-Z][\w&-]{{0,20}}|and|for|of)\s){{0,5}}(?:{_PAPERS})\b",
    }
    # What says a title keeps its capitals; all else may stand at the head of a sentence.
    return {name: re.compile(text, 0 if name.endswith("title") else re.IGNORECASE) for name, text in texts.items()}
