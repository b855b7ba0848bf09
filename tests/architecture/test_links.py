"""Every relative link in the documentation leads to a file that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def targets(text: str) -> list[str]:
    """Return the relative links of a Markdown text, without their anchors."""
    found = [inline or reference for inline, reference in LINK.findall(CODE.sub("", text))]
    return [link.split("#")[0] for link in found if not ELSEWHERE.match(link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = targets(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_links_are_seen() -> None:
    text = "[a](b.md#c) ![d](e.png 'f') [g](https://h) [i](#j) `[k](l)`\n```\n[m](n)\n```\n[o]: p.md\n"
    assert targets(text) == ["b.md", "e.png", "p.md"]
