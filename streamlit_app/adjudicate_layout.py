"""What stands on the adjudicator's desk, as plain data: coders under letters, codes in rows, lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from annotation.adjudication import Case, Standing, Voice, majority
from annotation.adjudication_queue import Disputed
from annotation.reviewing import Shown
from careatlas.adjudication_event import AdjudicationAction, AdjudicationEvent
from careatlas.codebook import Attribute, Codebook
from careatlas.identifiers import Code, sha256_of
from careatlas.judgement import AttributeJudgement, Verdict
from careatlas.suggestion import CodeScore
from streamlit_app.evidence_layout import shortened
from streamlit_app.model_in_use import label_of
from streamlit_app.plain import plain
from streamlit_app.rowtable import Cell, Link

YES, NO = "\u25cf", "\u25cb"
MARKS = {
    Verdict.PRESENT: f"{YES} present",
    Verdict.ABSENT: f"{NO} absent",
    Verdict.UNSURE: "? unsure",
}
NOT_SAID = "\u2013 not judged"
NOTHING_HERE = "Read, nothing here"
LIST_HEADER = ("Passage", "Page", "They differ on", "Coders", "State")
STANDINGS: Mapping[str, str] = {
    Standing.OPEN: "open",
    Standing.DECIDED: "decided",
    Standing.LOCKED: "done and locked",
}
_ACTIONS = {
    AdjudicationAction.COMMENTED: "",
    AdjudicationAction.LOCKED: "done and locked",
    AdjudicationAction.UNLOCKED: "unlocked",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """A coder under the name that the adjudicator sees."""

    label: str
    voice: Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """A code, or "read, nothing here" (``code`` empty), with what is said of it.

    Attributes
    ----------
    cells : tuple of str
        One for each column of the table.
    ticked : bool
        What the decision says, or before there is one, what the coders agree on.
    """

    code: Code
    label: str
    cells: tuple[str, ...]
    differs: bool
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """An attribute with what each coder gave it, and the value that the decision starts from."""

    attribute: Attribute
    said: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The codes of a passage side by side.

    Attributes
    ----------
    head : tuple of str
        The coders; then the majority, a model of the coders and the machine, where there is such a thing.
    coders : int
        How many of the columns are coders.
    rows : tuple of CodeRow
        Codes on which people differ, then those that they see, then "read, nothing here".
    quiet : tuple of CodeRow
        Codes on which nobody differs and that nobody sees.
    """

    head: tuple[str, ...]
    coders: int
    rows: tuple[CodeRow, ...]
    quiet: tuple[CodeRow, ...]


def coders_of(case: Case, *, names: bool) -> tuple[Coder, ...]:
    """Return the coders in the order in which they are shown, under letters or their names.

    The order is drawn anew for each passage, so that "Coder A" is not always the same person: who is right more often
    must not be learnt from the letters.
    """
    drawn = sorted(case.voices, key=lambda one: sha256_of(f"{case.passage_id} {one.person}".encode()))
    return tuple(
        Coder(label=plain(one.person) if names else f"Coder {_letter(number)}", voice=one)
        for number, one in enumerate(drawn)
    )


def _letter(number: int) -> str:
    return _LETTERS[number] if number < len(_LETTERS) else str(number + 1)


def table_of(
    case: Case, codebook: Codebook, coders: Sequence[Coder], likely: Mapping[Code, float], shown: Shown | None
) -> Table:
    """Return the codes of a passage side by side.

    Parameters
    ----------
    likely : Mapping
        The probability of each code by a Dawid-Skene model; empty for no such column.
    shown : Shown or None
        What is on the screen of a machine's suggestion.
    """
    voices = [one.voice for one in coders]
    said = {code.id: [one.verdicts.get(code.id) for one in voices] for code in codebook.codes}
    majorities = {code: majority_of([one for one in verdicts if one]) for code, verdicts in said.items()}
    columns: dict[str, Mapping[Code, str]] = {}
    if any(majorities.values()):
        columns["Majority"] = majorities
    if likely:
        columns["Dawid-Skene"] = {code: f"{value:.2f}" for code, value in likely.items()}
    if shown:
        columns["Suggestion"] = {one.code: _score(one) for one in shown.scores}
    rows = [
        CodeRow(
            code=code,
            label=label_of(codebook, code),
            cells=(*map(_mark, verdicts), *(column.get(code, "") for column in columns.values())),
            differs=code in case.disputed,
            ticked=_is_ticked(case, code, verdicts),
        )
        for code, verdicts in said.items()
    ]
    rows.sort(key=lambda row: (not row.differs, not row.ticked))
    loud = [row for row in rows if row.differs or row.ticked]
    return Table(
        head=(*(one.label for one in coders), *columns),
        coders=len(coders),
        rows=(*loud, _nothing(case, voices, len(columns))),
        quiet=tuple(row for row in rows if row not in loud),
    )


