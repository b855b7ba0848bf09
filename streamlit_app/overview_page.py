"""The first page: what is in the project, and how far it can be believed."""

from __future__ import annotations

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.project import Project
from careatlas.store.suggestions import StoredModel
from streamlit_app.csv_file import csv_bytes
from streamlit_app.model_in_use import MACHINE_ONLY, calibration_line, card_rows, project_codebook
from streamlit_app.overview_query import (
    AREA_CSV_HEADER,
    AREA_HEADER,
    CODE_CSV_HEADER,
    CODE_HEADER,
    Overview,
    area_cells,
    area_csv,
    area_rows,
    code_cells,
    code_csv,
    overview,
)
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import show_table


def show_overview(project: Project) -> None:
    """Draw the overview."""
    st.title("Overview", anchor=False)
    codebook = project_codebook(project)
    seen = overview(project, codebook)
    if not seen.documents:
        st.info("There are no documents yet. Add some with: careatlas add FILES, then: careatlas run")
        return
    _numbers(seen)
    left, right = st.columns(2, gap="large")
    with left:
        _outcomes(seen)
    with right:
        _model(seen.model, codebook)
    if seen.model is not None:
        _codes(seen, seen.model)
    _areas(project, seen)


def _numbers(seen: Overview) -> None:
    named = {
        "Documents": seen.documents,
        "Pages": seen.pages,
        "Pages that need OCR": seen.ocr_pages,
        "Passages": seen.passages,
        "Judgements by people": seen.judgements,
    }
    for column, (name, value) in zip(st.columns(len(named)), named.items(), strict=True):
        column.metric(name, f"{value:,}")


def _outcomes(seen: Overview) -> None:
    st.subheader("How reading ended", anchor=False)
    rows = [(row.outcome.value, row.documents, row.pages, row.ocr_pages, row.passages) for row in seen.totals]
    show_table("outcomes", "", ("Outcome", "Documents", "Pages", "Need OCR", "Passages"), rows)


def _model(model: StoredModel | None, codebook: Codebook) -> None:
    st.subheader("Model", anchor=False)
    if model is None:
        st.info("No model has scored the passages for this codebook yet: careatlas suggest")
        return
    st.text(f"{model.model_id}, codebook {model.codebook_id} {model.codebook_version}")
    st.badge(MACHINE_ONLY, icon=":material/smart_toy:", color="orange")
    st.text(calibration_line(model.card))
    if model.codebook_version != codebook.version:
        st.warning(
            f"The suggestions were made with version {in_markdown(model.codebook_version)} of the codebook; the project"
            f" now uses {in_markdown(codebook.version)}. Run: careatlas suggest"
        )
    with st.expander("Model card"):
        show_table("card", "", ("What", "Said"), card_rows(model.card))


def _codes(seen: Overview, model: StoredModel) -> None:
    st.subheader("Suggested codes", anchor=False)
    st.badge(MACHINE_ONLY, icon=":material/smart_toy:", color="orange")
    caption = (
        f"Passages for which the model accepts each code, out of {seen.scored:,} that it scored. A passage can have"
        " several codes. These are the model's own counts: what people judged does not enter them."
    )
    show_table("codes", caption, CODE_HEADER, [code_cells(row) for row in seen.codes])
    data = csv_bytes(CODE_CSV_HEADER, [code_csv(row, model.model_id) for row in seen.codes])
    st.download_button("Download codes as CSV", data, "codes.csv", "text/csv", key="codes-csv")


def _areas(project: Project, seen: Overview) -> None:
    st.subheader("Coverage by area", anchor=False)
    if seen.unplaced_documents:
        st.warning(
            f"{seen.unplaced_documents:,} of {seen.documents:,} documents name no area and are in no row of this table."
        )
    code = ""
    if seen.model is not None:
        labels = {row.code: row.label for row in seen.codes}
        code = st.selectbox(
            "Suggested code",
            ["", *sorted(labels, key=lambda one: labels[one])],
            format_func=lambda one: labels.get(one, "any code"),
            key="code",
            width=420,
        )
        st.badge(MACHINE_ONLY, icon=":material/smart_toy:", color="orange")
    rows = area_rows(project, seen.model, code or "")
    if not rows:
        st.info(
            "No document names its area. A register (CSV) can: path,title,area_code,area_name,doc_type,published,url"
        )
        return
    caption = (
        "An area that no document names has no row: nothing is known of it, which is not zero. The interval (Wilson)"
        " takes passages as independent; passages of one document are alike, so it is too narrow."
    )
    show_table("areas", caption, AREA_HEADER, [area_cells(row) for row in rows])
    model_id = seen.model.model_id if seen.model else ""
    data = csv_bytes(AREA_CSV_HEADER, [area_csv(row, code or "", model_id) for row in rows])
    st.download_button("Download areas as CSV", data, "areas.csv", "text/csv", key="areas-csv")
