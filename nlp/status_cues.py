"""How far something has come, as its passage says it: wished for, planned, in place, stopped, or unclear.

Each clause gets the weights of its cues (``nlp/status_words.py``); what a passage says is what weighs most over its
clauses. A trained pipeline adds the tense of the verbs that carry the sentences, and halves what stands in subordinate
clauses; without one, lists of common verbs do the same work less well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from careatlas.initiative import InitiativeStatus
from nlp.language import is_tagged, sentences
from nlp.status_words import HEADINGS, NO_TASKS, TASKS, cues, status_matcher

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_NOT = frozenset({"not", "n't", "never", "neither", "without", "nor"})
_IF = frozenset({"if", "unless"})
# What a document says of itself ("this plan sets out") is no news of what it is about.
_PAPERS = frozenset(
    {"plan", "strategy", "document", "paper", "report", "section", "framework", "guidance", "table", "figure"}
)
_BULLETS = frozenset("•●○◦▪■□➢➤✓-–o\uf0a7\uf0b7\uf0d8\uf0fc")
_SUBORDINATE = frozenset({"relcl", "advcl", "acl", "csubj", "ccomp"})
_AHEAD = frozenset({InitiativeStatus.PLANNED, InitiativeStatus.ASPIRATION})
_REACH = 3  # tokens behind "will" or "should" that belong to it
_HEADING_WEIGHT = 0.8
_TASK_WEIGHT, _GERUND_WEIGHT, _TENSE_WEIGHT = 1.0, 0.6, 0.7
_LEAST_WEIGHT = 0.5

Found = tuple[InitiativeStatus, float, str, int, int]  # status, weight, why, first and last token (half-open)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReading:
    """What a passage says of how far its initiative has come.

    Attributes
    ----------
    why : str
        The rule that decided, in words.
    words : str
        The cue that weighs most, at characters ``[char_start, char_end)`` of the text; empty where a heading decided,
        or nothing did.
    confidence : float
        Between 0 and 1: the share of the weight that speaks for the status. Not calibrated.
    """

    status: InitiativeStatus
    why: str
    words: str
    char_start: int
    char_end: int
    confidence: float


UNCLEAR = StatusReading(
    status=InitiativeStatus.UNCLEAR, why="no word says it", words="", char_start=0, char_end=0, confidence=0.0
)


def status_of(doc: Doc, heading_path: Sequence[str] = (), *, within: tuple[int, int] | None = None) -> StatusReading:
    """Return how far the initiative of a passage has come.

    Parameters
    ----------
    heading_path : sequence of str
        The passage's headings, outermost first; the innermost that says anything is one cue more.
    within : tuple of int, optional
        Characters ``[start, end)`` of the part that tells of the initiative. The rest of the passage decides only where
        this part says nothing.
    """
    found = list(_found(doc))
    if within is not None:
        inside = [one for one in found if _overlaps(doc[one[3] : one[4]], within)]
        found = inside or found
    weights: dict[InitiativeStatus, float] = defaultdict(float)
    for status, weight, *_ in found:
        weights[status] += weight
    heading = _heading(heading_path)
    if heading is not None:
        weights[heading] += _HEADING_WEIGHT
    if not weights or max(weights.values()) < _LEAST_WEIGHT:
        return UNCLEAR
    status = max(weights, key=lambda one: (weights[one], one.strength))
    return _reading(doc, status, weights[status] / sum(weights.values()), found)


def _reading(doc: Doc, status: InitiativeStatus, share: float, found: Sequence[Found]) -> StatusReading:
    own = [one for one in found if one[0] is status]
    if not own:
        return StatusReading(
            status=status,
            why="the heading says it",
            words="",
            char_start=0,
            char_end=0,
            confidence=round(0.6 * share, 3),
        )
    _, _, why, first, last = max(own, key=lambda one: (one[1], -one[3]))
    span = doc[first:last]
    return StatusReading(
        status=status,
        why=why,
        words=span.text,
        char_start=span.start_char,
        char_end=span.end_char,
        confidence=round(share, 3),
    )


def _found(doc: Doc) -> Iterator[Found]:
    tagged = is_tagged(doc)
    taken = [False] * len(doc)
    for status, weight, why, first, last in _matched(doc):
        taken[first:last] = [True] * (last - first)
        yield status, weight * (_main_clause(doc[last - 1]) if tagged else 1.0), why, first, last
    for sentence in sentences(doc):
        yield from _tasks(sentence, taken, tagged=tagged)
        if tagged:
            yield from _tense(sentence, taken)


def _matched(doc: Doc) -> Iterator[Found]:
    """Yield the cues, the longest where they overlap, and none that a "not" beside it turns round."""
    known, names = cues(), doc.vocab.strings
    end = ahead = 0
    matches = sorted(status_matcher(doc.vocab)(doc), key=lambda one: (one[1], -one[2]))
    for name, first, last in matches:
        if first < end or doc[first].text == "May":  # the month
            continue
        end = last
        cue = known[names[name]]
        if cue.status is InitiativeStatus.IN_PLACE and first < ahead and doc[first - 1].is_alpha:
            continue  # "will be developed", "should then be provided": the first word has said it
        if cue.status in _AHEAD:
            ahead = last + _REACH
        negated = any(token.lower_ in _NOT for token in doc[max(0, first - 2) : min(len(doc), last + 1)])
        if negated and "not" not in cue.why and cue.status is not InitiativeStatus.STOPPED:
            continue
        if cue.status is InitiativeStatus.PLANNED and _conditional(doc, first):
            yield InitiativeStatus.ASPIRATION, cue.weight, "on a condition", first, last
            continue
        yield cue.status, cue.weight, cue.why, first, last


def _conditional(doc: Doc, first: int) -> bool:
    """Tell whether "if" stands before a cue in its sentence, at most twenty tokens away."""
    for token in reversed(doc[max(0, first - 20) : first]):
        if token.lower_ in _IF:
            return True
        if token.is_sent_start:
            return False
    return False


def _main_clause(token: Token) -> float:
    """Return half the weight for what stands in a subordinate clause; at most four steps up the tree are looked at."""
    for _ in range(4):
        if token.dep_ in _SUBORDINATE:
            return 0.5
        if token.dep_ == "ROOT":
            break
        token = token.head
    return 1.0


def _tasks(sentence: Span, taken: Sequence[bool], *, tagged: bool) -> Iterator[Found]:
    """Yield bullets and sentences that begin with what is to be done: "Develop a ...", "Strengthening the ..."."""
    for number, token in enumerate(sentence):
        begins = not number or sentence[number - 1].text in _BULLETS
        if not begins or taken[token.i]:
            continue
        if (
            token.lower_ in TASKS
            and _has_object(token, sentence)
            and (not tagged or token.tag_ in {"VB", "VBP", "NNP", "NN"})
        ):
            yield InitiativeStatus.PLANNED, _TASK_WEIGHT, "a task of a plan", token.i, token.i + 1
        elif (
            len(token) > 5
            and token.lower_.endswith("ing")
            and token.lower_ not in NO_TASKS
            and (not tagged or token.tag_ == "VBG")
        ):
            yield InitiativeStatus.PLANNED, _GERUND_WEIGHT, "a line of work of a plan", token.i, token.i + 1


def _has_object(token: Token, sentence: Span) -> bool:
    """Tell whether anything but a mark follows a verb in its sentence: "NHSmail – complete" is no task."""
    behind = next((one for one in sentence.doc[token.i + 1 : sentence.end] if not one.is_space), None)
    return behind is not None and not behind.is_punct


def _tense(sentence: Span, taken: Sequence[bool]) -> Iterator[Found]:
    """Yield the verb that carries a sentence where it stands in the present or past and no cue has spoken for it."""
    root = sentence.root
    if taken[root.i] or any(child.dep_ in {"aux", "neg"} and child.tag_ != "VBZ" for child in root.children):
        return
    subjects = [child.lower_ for child in root.children if child.dep_.startswith("nsubj")]
    if root.tag_ in {"VBD", "VBZ", "VBP"} and subjects and _PAPERS.isdisjoint(subjects):
        why = "it is told in the past" if root.tag_ == "VBD" else "it is told in the present"
        yield InitiativeStatus.IN_PLACE, _TENSE_WEIGHT, why, root.i, root.i + 1


def _heading(heading_path: Sequence[str]) -> InitiativeStatus | None:
    for heading in reversed(heading_path):
        lower = heading.lower()
        for status, words in HEADINGS:
            if any(word in lower for word in words):
                return status
    return None


def _overlaps(span: Span, within: tuple[int, int]) -> bool:
    return span.start_char < within[1] and within[0] < span.end_char
