"""Words that say how far something has come, as token patterns for spaCy's matcher.

A pattern is a row of tokens in lower case: ``a|b`` is one of several, ``-ed`` any word with that ending, ``?`` behind a
token makes it optional. Where patterns overlap the longest wins, so that
"will not continue" is read before "will". Weights say how much a cue tells of its status; they were set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from careatlas.initiative import InitiativeStatus

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

_UNCLEAR, _ASPIRATION, _PLANNED, _IN_PLACE, _STOPPED = InitiativeStatus


@dataclass(frozen=True, slots=True)
class Cue:
    """What one pattern says."""

    status: InitiativeStatus
    weight: float
    why: str


_BE, _IS, _HAVE, _NOT = "is|are|was|were|be|been|being|'s|'re", "is|are|was|were", "has|have|had|'ve", "not|n't|never"
_WILL = "will|shall|'ll|wo"
_END = "end|close|cease|stop|finish|terminate|decommission|withdraw|discontinue"
_ENDED = "ended|closed|ceased|stopped|decommissioned|withdrawn|discontinued|terminated|disbanded|scrapped|abandoned"
_GO_ON = "continue|renew|extend|run|proceed|reopen"
_VIEW = "aim|aims|aimed|aiming|aspire|aspires|hope|hopes|hoping|seek|seeks|seeking|wish|want|wants"

_PRESENT = (
    "provides|offers|delivers|supports|runs|operates|meets|visits|works|includes|covers|brings|enables|ensures|leads|"
    "oversees|consists|comprises|helps|receives|hosts|employs|sits|coordinates|manages|attends|responds|accepts"
)
_PRESENT_PLURAL = (
    "provide|offer|deliver|support|run|operate|meet|visit|work|lead|hold|employ|host|share|attend|receive|fund|"
    "commission|have"
)

PATTERNS: tuple[tuple[InitiativeStatus, float, str, tuple[str, ...]], ...] = (
    (_STOPPED, 3.0, "it has ended", (
        f"{_HAVE}|{_BE} now|since|therefore|been|also? {_ENDED}",
        f"{_HAVE} been|now|since? been? {_ENDED}",
        "no longer", "discontinued", "stopped|ceased funding|providing|offering|running|commissioning|delivering",
        "came|come|comes|coming to an end", f"{_BE} stood|wound down", f"{_HAVE} been? stood|wound down",
        "ended|closed|ceased|concluded|discontinued in|on|at|after|when|following|from|with",
        f"{_HAVE} been? superseded", f"{_IS} superseded",
        f"{_WILL} {_NOT} be? {_GO_ON}|renewed|extended|recommissioned",
        f"{_BE} {_NOT} renewed|extended|continued|recommissioned",
    )),
    (_IN_PLACE, 1.0, "it is to stop, so it still runs", (
        f"{_WILL} be? {_END}|{_ENDED}", f"plan|plans|planned|planning|intend|intends|proposes to {_END}",
        f"{_BE} due|set|planned|expected to be? {_END}|{_ENDED}",
    )),
    (_PLANNED, 1.2, "not yet done", (
        "not|n't yet", "not started", "yet to be", f"{_HAVE} yet to", "still to be", "awaiting", f"{_BE} {_NOT} yet",
    )),
    (_UNCLEAR, 1.2, "not done", (
        f"{_HAVE} {_NOT} yet? been? -ed", f"{_BE} {_NOT} -ed",
        f"{_WILL} {_NOT}", f"{_BE} unable to", "failed to",
    )),
    (_PLANNED, 1.5, "it is said to come", (
        f"{_WILL}", f"{_WILL} be", f"{_WILL} have been? -ed", f"{_WILL} also|then|now|work|continue", "going to",
        "must", "must be",
        f"{_BE} asked|required|expected|tasked|invited|mandated to", "asked|expected|required to",
        f"{_BE} to be", f"{_BE} due|scheduled|set|planned|intended|proposed",
        "due to start|begin|launch|open|commence|go",
        "plan|plans|planned|planning to", "intend|intends|intention|intending to", "our|the intention is",
        "commit|committed|commitment|commits to", "we|council|board|partners ask", "proposal|proposals|proposed",
        f"{_BE} being|currently? designed|developed|drafted|planned|prepared|scoped|procured|recruited|explored",
        "in|under development", "next steps", "in the pipeline", "from next", f"{_BE} preparing|planning",
        "towards implementing|delivering|developing|establishing", "we need to", "needs to be",
        f"{_IS} commencing|starting", f"{_HAVE} committed",
    )),
    (_PLANNED, 0.5, "it is what something is for", (
        "to develop|implement|deliver|establish|introduce|launch|pilot|create|build|set|roll|expand|recruit",
        f"{_IS} developing|building|creating",
    )),
    (_ASPIRATION, 1.1, "it is wished for", (
        "should", "should be", "could", "could be", "would", "might", "may", f"{_VIEW} to", "our aim is",
        "our|the|an ambition|aspiration", "we want", "would like", "explore|exploring|explored", "consider|considering",
        "recommend|recommends|recommended|recommendation|recommendations", "vision", "ideally", "opportunity to",
        "opportunities to", "potential to", "scope to", f"{_BE} keen to", "look|looking to", "working towards",
    )),
    (_IN_PLACE, 1.2, "it was done or runs", (
        f"{_HAVE} been", f"{_HAVE} also|already|now|recently|successfully|since? -ed", f"{_HAVE} been? -ed",
        "was|were -ed", "was|were also|then|successfully -ed", f"{_IS} in place", f"{_IS} now", f"{_IS} already",
        f"{_IS} currently|up|underway|running|operational|live|embedded", "there is|are", "currently", "already", "now",
        "continue|continues|continued to", f"{_IS} continuing to", "since", "ongoing", "well underway", "went live",
        "established|launched|introduced|commissioned|delivered|achieved|completed|implemented|developed|created|opened",
        f"{_HAVE} set|led|run|begun|made|put|built|taken|given|seen|grown|brought|held|become|worked",
        "led|ran|began|made|put|built|took|gave|brought|held|became|met|set up", f"{_IS} led|run|held|made|overseen by",
        f"{_IS} provided|delivered|supported|funded|commissioned|chaired|jointly|operated|embedded|hosted",
    )),
    (_IN_PLACE, 0.7, "it is told in the present", (
        _PRESENT, "status : complete|completed|delivered|live",
        f"we|they|teams|staff|services|partners|members|hubs|nurses {_PRESENT_PLURAL}",
        "is|are a|an|the|part|one|made|available|responsible|working|providing|delivering|supporting|led|funding",
    )),
)  # fmt: skip

#: Words in -ing that tell of no work where they begin a sentence.
NO_TASKS = frozenset((
    "following", "including", "during", "regarding", "according", "depending", "concerning", "excluding", "funding",
    "housing", "nursing", "nothing", "anything", "something", "everything", "morning", "evening", "meeting",
))  # fmt: skip

#: What a bullet of a plan begins with where it says what is to be done.
TASKS = frozenset((
    "achieve", "adopt", "agree", "align", "appoint", "attend", "build", "carry", "co-design", "co-produce",
    "commission", "communicate", "complete", "conduct", "consider", "continue", "contribute", "coordinate",
    "create", "deliver", "deploy", "design", "develop", "drive", "embed", "empower", "enable", "encourage",
    "engage", "enhance", "ensure", "establish", "evaluate", "expand", "explore", "extend", "facilitate", "finalise",
    "focus", "give", "grow", "help", "identify", "implement", "improve", "increase", "integrate", "introduce",
    "invest", "investigate", "join", "keep", "launch", "lead", "maintain", "make", "maximise", "mobilise",
    "monitor", "offer", "optimise", "pilot", "plan", "prepare", "prevent", "prioritise", "procure", "produce",
    "progress", "promote", "protect", "provide", "publish", "put", "recruit", "redesign", "reduce", "refresh",
    "reshape", "review", "roll", "scale", "scope", "secure", "set", "share", "simplify", "standardise",
    "strengthen", "streamline", "support", "tackle", "take", "test", "train", "transform", "trial", "undertake",
    "update", "upskill", "use", "utilise", "widen", "work",
))  # fmt: skip

HEADINGS: tuple[tuple[InitiativeStatus, tuple[str, ...]], ...] = (
    (_IN_PLACE, (
        "achievement", "progress", "we have done", "have delivered", "our success", "in place", "current service",
        "what we do", "where are we", "where have we been", "year in review", "highlights", "we did", "case stud",
        "existing",
    )),
    (_PLANNED, (
        "next step", "we will", "priorit", "action", "commitment", "how will we", "future plan", "delivery plan",
        "implementation", "plans for", "forward look", "roadmap", "timeline", "milestone", "proposal", "intend to",
        "work programme", "objective", "requirement",
    )),
    (_ASPIRATION, (
        "ambition", "vision", "aspiration", "recommendation", "our aim", "options", "opportunit", "we want",
    )),
    (_STOPPED, ("decommissioned", "closed service", "closures", "ended", "discontinued")),
)  # fmt: skip


@cache
def cues() -> dict[str, Cue]:
    """Return what each pattern says, by the name under which the matcher knows it."""
    return {f"{status}:{number}": Cue(status, weight, why) for number, (status, weight, why, _) in enumerate(PATTERNS)}


@cache
def status_matcher(vocab: Vocab) -> Matcher:
    """Return the matcher of all patterns for a pipeline's vocabulary."""
    from spacy.matcher import Matcher

    matcher = Matcher(vocab)
    for name, (_, _, _, patterns) in zip(cues(), PATTERNS, strict=True):
        matcher.add(name, [token_pattern(pattern) for pattern in patterns])
    return matcher


def token_pattern(words: str) -> list[dict[str, Any]]:
    """Return spaCy's form of a pattern of ours."""
    return [_token(word) for word in words.split()]


def _token(word: str) -> dict[str, Any]:
    plain = word.removesuffix("?")
    made: dict[str, Any] = {"LOWER": {"REGEX": rf"^\w{{2,20}}{plain[1:]}$"}} if plain[0] == "-" else _one_of(plain)
    return made | ({"OP": "?"} if word != plain else {})


def _one_of(words: str) -> dict[str, Any]:
    options = words.split("|")
    return {"LOWER": options[0]} if len(options) == 1 else {"LOWER": {"IN": options}}
