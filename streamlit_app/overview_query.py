"""What the overview shows, as typed rows."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from careatlas.project import Project
from careatlas.store import documents, judgements, runs, suggestions
from careatlas.store.documents import OutcomeTotal
from careatlas.store.suggestions import AreaCount, StoredModel
from evaluation.coverage import CoverageRow, CoverageStatus, coverage
from streamlit_app.model_in_use import MACHINE_ONLY, label_of, model_in_use
from streamlit_app.rowtable import Cell, Figure

AREA_HEADER = ("Area", "Code", "Documents", "Passages scored", "With a suggestion", "Share", "95% interval", "State")
CODE_HEADER = ("Code", "Label", "Passages", "Of scored", "Share")
CODE_CSV_HEADER = ("code", "label", "passages", "passages_scored", "share", "model", "basis")
AREA_CSV_HEADER = (
    "area_name",
    "area_code",
    "state",
    "documents",
    "passages_scored",
    "suggested_code",
    "passages_with_suggestion",
    "share",
    "low_95",
    "high_95",
    "model",
    "basis",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """How many passages carry an accepted suggestion of a code, of how many that were scored."""

    code: Code
    label: str
    passages: int
    scored: int

    @property
    def share(self) -> float | None:
        """Share of the scored passages, ``None`` where none was scored."""
        return self.passages / self.scored if self.scored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is in a project. ``codes`` is empty and ``model`` ``None`` where nothing was scored: not zero, unknown."""

    totals: tuple[OutcomeTotal, ...]
    judgements: int
    model: StoredModel | None
    scored: int
    codes: tuple[CodeRow, ...]
    unplaced_documents: int

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return sum(row.documents for row in self.totals)

    @property
    def pages(self) -> int:
        """How many pages they have, those of unread documents left out: nobody knows how many these have."""
        return sum(row.pages for row in self.totals)

    @property
    def ocr_pages(self) -> int:
        """How many pages have words only as a picture."""
        return sum(row.ocr_pages for row in self.totals)

    @property
    def passages(self) -> int:
        """How many passages were cut, headings and page furniture included."""
        return sum(row.passages for row in self.totals)


def overview(project: Project, codebook: Codebook) -> Overview:
    """Read the overview of a project."""
    with project.store.read() as connection:
        model = model_in_use(
            suggestions.models(connection), codebook, runs.listed(connection, stage="suggest", limit=1)
        )
        scored = suggestions.scored_count(connection, model.model_id) if model else 0
        counts = suggestions.code_counts(connection, model.model_id) if model else {}
        areas = suggestions.area_counts(connection, model.model_id if model else "")
        return Overview(
            totals=tuple(documents.totals(connection)),
            judgements=judgements.count(connection),
            model=model,
            scored=scored,
            codes=code_rows(codebook, counts, scored) if model else (),
            unplaced_documents=sum(row.documents for row in areas if not row.area_code),
        )


def code_rows(codebook: Codebook, counts: dict[Code, int], scored: int) -> tuple[CodeRow, ...]:
    """Return one row for each code of the codebook, the commonest first, and for codes that it does not have."""
    codes = [*(code.id for code in codebook.codes), *(code for code in counts if code not in _ids(codebook))]
    rows = [
        CodeRow(code=code, label=label_of(codebook, code), passages=counts.get(code, 0), scored=scored)
        for code in codes
    ]
    return tuple(sorted(rows, key=lambda row: (-row.passages, row.code)))


def area_rows(project: Project, model: StoredModel | None, code: str = "") -> list[CoverageRow]:
    """Return the coverage of each area; without a model, only how many documents it has."""
    with project.store.read() as connection:
        counts: list[AreaCount] = suggestions.area_counts(connection, model.model_id if model else "", code)
    return coverage(counts)


def code_cells(row: CodeRow) -> list[Cell]:
    """Return a code as the cells of its table."""
    return [row.code, row.label, row.passages, row.scored, percent(row.share)]


def code_csv(row: CodeRow, model_id: str) -> list[str | int | float | None]:
    """Return a code as a row of the CSV file, with what its number rests on."""
    return [row.code, row.label, row.passages, row.scored, row.share, model_id, MACHINE_ONLY]


def area_cells(row: CoverageRow) -> list[Cell]:
    """Return an area as the cells of its table."""
    interval = Figure(f"{100 * row.low:.1f} to {100 * row.high:.1f}%") if row.low is not None and row.high else None
    state = "missing: no documents" if row.status is CoverageStatus.MISSING else row.status.value
    return [
        row.area_name,
        row.area_code,
        row.documents,
        row.passages,
        row.suggested,
        percent(row.share),
        interval,
        state,
    ]


def area_csv(row: CoverageRow, code: str, model_id: str) -> list[str | int | float | None]:
    """Return an area as a row of the CSV file, with what its number rests on."""
    where = [row.area_name, row.area_code, row.status.value, row.documents, row.passages]
    return [
        *where,
        code or "any",
        row.suggested,
        row.share,
        row.low,
        row.high,
        model_id,
        MACHINE_ONLY if model_id else "",
    ]


def percent(share: float | None) -> Figure | None:
    """Return a share as a percentage with one decimal, ``None`` where it is not known."""
    return None if share is None else Figure(f"{100 * share:.1f}%")


def _ids(codebook: Codebook) -> set[Code]:
    return {code.id for code in codebook.codes}