def _nothing(case: Case, voices: Sequence[Voice], beside: int) -> CodeRow:
    said = {one.nothing for one in voices}
    return CodeRow(
        code=Code(""),
        label=NOTHING_HERE,
        cells=(*(f"{YES} said so" if one.nothing else "\u2013" for one in voices), *([""] * beside)),
        differs=len(said) > 1,
        ticked=case.decision is not None and not case.decision.codes,
    )


def _mark(verdict: Verdict | None) -> str:
    return MARKS[verdict] if verdict else NOT_SAID


def _score(score: CodeScore) -> str:
    return f"{YES if score.accepted else NO} {score.probability:.2f}"


def _is_ticked(case: Case, code: Code, verdicts: Sequence[Verdict | None]) -> bool:
    if case.decision:
        return code in case.decision.codes
    sure = [verdict for verdict in verdicts if verdict]
    return len(sure) > 1 and set(sure) == {Verdict.PRESENT}


def majority_of(verdicts: Sequence[Verdict]) -> str:
    """Return what most of three or more say of a code, with the votes on either side; empty for fewer than three."""
    if len(verdicts) < 3:
        return ""
    most = majority(verdicts)
    if most is None:
        return "tie"
    other = Verdict.ABSENT if most is Verdict.PRESENT else Verdict.PRESENT
    return f"{most.value} {verdicts.count(most)}:{verdicts.count(other)}"


def attribute_rows(
    case: Case, codebook: Codebook, coders: Sequence[Coder], attributes: Sequence[AttributeJudgement]
) -> list[AttributeRow]:
    """Return the attributes of the codebook with what each coder gave them.

    A decision's own value is the start; before there is one, what all coders gave alike.
    """
    given = {(one.name, one.person): one.value for one in attributes}
    rows = []
    for attribute in codebook.attributes:
        said = tuple(given.get((attribute.name, one.voice.person), "") for one in coders)
        value = said[0] if len(set(said)) == 1 else ""
        if case.decision:
            value = given.get((attribute.name, case.decision.person), "")
        rows.append(AttributeRow(attribute=attribute, said=said, value=value if value in attribute.values else ""))
    return rows


def proposal_line(case: Case, no_model: str, shown: Shown | None) -> str:
    """Return in sentences what the columns beside the coders rest on, or why there are none."""
    said = [] if len(case.voices) > 2 else ["Two coders have no majority: what they agree on is ticked."]
    if no_model:
        said.append(f"No Dawid-Skene proposal: {no_model}.")
    else:
        said.append("Dawid-Skene: how likely the code is there, given how often each coder is right elsewhere.")
    if shown:
        said.append(f"Suggestion of {shown.model_id}: {YES} reached the model's cut-off.")
    return " ".join(said)


def coder_lines(coder: Coder, codebook: Codebook, attributes: Sequence[AttributeJudgement]) -> list[str]:
    """Return what there is to know of a coder's answer beside codes: what was on the screen, spans, notes."""
    rows = coder.voice.rows
    models = sorted({row.shown_model_id for row in rows if row.shown_model_id})
    saw = f"judged with the suggestion of {plain(', '.join(models))} on the screen" if models else "saw no suggestion"
    known = {one.name for one in codebook.attributes}
    beside = [one for one in attributes if one.person == coder.voice.person and one.name not in known]
    spans = [f"{plain(one.name)}: {plain(one.value)}" for one in beside]
    notes = dict.fromkeys(row.note for row in rows if row.note)
    return [f"{coder.label} {saw}.", *spans, *(f"Note: {plain(note)}" for note in notes)]


def event_line(event: AdjudicationEvent) -> str:
    """Return an act beside the decisions as one line."""
    what = _ACTIONS[event.action] or f'"{plain(event.note)}"'
    return f"{what} \u2013 {plain(event.person)}, {when(event.made_at)}"


def when(moment: datetime) -> str:
    """Return a time as it is shown."""
    return moment.strftime("%d %b %Y %H:%M %Z").strip()


def list_row(one: Disputed, codebook: Codebook, filters: Mapping[str, str]) -> list[Cell]:
    """Return a disputed passage as the cells of the list, with a link that opens it and keeps the filters."""
    link = Link(text=shortened(one.text), page="adjudication", query={**filters, "passage": one.passage_id})
    codes = ", ".join(label_of(codebook, code) for code in one.codes)
    return [link, one.page, codes, len(one.coders), STANDINGS[one.standing]]
