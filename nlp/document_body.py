"""The organisation whose document it is: the one named at its head, as a rule that of the document's area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from careatlas.areas.area import AreaKind
from careatlas.areas.area_register import area_register
from careatlas.identifiers import AreaCode
from nlp.area_forms import AreaForm
from nlp.area_mentions import AreaMention, area_mentions
from nlp.document_area import ENGLAND, names_a_body, national_body
from nlp.fact_evidence import FactEvidence
from nlp.language import BLANK, pipeline, read_text
from nlp.place_context import PlaceContext
from nlp.title_page import LineRole, TitleLine

_LONGEST_LINE = 600
_STRENGTH = {LineRole.COVER: 0.85, LineRole.LABEL: 0.75, LineRole.RUNNING: 0.7, LineRole.LEAD: 0.3}
_LEAST_CONFIDENCE = 0.5  # of a name: a council that was abolished long before has less
_OTHER_AREA = 0.4  # of the strength, for a body of another area than the document's
_COUNCILS = frozenset({AreaForm.COUNCIL, AreaForm.COUNTY, AreaForm.BOROUGH, AreaForm.DISTRICT})


def body_evidence(
    lines: Sequence[TitleLine], named: Mapping[str, str], context: PlaceContext, area: AreaCode
) -> Iterator[FactEvidence]:
    """Yield what speaks for organisations; value and label are the name.

    Parameters
    ----------
    lines : sequence of TitleLine
    named : mapping of str to str
        Texts that name the document, by what they are.
    context : PlaceContext
    area : AreaCode
        The document's area, empty where unknown: its council or board is meant where nothing else is named.
    """
    for line in lines:
        for name, code, start, end in _bodies(line.passage.text[:_LONGEST_LINE], context):
            strength = _STRENGTH[line.role] * line.nearness * (1.0 if not area or code == area else _OTHER_AREA)
            yield FactEvidence(
                value=name,
                label=name,
                strength=strength,
                source=str(line.role),
                why=f"{line.role}, page {line.passage.page}",
                passage_id=line.passage.passage_id,
                char_start=start,
                char_end=end,
            )
    for source, text in named.items():
        for name, code, _, _ in _bodies(text, context):
            strength = 0.5 if not area or code == area else 0.2
            yield FactEvidence(value=name, label=name, strength=strength, source=source, why=source)
    if body := _body_of_area(area):
        yield FactEvidence(value=body, label=body, strength=0.55, source="area", why="the body of the document's area")


def _bodies(text: str, context: PlaceContext) -> Iterator[tuple[str, AreaCode, int, int]]:
    for one in area_mentions(read_text(text, pipeline(BLANK)), context.on, context):
        if one.code and names_a_body(one) and one.confidence >= _LEAST_CONFIDENCE:
            yield _full_name(one), one.code, one.char_start, one.char_end
    if found := national_body(text):
        yield found[0], ENGLAND, found.start(), found.end()


def _full_name(one: AreaMention) -> str:
    return _body_of_area(one.code) if one.form in _COUNCILS or one.form is AreaForm.ICB else one.words


def _body_of_area(code: AreaCode) -> str:
    """Return the full name of an area's council or board; empty where it has none."""
    if not code or code == ENGLAND or not area_register().has(code):
        return ""
    area = area_register().get(code)
    if area.kind in {AreaKind.ICB, AreaKind.CCG}:
        return area.name
    return next((name for name in area.other_names if name.endswith("Council")), area.name)
