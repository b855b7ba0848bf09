"""The setting of an initiative's main object: care homes, older people, adult social care, or everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from nlp.cue_reading import CueReading, Cues, tally

if TYPE_CHECKING:
    from spacy.tokens import Doc

CARE_HOME, OLDER_PEOPLE = "care-home", "older-people"
ADULT_SOCIAL_CARE, WHOLE_POPULATION = "adult-social-care", "whole-population"
#: The narrower wins a tie.
SETTINGS = (CARE_HOME, OLDER_PEOPLE, ADULT_SOCIAL_CARE, WHOLE_POPULATION)

_LEAST_WEIGHT = 1.0  # below it a word was said in passing


def setting_of(doc: Doc, heading_path: Sequence[str] = (), *, within: tuple[int, int] | None = None) -> CueReading:
    """Return the setting of a passage's initiative; the whole population where no narrower one is the main object.

    Parameters
    ----------
    heading_path : sequence of str
        The passage's headings, outermost first.
    within : tuple of int, optional
        Characters ``[start, end)`` of the part that tells of the initiative; the rest is read where it says nothing.
    """
    made = tally(doc, _cues, heading_path, within)
    weights = {value: made.weights.get(value, 0.0) for value in SETTINGS}
    value = max(SETTINGS, key=lambda one: (weights[one], -SETTINGS.index(one)))
    total = sum(weights.values())
    if value == WHOLE_POPULATION or weights[value] < _LEAST_WEIGHT:
        share = weights[WHOLE_POPULATION] / total if total else 0.5
        return made.reading(WHOLE_POPULATION, max(0.4, share), "no narrower setting is the main object")
    return made.reading(value, weights[value] / total, "what the passage speaks of most")


@cache
def _cues() -> Cues:
    return {
        CARE_HOME: dict.fromkeys(
            (
                "care home(s)", "nursing home(s)", "residential home(s)", "care home resident(s)", "residential care",
                "nursing care home(s)", "residential and nursing", "home manager(s)", "care home manager(s)",
                "registered manager(s)", "care home staff", "nursing bed(s)", "residential bed(s)", "care home bed(s)",
                "care home placement(s)", "residential placement(s)", "care home provider(s)", "older people's home(s)",
            ),
            1.1,
        ),
        OLDER_PEOPLE: dict.fromkeys(
            (
                "older people", "older person", "older adult(s)", "older residents", "frailty", "frail", "dementia",
                "elderly", "over 65s", "over 65", "aged 65", "65 and over", "aged 75", "older people's", "ageing well",
                "age well", "memory clinic(s)", "geriatrician(s)", "later life",
            ),
            1.0,
        ),
        ADULT_SOCIAL_CARE: {
            "adult social care": 1.2, "adults' social care": 1.2, "adult social services": 1.2, "asc": 0.8,
            "social care": 0.9, "social care workforce": 1.2, "social care provider(s)": 1.2, "care provider(s)": 1.0,
            "care worker(s)": 1.0, "care workforce": 1.0, "home care": 1.0, "homecare": 1.0, "domiciliary care": 1.1,
            "domiciliary": 0.9, "supported living": 1.2, "extra care": 1.0, "extra care housing": 1.0, "day care": 0.8,
            "direct payment(s)": 0.9, "care market": 1.1, "social care market": 1.2, "fee uplift(s)": 0.8,
            "unpaid carer(s)": 0.9, "carers strategy": 1.0, "adult carers": 0.9, "informal carer(s)": 0.9,
            "social worker(s)": 0.7, "social work": 0.6, "packages of care": 0.7, "care package(s)": 0.7,
            "care act assessment(s)": 1.0, "reablement": 0.7, "technology enabled care": 0.9, "telecare": 0.7,
            "personal assistant(s)": 0.9, "shared lives": 1.0, "market sustainability": 1.0,
        },
        WHOLE_POPULATION: {
            "children": 0.6, "young people": 0.6, "children and young people": 0.8, "all ages": 0.8, "all age": 0.8,
            "population health": 0.7, "neighbourhood health": 0.7, "communities": 0.3, "integrated care board(s)": 0.5,
            "integrated care system(s)": 0.5, "integrated care partnership(s)": 0.5, "icb(s)": 0.4, "ics": 0.4,
            "patient(s)": 0.35, "hospital(s)": 0.2, "nhs": 0.2, "primary care": 0.4, "mental health": 0.3,
            "urgent and emergency care": 0.6, "health and wellbeing board(s)": 0.5, "pcn(s)": 0.4, "emergency": 0.2,
            "residents of": 0.4, "general practice": 0.4, "urgent community response": 0.5, "virtual ward(s)": 0.3,
        },
        "": dict.fromkeys(
            (
                "health and social care", "health & social care", "health and adult social care", "social prescribing",
                "department of health and social care", "health and care", "extra care to", "carers",
                "nhs and social care",
            ),
            0.0,
        ),
    }  # fmt: skip
