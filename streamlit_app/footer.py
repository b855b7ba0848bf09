"""What stands under every page: what this is, where its source is, and what must not be believed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import metadata, version
from typing import Any

import streamlit as st

from careatlas.project import Project
from careatlas.store import documents, suggestions
from streamlit_app.plain import in_markdown


def source_url() -> str:
    """Return the address of the source code that the package names."""
    urls = metadata("careatlas").get_all("Project-URL") or []
    named = dict(entry.split(", ", 1) for entry in urls)
    return str(named.get("Source", ""))


def is_synthetic(project: Project) -> bool:
    """Tell whether a document's type, title or name says that it is synthetic."""
    with project.store.read() as connection:
        types = documents.facets(connection).doc_types
        if any("synthetic" in kind.casefold() for kind in types):
            return True
        return documents.count(connection, documents.DocumentFilter(words="synthetic")) > 0


def labels_warning(card: Mapping[str, Any]) -> str:
    """Return what a model's card admits about the labels behind it; empty if it admits nothing."""
    if card.get("human_labels") == 0:
        return "No person's label went into the suggestions."
    if "machine" in str(card.get("reference_labels", "")).casefold():
        return "The reference labels behind the suggestions were made by a machine."
    return ""


def warnings(project: Project) -> list[str]:
    """Return what a reader of any page must know."""
    said = ["Synthetic documents are in this project: they describe nothing real."] if is_synthetic(project) else []
    with project.store.read() as connection:
        cards = [model.card for model in suggestions.models(connection)]
    return said + sorted({warning for card in cards if (warning := labels_warning(card))})


def show_footer(project: Project) -> None:
    """Draw the footer."""
    st.divider()
    for warning in warnings(project):
        st.caption(f":material/warning: **{warning}**")
    st.caption(
        f"Project {in_markdown(project.settings.name)} \u00b7 CareAtlas {version('careatlas')} \u00b7 free software"
        f" under AGPL-3.0-or-later, [source code]({source_url()})"
    )
