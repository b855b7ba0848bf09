"""A survey set beside documents: for each area and code, whether respondents and documents say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from annotation.agreement_bootstrap import Estimate, estimates
from annotation.area_evidence import AreaEvidence, CodeEvidence, area_evidence
from annotation.nominal_agreement import Ratings, nominal_cells
from annotation.outside_table import folded
from annotation.survey_voices import SurveyVoice, Voices, survey_voices
from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from careatlas.identifiers import AreaCode, Code
from careatlas.project import Project
from careatlas.store import survey_answers
from careatlas.survey import SurveyAnswer

LEAST_AREAS = 20  # below, percentile intervals are plainly too short


class Outcome(StrEnum):
    """How a survey and documents stand to each other."""

    BOTH = "both"
    DOCUMENTS_ONLY = "documents only"
    SURVEY_ONLY = "survey only"
    NEITHER = "neither"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCell:
    """One code in one area, of all respondents or of those of one role.

    Attributes
    ----------
    role : str
        Empty for all respondents.
    share, low, high : float or None
        Of the respondents who are sure, those who say it is there, with the 95 % Wilson interval.
    survey, documents : bool or None
        What each says; ``None`` where it says nothing, for the reason in ``why``.
    judged, found, undecided : int
        Passages of the area's documents that people judged, in which the code is present, and that are not settled.
    passages : int
        Passages there that can carry a statement.
    suggested, scored : int
        Passages for which the machine suggests the code, of those that it has read. Nobody has checked them.
    """

    area_code: AreaCode
    area_name: str
    code: Code
    role: str
    respondents: int
    unsure: int
    present: int
    share: float | None
    low: float | None
    high: float | None
    survey: bool | None
    area_documents: int
    passages: int
    judged: int
    found: int
    undecided: int
    documents: bool | None
    outcome: Outcome
    why: str
    suggested: int
    scored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAgreement:
    """How far a survey and documents agree, over the pairs of area and code of which both say something.

    Attributes
    ----------
    role, code : str
        Empty for all.
    """

    role: str
    code: str
    areas: int
    pairs: int
    both: int
    documents_only: int
    survey_only: int
    neither: int
    missing: int
    raw: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyComparison:
    """A survey beside documents.

    Attributes
    ----------
    model_id : str
        Whose suggestions are shown; empty for none.
    outdated : int
        Answers that were imported for another version of the codebook and take no part.
    """

    survey: str
    codebook: str
    model_id: str
    respondents: int
    outdated: int
    cells: tuple[ComparedCell, ...]
    agreement: tuple[SurveyAgreement, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def compare_survey(
    project: Project,
    codebook: Codebook,
    *,
    survey: str = "",
    areas: Sequence[str] = (),
    resamples: int = 1_000,
    seed: int = 0,
) -> SurveyComparison:
    """Set a survey beside the project's documents.

    Respondents say yes where more than half of those who are sure do. Documents say yes where people found the code in
    at least one passage, and no where they looked and found it in none. An area without documents says nothing, nor
    does one of which no passage was judged: absence is never taken from silence.

    Parameters
    ----------
    survey : str
        Empty for the only one that there is.
    areas : sequence of str
        Codes or names; none for all.
    resamples, seed : int
        Draws of areas for the intervals.

    Raises
    ------
    UsageError
        If there is no such survey, none of this codebook, or no such area.
    """
    with project.store.read() as connection:
        named = _named(survey_answers.names(connection), survey)
        stored = [one for one in survey_answers.listed(connection, named) if one.codebook_id == codebook.id]
        evidence, model_id = area_evidence(connection, codebook)
    answers = [one for one in stored if one.codebook_version == codebook.version]
    if not answers:
        raise UsageError(
            f"survey {named!r} has no answers for {codebook.id} {codebook.version}",
            mend="import its file again with this codebook, or name another with --codebook",
        )
    cells = _cells(answers, evidence, codebook, areas)
    found = _agreement(cells, resamples, seed)
    return SurveyComparison(
        survey=named,
        codebook=f"{codebook.id} {codebook.version}",
        model_id=model_id,
        respondents=len({one.respondent for one in answers}),
        outdated=len(stored) - len(answers),
        cells=tuple(cells),
        agreement=tuple(found),
        notes=tuple(_notes(found)),
    )


def _named(known: Mapping[str, int], survey: str) -> str:
    if survey in known:
        return survey
    names = ", ".join(known)
    if survey or not known:
        what = f"there is no survey {survey!r}" if survey else "no survey was imported yet"
        raise UsageError(what, mend=f"one of: {names}" if known else "careatlas survey import FILE --mapping MAP")
    if len(known) > 1:
        raise UsageError(f"there are several surveys: {names}", mend="name one with --survey")
    return next(iter(known))


# --- cells


def _cells(
    answers: Sequence[SurveyAnswer],
    evidence: Mapping[AreaCode, AreaEvidence],
    codebook: Codebook,
    wanted: Sequence[str],
) -> list[ComparedCell]:
    voices = survey_voices(answers)
    asked = {one.code for one in answers}
    names = {one.area_code: one.area_name for one in answers}
    names |= {code: area.area_name or names.get(code, "") for code, area in evidence.items()}
    roles = ["", *sorted({role for role, _, _ in voices if role})]
    nothing = {area: AreaEvidence(area_code=area, area_name=name) for area, name in names.items()}
    return [
        _cell(evidence.get(area, nothing[area]), code.id, role, voices)
        for area in _areas(names, wanted)
        for code in codebook.codes
        if code.id in asked
        for role in roles
        if not role or (role, area, code.id) in voices
    ]


def _areas(names: Mapping[AreaCode, str], wanted: Sequence[str]) -> list[AreaCode]:
    known = sorted(names, key=lambda code: (names[code], code))
    if not wanted:
        return known
    words = {folded(one) for one in wanted}
    found = [code for code in known if {folded(code), folded(names[code])} & words]
    said = {folded(code) for code in found} | {folded(names[code]) for code in found}
    if missing := [one for one in wanted if folded(one) not in said]:
        raise UsageError(f"no area {', '.join(map(repr, missing))}", mend="areas are named by code or by name")
    return found


def _cell(area: AreaEvidence, code: Code, role: str, voices: Voices) -> ComparedCell:
    voice = voices.get((role, area.area_code, code), SurveyVoice())
    passages = area.codes.get(code, CodeEvidence())
    survey, why_survey = _survey_says(voice)
    documents, why_documents = _documents_say(area, passages)
    low, high = voice.interval or (None, None)
    return ComparedCell(
        area_code=area.area_code,
        area_name=area.area_name,
        code=code,
        role=role,
        respondents=voice.sure + voice.unsure,
        unsure=voice.unsure,
        present=voice.present,
        share=voice.share,
        low=low,
        high=high,
        survey=survey,
        area_documents=area.documents,
        passages=area.passages,
        judged=passages.judged,
        found=passages.present,
        undecided=passages.undecided,
        documents=documents,
        outcome=_outcome(survey, documents),
        why="; ".join(one for one in (why_documents, why_survey) if one),
        suggested=passages.suggested,
        scored=area.scored,
    )


def _survey_says(voice: SurveyVoice) -> tuple[bool | None, str]:
    if not voice.sure:
        return None, "no respondent is sure" if voice.unsure else "no respondent"
    if 2 * voice.present == voice.sure:
        return None, "respondents are divided"
    return 2 * voice.present > voice.sure, ""


def _documents_say(area: AreaEvidence, passages: CodeEvidence) -> tuple[bool | None, str]:
    if not area.documents:
        return None, "no documents"
    if passages.present:
        return True, ""
    if passages.undecided:
        return None, f"people differ or are not sure on {passages.undecided:,} passages"
    return (False, "") if passages.absent else (None, "no passage was judged")


def _outcome(survey: bool | None, documents: bool | None) -> Outcome:
    if survey is None or documents is None:
        return Outcome.MISSING
    if survey and documents:
        return Outcome.BOTH
    return Outcome.SURVEY_ONLY if survey else Outcome.DOCUMENTS_ONLY if documents else Outcome.NEITHER


# --- agreement


def _agreement(cells: Sequence[ComparedCell], resamples: int, seed: int) -> list[SurveyAgreement]:
    known = [cell for cell in cells if cell.outcome is not Outcome.MISSING]
    place = {area: number for number, area in enumerate(dict.fromkeys(cell.area_code for cell in known))}
    groups: dict[tuple[str, str], list[ComparedCell]] = {}
    for cell in cells:
        for key in ((cell.role, ""), (cell.role, cell.code)):
            groups.setdefault(key, []).append(cell)
    measures = {
        key: nominal_cells(_ratings(mine), 2, _clusters(mine, place), len(place)).measures
        for key, group in groups.items()
        if (mine := [cell for cell in group if cell.outcome is not Outcome.MISSING])
    }
    named = {str(number): measure for number, measure in enumerate(measures.values())}
    found = estimates(named, len(place), resamples=resamples, seed=seed) if named else {}
    by_key = dict(zip(measures, found.values(), strict=True))
    return [_counted(*key, group, by_key.get(key, {})) for key, group in sorted(groups.items())]


def _ratings(cells: Iterable[ComparedCell]) -> Ratings:
    return np.array([[int(bool(cell.survey)), int(bool(cell.documents))] for cell in cells], dtype=np.int64)


def _clusters(cells: Iterable[ComparedCell], place: Mapping[AreaCode, int]) -> Any:
    return np.array([place[cell.area_code] for cell in cells], dtype=np.intp)


def _counted(role: str, code: str, cells: Sequence[ComparedCell], found: Mapping[str, Estimate]) -> SurveyAgreement:
    counts = Counter(cell.outcome for cell in cells)
    undefined = Estimate(value=None)
    return SurveyAgreement(
        role=role,
        code=code,
        areas=len({cell.area_code for cell in cells if cell.outcome is not Outcome.MISSING}),
        pairs=len(cells) - counts[Outcome.MISSING],
        both=counts[Outcome.BOTH],
        documents_only=counts[Outcome.DOCUMENTS_ONLY],
        survey_only=counts[Outcome.SURVEY_ONLY],
        neither=counts[Outcome.NEITHER],
        missing=counts[Outcome.MISSING],
        raw=found.get("raw", undefined),
        kappa=found.get("kappa", undefined),
    )


def _notes(found: Sequence[SurveyAgreement]) -> Iterable[str]:
    whole = found[0]
    if whole.areas < LEAST_AREAS:
        yield f"{whole.areas:,} areas can be compared: with fewer than {LEAST_AREAS} the intervals are too short"
    if whole.missing:
        yield f"{whole.missing:,} pairs of area and code are missing on one side or both: they are not zeros"
