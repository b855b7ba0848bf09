"""How the labelling screen looks. Colours are mostly Label Studio's own, so that its dark theme works too."""

from __future__ import annotations

# Label Studio writes ">" as "&gt;" and strips what looks like a tag: selectors do without.
STYLE = """
.ca-screen { display: flex; gap: 24px; align-items: flex-start; font-size: 14px; }
.ca-left { flex: 1 1 45%; min-width: 0; }
.ca-right { flex: 1 1 55%; min-width: 340px; position: sticky; top: 0; max-height: calc(100vh - 120px);
  overflow-y: auto; padding: 0 10px 12px 0; }
.ca-screen h4 { margin: 0 !important; font-size: 14px; line-height: 20px; letter-spacing: 0; }
.ca-title h4 { font-size: 16px; }
.ca-place h4, .ca-heading h4, .ca-rule h4 { font-weight: 400 !important; }
.ca-place h4, .ca-heading h4 { color: var(--color-neutral-content-subtle, #666); }
.ca-heading { margin-bottom: 8px; }
.ca-screen [class*="richtext__container"] { padding: 0; }
.ca-around { margin: 6px 12px; }
.ca-passage [class*="richtext__line"] { font-size: 16px; line-height: 25px; }
.ca-around [class*="richtext__line"] { color: var(--color-neutral-content-subtle, #666); font-size: 14px;
  line-height: 20px; }
.ca-passage { background: rgba(230, 159, 0, 0.12); border-left: 4px solid #e69f00; border-radius: 4px;
  padding: 8px 12px; }
.ca-unseen { display: none; }
.ca-page { margin-top: 14px; border: 1px solid var(--color-neutral-border, #ddd); }
.ca-top [class*="richtext__line"] { color: var(--color-neutral-content-subtle, #666); font-size: 13px;
  line-height: 19px; }
.ca-rule { margin: 6px 0; }
.ca-rule h4, .ca-place h4, .ca-heading h4 { font-size: 13px; line-height: 18px; }
.ca-screen [class*="choices"] { margin: 0 !important; }
.ca-screen [class*="choice__item"] { margin-top: 0 !important; margin-bottom: 0 !important; padding: 2px 0;
  line-height: 20px; }
.ca-screen [class*="choice__checkbox"] { font-weight: 400; line-height: 20px; }
.ca-group { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); column-gap: 12px;
  border-top: 1px solid var(--color-neutral-border, #ddd); padding: 4px 0; margin-top: 4px; }
.ca-axis, .ca-parent { grid-column: 1 / -1; }
.ca-parent [class*="choice__checkbox"] { font-weight: 600; }
.ca-axis h4, .ca-field h4 { color: var(--color-neutral-content-subtle, #666); font-size: 12px; line-height: 18px; }
.ca-codes { border-bottom: 1px solid var(--color-neutral-border, #ddd); padding-bottom: 4px; margin: 4px 0; }
.ca-field { margin-top: 8px; }
[class*="tooltip--"] { max-width: 760px !important; width: max-content; }
[class*="tooltip--"] * { max-width: 760px !important; white-space: pre-line; font-size: 12px !important;
  line-height: 16px !important; }
"""
