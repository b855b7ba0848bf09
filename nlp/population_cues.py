"""Whom an initiative is for: residents of homes, people with dementia, staff, carers, providers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from nlp.cue_reading import CueReading, Cues, tally

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Population(StrEnum):
    """Whom an initiative is for. The narrower comes first and wins a tie."""

    END_OF_LIFE = "end-of-life"
    DEMENTIA = "dementia"
    LEARNING_DISABILITY = "learning-disability"
    MENTAL_HEALTH = "mental-health"
    NURSING = "nursing"
    RESIDENTIAL = "residential"
    STAFF = "staff"
    CARERS = "carers"
    PROVIDERS = "providers"
    FRAILTY = "frailty"
    CARE_HOME_RESIDENTS = "care-home-residents"
    HOSPITAL_PATIENTS = "hospital-patients"
    OLDER_PEOPLE = "older-people"
    ALL_RESIDENTS = "all-residents"


def population_of(
    doc: Doc, heading_path: Sequence[str] = (), *, within: tuple[int, int] | None = None
) -> CueReading | None:
    """Return whom the initiative of a passage is for, ``None`` where nobody is named.

    Parameters
    ----------
    heading_path : sequence of str
        The passage's headings, outermost first.
    within : tuple of int, optional
        Characters ``[start, end)`` of the part that tells of the initiative; the rest is read where it says nothing.
    """
    made = tally(doc, _cues, heading_path, within)
    if not made.weights:
        return None
    order = [str(one) for one in Population]
    value = max(made.weights, key=lambda one: (made.weights[one], -order.index(one)))
    return made.reading(value, made.weights[value] / sum(made.weights.values()), "whom the passage names most")


@cache
def _cues() -> Cues:
    phrases: dict[Population, tuple[str, ...]] = {
        Population.END_OF_LIFE: (
            "end of life", "end-of-life", "palliative", "last year of life", "dying", "hospice(s)",
            "advance care plan(s)",
            "advance care planning",
        ),
        Population.DEMENTIA: ("dementia", "people living with dementia", "alzheimer's", "memory loss",
        "memory clinic(s)"),
        Population.LEARNING_DISABILITY: (
            "learning disability", "learning disabilities", "learning difficulties", "autism", "autistic",
        ),
        Population.MENTAL_HEALTH: ("mental health", "mental illness", "in mental distress", "depression"),
        Population.NURSING: ("nursing home(s)", "nursing home resident(s)", "nursing bed(s)", "nursing resident(s)"),
        Population.RESIDENTIAL: (
            "residential home(s)", "residential care", "residential resident(s)", "residential bed(s)",
            "residential placement(s)",
        ),
        Population.STAFF: (
            "staff", "workforce", "care worker(s)", "care staff", "care home staff", "nursing associate(s)",
            "employee(s)",
            "home manager(s)", "registered manager(s)", "apprentice(s)",
        ),
        Population.CARERS: ("carer(s)", "unpaid carer(s)", "family carer(s)", "informal carer(s)", "young carer(s)"),
        Population.PROVIDERS: (
            "care provider(s)", "provider(s)", "social care provider(s)", "home care provider(s)", "care market",
        ),
        Population.FRAILTY: ("frailty", "frail", "falls", "at risk of falling"),
        Population.CARE_HOME_RESIDENTS: (
            "care home resident(s)", "care home(s)", "people in care homes", "people living in care homes",
        ),
        Population.HOSPITAL_PATIENTS: (
            "patient(s)", "inpatient(s)", "people leaving hospital", "medically fit", "hospital discharge(s)",
        ),
        Population.OLDER_PEOPLE: (
            "older people", "older person", "older adult(s)", "older residents", "over 65s", "aged 65", "65 and over",
            "elderly", "later life",
        ),
        Population.ALL_RESIDENTS: (
            "all residents", "local people", "everyone", "whole population", "our population", "all ages",
            "people of all ages",
        ),
    }  # fmt: skip
    low = {"staff": 0.7, "workforce": 0.8, "provider(s)": 0.6, "patient(s)": 0.6, "care home(s)": 0.8, "everyone": 0.6}
    hidden = dict.fromkeys(("staff nurse", "provider collaborative(s)", "carers allowance", "patient safety"), 0.0)
    cues = {str(name): {phrase: low.get(phrase, 1.0) for phrase in words} for name, words in phrases.items()}
    return cues | {"": hidden}
