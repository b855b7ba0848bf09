"""From what a person says of a passage, and what was on the screen, to a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from careatlas.errors import UsageError
from careatlas.identifiers import NO_ANSWER, AnswerId, Code, CodebookId, ModelId, PassageId, judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.suggestion import CodeScore, Suggestion

DRAWN_BY = "review"
MAX_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the person saw of a machine's suggestion when judging.

    Attributes
    ----------
    scores : tuple of CodeScore
        Only the codes that were on the screen.
    none_probability : float
        The model's probability that no code applies.
    """

    model_id: ModelId
    scores: tuple[CodeScore, ...]
    none_probability: float

    @property
    def any_accepted(self) -> bool:
        """Whether a code that reached its cut-off was on the screen."""
        return any(score.accepted for score in self.scores)

    def score_of(self, code: str) -> CodeScore | None:
        """Return the score of a code if it was on the screen."""
        return next((score for score in self.scores if score.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What a person said of one passage: a verdict on a code, or that nothing is there (``code`` empty)."""

    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    code: Code
    verdict: Verdict
    person: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the passage came before the person, and what is known of the answer. Fields as those of a judgement."""

    drawn_by: str = DRAWN_BY
    inclusion_probability: float | None = None
    seconds: float | None = None
    answer_id: AnswerId = NO_ANSWER


BROWSING = Setting()


def shown_of(suggestion: Suggestion, top: int) -> Shown:
    """Return what is put on the screen: the ``top`` likeliest codes, and every other one that reached its cut-off."""
    scores = [score for rank, score in enumerate(suggestion.scores) if rank < top or score.accepted]
    return Shown(model_id=suggestion.model_id, scores=tuple(scores), none_probability=suggestion.none_probability)


def judged(click: Click, shown: Shown | None, made_at: datetime, setting: Setting = BROWSING) -> Judgement:
    """Return the judgement that a click makes.

    Agreeing means: present where the machine's score reached its cut-off, absent where a score was shown that did
    not; "nothing here" where no shown score did. Unsure is never agreement. A code that was not on the screen is
    judged by hand, whatever the model thinks of it.

    Parameters
    ----------
    shown : Shown or None
        What was on the screen, ``None`` where there was no suggestion.
    made_at : datetime
        With a time zone.
    setting : Setting
        Found by browsing, unless it says otherwise.

    Raises
    ------
    UsageError
        If nobody is named, the time has no zone, or the verdict and the code do not go together.
    """
    _check(click, made_at)
    nothing = click.verdict is Verdict.NOTHING_HERE
    score = shown.score_of(click.code) if shown and not nothing else None
    origin, probability = Origin.MANUAL, None
    if shown and nothing:
        origin, probability = _agreement(not shown.any_accepted), shown.none_probability
    elif score:
        agreed = click.verdict is not Verdict.UNSURE and score.accepted == (click.verdict is Verdict.PRESENT)
        origin, probability = _agreement(agreed), score.probability
    parts = [click.passage_id, click.codebook_id, click.code, click.verdict, click.person, made_at.isoformat()]
    parts += [setting.answer_id] if setting.answer_id else []
    return Judgement(
        judgement_id=judgement_id(*parts),
        passage_id=click.passage_id,
        codebook_id=click.codebook_id,
        codebook_version=click.codebook_version,
        code=click.code,
        verdict=click.verdict,
        person=click.person.strip(),
        made_at=made_at,
        origin=origin,
        shown_model_id=shown.model_id if shown and origin is not Origin.MANUAL else None,
        shown_probability=probability,
        seconds=setting.seconds,
        drawn_by=setting.drawn_by,
        inclusion_probability=setting.inclusion_probability,
        note=click.note.strip()[:MAX_NOTE],
        answer_id=setting.answer_id,
    )


def _check(click: Click, made_at: datetime) -> None:
    if not click.person.strip():
        raise UsageError("a judgement needs a person", mend="start the app with --reviewer NAME, or log in")
    if made_at.tzinfo is None:
        raise UsageError("the time of a judgement needs a time zone")
    if (click.verdict is Verdict.NOTHING_HERE) != (click.code == ""):
        raise UsageError(f"the verdict {click.verdict} does not go with the code {click.code!r}")


def _agreement(agreed: bool) -> Origin:
    return Origin.ACCEPTED if agreed else Origin.CHANGED
