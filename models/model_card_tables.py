"""The tables of a model card, from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from careatlas.codebook import Codebook
from models.markdown_text import markdown_table, markdown_text

MEASURES = {
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "micro_precision": "micro precision",
    "micro_recall": "micro recall",
    "micro_average_precision": "micro average precision",
    "macro_average_precision": "macro average precision",
    "recall_at_3": "recall at 3",
    "initiative_f1": "F1 of “carries any code”",
    "initiative_average_precision": "average precision of “carries any code”",
    "unread_share_at_95": "share that can stay unread while 95 % of initiatives are found",
    "expected_calibration_error": "calibration error",
    "brier": "Brier score",
}
_FINE = ("expected_calibration_error", "brier")  # small by nature
_SCOPES = {"code": "promised", "all codes": "promised for all codes together", "none": "not promised"}


def results_table(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the table of results: the model, and each baseline beside it."""
    totals, simpler = evaluation["report"]["totals"], evaluation["baselines"]
    rows = []
    for name, said in MEASURES.items():
        digits = 4 if name in _FINE else 2
        beside = [with_interval(one["totals"].get(name), digits) for one in simpler.values()]
        rows.append([said, with_interval(totals.get(name), digits), *beside])
    ahead = [with_interval(one["ahead"], 2) for one in simpler.values()]
    rows.append(["ahead of it in micro average precision, paired", "", *ahead])
    return markdown_table(["measure", "this model", *map(markdown_text, simpler)], rows)


def codes_table(evaluation: Mapping[str, Any], rules: Mapping[str, Any] | None, codebook: Codebook) -> list[str]:
    """Return the table of codes: support, measures, cut-off, and from where a code is accepted or rejected."""
    labels = {str(code.id): code.label for code in codebook.codes}
    ruled = {rule["code"]: rule for rule in rules["codes"]} if rules else {}
    rows = [
        [
            markdown_text(one["code"]),
            markdown_text(labels.get(one["code"], "")),
            f"{one['support']:,}",
            *(number(one[name], 2) for name in ("average_precision", "precision", "recall", "f1")),
            number(one["cut_off"], 3),
            *_decided(ruled.get(one["code"])),
        ]
        for one in evaluation["report"]["codes"]
    ]
    measured = ["passages with it", "average precision", "precision", "recall", "F1", "listed from"]
    return markdown_table(["code", "label", *measured, "accepted from", "rejected below"], rows)


def with_interval(found: Mapping[str, Any] | None, digits: int) -> str:
    """Return a value with its interval in brackets, ``-`` where there is none."""
    if found is None or found["value"] is None:
        return "-"
    if found["low"] is None:
        return number(found["value"], digits)
    return f"{number(found['value'], digits)} ({number(found['low'], digits)} to {number(found['high'], digits)})"


def number(value: float | None, digits: int) -> str:
    """Return a number for people, ``-`` for none; never a minus nought."""
    return "-" if value is None else f"{value:z.{digits}f}"


def _decided(rule: Mapping[str, Any] | None) -> Sequence[str]:
    if rule is None:
        return ("-", "-")
    reject = f"{number(rule['reject'], 3)}, {_SCOPES[rule['reject_scope']]}"
    if rule["abstains"]:
        return ("never: it abstains", reject)
    return (f"{number(rule['accept'], 3)}, {_SCOPES[rule['accept_scope']]}", reject)
