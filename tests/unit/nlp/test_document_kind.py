"""The sort of document, from the words at its head."""

from __future__ import annotations

import pytest

from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import DocumentId
from careatlas.plan_type import PlanType
from nlp.document_kind import kind_evidence
from nlp.fact_evidence import ranked_facts
from nlp.title_page import title_lines


@pytest.fixture(scope="session")
def kinds(document_of, reading_of):
    def make(*texts: str, **named: str) -> tuple[DocumentFact, ...]:
        lines = title_lines(reading_of(document_of("plan.pdf"), [texts]).passages)
        return ranked_facts(DocumentId("d"), FactName.DOC_TYPE, kind_evidence(lines, named))

    return make


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Better Care Fund 2023-25: narrative", PlanType.BETTER_CARE_FUND_PLAN),
        ("Integrated Care Partnership Strategy", PlanType.INTEGRATED_CARE_STRATEGY),
        ("Our Joint Forward Plan", PlanType.JOINT_FORWARD_PLAN),
        ("Sustainability and Transformation Plan", PlanType.SYSTEM_PLAN),
        ("Locality Plan for Health and Care", PlanType.PLACE_PLAN),
        ("Joint Health and Wellbeing Strategy", PlanType.HEALTH_AND_WELLBEING_STRATEGY),
        ("Joint Strategic Needs Assessment", PlanType.NEEDS_ASSESSMENT),
        ("Market Position Statement for care homes", PlanType.MARKET_POSITION_STATEMENT),
        ("Commissioning Intentions", PlanType.COMMISSIONING_PLAN),
        ("MINUTES of a meeting of the Board", PlanType.COMMITTEE_PAPER),
        ("Quarterly report", PlanType.PERFORMANCE_REPORT),
        ("Equality Impact Assessment", PlanType.IMPACT_ASSESSMENT),
        ("Town Local Plan", PlanType.LOCAL_PLAN),
        ("Housing Needs and Viability Study", PlanType.EVIDENCE_APPENDIX),
        ("Prescribing support", PlanType.CLINICAL_GUIDANCE),
        ("Government response to the report", PlanType.NATIONAL_POLICY),
    ],
)
def test_titles_tell_the_kind(kinds, text: str, kind: PlanType) -> None:
    (first, *_) = kinds("TOWN COUNCIL", text)
    assert (first.value, first.label) == (str(kind), kind.label)
    assert first.confidence >= 0.5


def test_a_report_about_a_plan_is_a_report(kinds) -> None:
    first, second = kinds("From: Director of Care", "To: The Board", "Subject: Joint Health and Wellbeing Strategy")
    assert (first.value, second.value) == ("committee-paper", "health-and-wellbeing-strategy")
    assert "from, subject, to" in first.why


def test_names_of_the_file_count_less_than_the_page(kinds) -> None:
    (named,) = kinds("A plan", **{"file name": "better_care_fund-2024"})
    (paged,) = kinds("Better Care Fund 2024")
    assert named.value == paged.value
    assert named.confidence < paged.confidence


def test_words_of_no_kind_propose_none(kinds) -> None:
    assert kinds("A plan", "for care homes") == ()


def test_every_kind_has_a_label_of_its_own() -> None:
    labels = [kind.label for kind in PlanType]
    assert len(set(labels)) == len(labels)
    assert PlanType.JOINT_FORWARD_PLAN.label == "Joint forward plan"
