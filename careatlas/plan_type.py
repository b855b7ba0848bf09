"""Kinds of document that a project of local plans holds. A short list: what a reader can tell from a title page."""

from __future__ import annotations

from enum import StrEnum


class PlanType(StrEnum):
    """What sort of document it is."""

    BETTER_CARE_FUND_PLAN = "better-care-fund-plan"
    INTEGRATED_CARE_STRATEGY = "integrated-care-strategy"
    JOINT_FORWARD_PLAN = "joint-forward-plan"
    SYSTEM_PLAN = "system-plan"  # sustainability and transformation plans, five-year system plans
    PLACE_PLAN = "place-plan"  # of a place or locality within a system
    HEALTH_AND_WELLBEING_STRATEGY = "health-and-wellbeing-strategy"
    NEEDS_ASSESSMENT = "needs-assessment"
    MARKET_POSITION_STATEMENT = "market-position-statement"
    COMMISSIONING_PLAN = "commissioning-plan"
    COMMITTEE_PAPER = "committee-paper"  # agendas, reports to members, minutes, decisions
    PERFORMANCE_REPORT = "performance-report"
    IMPACT_ASSESSMENT = "impact-assessment"
    LOCAL_PLAN = "local-plan"  # the development plan of a planning authority
    EVIDENCE_APPENDIX = "evidence-appendix"  # evidence base, appendix or annex of a plan
    CLINICAL_GUIDANCE = "clinical-guidance"
    NATIONAL_POLICY = "national-policy"  # policy, guidance, inquiries and reports for all of England
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name in words."""
        words = self.value.replace("-", " ")
        return words[0].upper() + words[1:]
