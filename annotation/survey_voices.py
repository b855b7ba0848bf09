"""What respondents say of an area and a code, counted with a Wilson interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from careatlas.identifiers import AreaCode, Code
from careatlas.judgement import Verdict
from careatlas.share_interval import share_interval
from careatlas.survey import SurveyAnswer

_QUANTILE = 1.959963984540054  # of the normal distribution, for 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyVoice:
    """The respondents who were asked of one code in one area.

    Attributes
    ----------
    present, absent, unsure : int
        Respondents.
    """

    present: int = 0
    absent: int = 0
    unsure: int = 0

    @property
    def sure(self) -> int:
        """How many are sure."""
        return self.present + self.absent

    @property
    def share(self) -> float | None:
        """Share of those who are sure that say it is there; ``None`` where nobody is."""
        return self.present / self.sure if self.sure else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the share (Wilson 1927, JASA 22, 209-212)."""
        return share_interval(self.present / self.sure, self.sure, _QUANTILE) if self.sure else None


Voices = Mapping[tuple[str, AreaCode, Code], SurveyVoice]
"""By role (empty for all together), area and code."""


def survey_voices(answers: Iterable[SurveyAnswer]) -> Voices:
    """Count respondents.

    Of a respondent's answers to one question in one area the last that was imported counts. Where several questions ask
    about one code, it is present if any answer says so, absent if all do, and else the respondent is unsure.

    Parameters
    ----------
    answers : iterable of SurveyAnswer
        Of one survey.
    """
    last: dict[tuple[str, AreaCode, Code, str], SurveyAnswer] = {}
    for one in sorted(answers, key=lambda row: row.imported_at):
        last[one.respondent, one.area_code, one.code, one.question] = one
    said: defaultdict[tuple[str, AreaCode, Code], set[Verdict]] = defaultdict(set)
    roles: dict[tuple[str, AreaCode], str] = {}
    for one in last.values():
        said[one.respondent, one.area_code, one.code].add(one.verdict)
        roles[one.respondent, one.area_code] = one.role
    counted: defaultdict[tuple[str, AreaCode, Code], list[Verdict]] = defaultdict(list)
    for (respondent, area, code), verdicts in said.items():
        together = _together(verdicts)
        for role in {"", roles[respondent, area]}:
            counted[role, area, code].append(together)
    return {
        key: SurveyVoice(
            present=verdicts.count(Verdict.PRESENT),
            absent=verdicts.count(Verdict.ABSENT),
            unsure=verdicts.count(Verdict.UNSURE),
        )
        for key, verdicts in counted.items()
    }


def _together(verdicts: set[Verdict]) -> Verdict:
    if Verdict.PRESENT in verdicts:
        return Verdict.PRESENT
    return Verdict.ABSENT if verdicts == {Verdict.ABSENT} else Verdict.UNSURE
