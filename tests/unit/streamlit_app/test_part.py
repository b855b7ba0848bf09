from __future__ import annotations

import re

import pytest

from streamlit_app.part import asset

SCRIPTS = ("pagebox.js", "passagelist.js", "rowtable.js", "deskfocus.js")
STYLES = ("pagebox.css", "passagelist.css", "rowtable.css", "frame.css", "adjudicate.css")


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES])
def test_streamlit_cannot_take_an_asset_for_a_path(name: str) -> None:
    assert "\n" in asset(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_text_from_plans_never_becomes_html(name: str) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", asset(name))
    assert "http" not in asset(name)
