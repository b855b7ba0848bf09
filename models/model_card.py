"""The model card: what a model is, what it was made from, how well it does, and what nobody knows of it.

Written once, at training, from what the training left beside the model; every text from outside is shown and nothing
more. Front matter after the Hugging Face hub's ``model-index``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from careatlas.codebook import Codebook
from models.markdown_text import markdown_text
from models.model_card_tables import MEASURES, codes_table, number, results_table
from models.model_meta import read_meta
from models.record_files import read_evaluation
from models.reliability import Reliability, ReliabilityBin
from models.reliability_diagram import reliability_svg

CARD, PICTURE = "README.md", "calibration.svg"
NO_LICENCE = "other"  # whoever trains a model on own data says for themselves

_METRICS = {  # of the hub's own names, where it has one
    "micro_f1": "f1",
    "macro_f1": "f1",
    "micro_precision": "precision",
    "micro_recall": "recall",
    "micro_average_precision": "average_precision",
    "macro_average_precision": "average_precision",
}
_UNTESTED_ANYWHERE = (
    "other kinds of documents, areas or years than those of the labelled passages",
    "scanned pages, whose words were read by OCR",
    "whether people who see its suggestions label otherwise than they would have",
    "the finished model itself: it learned from all passages, the measures are those of the models of the folds",
    "the lower tiers alone, which answer where the encoder is not installed",
)
_WRITTEN_ONLY = (
    "> **Trained on synthetic passages only.** Nobody has compared it with a real plan: it is not calibrated on real"
    " plans, nothing is guaranteed, and every number below was measured on passages written for training. Use its"
    " suggestions to begin reading, not to count anything."
)


def write_card(folder: Path, codebook: Codebook, *, licence: str = NO_LICENCE) -> None:
    """Write the card and its picture into a model's folder, from the files that are there.

    Parameters
    ----------
    folder : Path
        With ``model.json`` and ``evaluation.json``.
    codebook : Codebook
        That the model was trained for.
    licence : str
        Of the model: an SPDX identifier in lower case, or ``other``.

    Raises
    ------
    InputError
        If one of the files is missing or wrong.
    """
    meta, evaluation = read_meta(folder), read_evaluation(folder)
    found = Reliability(bins=tuple(ReliabilityBin(**one) for one in evaluation["reliability"]["bins"]))
    (folder / PICTURE).write_text(reliability_svg(found, f"Calibration of {meta['model_id']}"), encoding="utf-8")
    (folder / CARD).write_text(model_card(meta, evaluation, codebook, licence=licence), encoding="utf-8")


def model_card(
    meta: Mapping[str, Any], evaluation: Mapping[str, Any], codebook: Codebook, *, licence: str = NO_LICENCE
) -> str:
    """Return a model's card as Markdown with YAML front matter.

    Parameters
    ----------
    meta : Mapping
        ``model.json``.
    evaluation : Mapping
        ``evaluation.json``: :meth:`models.training_record.TrainingRecord.as_dict`.
    codebook : Codebook
        That the model was trained for.
    licence : str
        As for :func:`write_card`.
    """
    rules = _whole(meta)["rules"]
    sections = {
        "What it is": _what(meta, codebook),
        "Intended use, and limits": _use(evaluation["data"]["synthetic"]),
        "What it learned from": _data(meta, evaluation["data"]),
        "How it was tested": _split(evaluation),
        "Results": _results(evaluation),
        "Codes": _codes(evaluation, rules, codebook),
        "Calibration": _calibration(evaluation),
        "Doubtful labels": _noise(evaluation),
        "How it was made": _made(meta),
        "What was not measured": (f"- {one}" for one in _untested(evaluation)),
    }
    lines = ["---", _front(meta, evaluation, licence).rstrip(), "---", "", f"# {markdown_text(meta['model_id'])}", ""]
    if evaluation["data"]["synthetic"]:
        lines += [_WRITTEN_ONLY, ""]
    for title, body in sections.items():
        lines += [f"## {title}", "", *body, ""]
    return "\n".join(lines).rstrip() + "\n"


def _front(meta: Mapping[str, Any], evaluation: Mapping[str, Any], licence: str) -> str:
    import yaml

    book, data = meta["codebook"], evaluation["data"]
    totals = evaluation["report"]["totals"]
    metrics = [
        {"type": _METRICS.get(name, name), "name": said, "value": round(totals[name]["value"], 4)}
        for name, said in MEASURES.items()
        if totals[name]["value"] is not None
    ]
    tested = "passages written for training" if data["synthetic"] else "labelled passages"
    result = {
        "task": {"type": "text-classification", "name": "codes of a passage"},
        "dataset": {"name": f"{tested}, held out fold by fold", "type": "local", "revision": data["digest"]},
        "metrics": metrics,
    }
    tags = ["multi-label-classification", "integrated-care", "health-policy", *["synthetic-data"] * data["synthetic"]]
    front = {
        "license": licence,
        "language": ["en"],
        "library_name": "careatlas",
        "pipeline_tag": "text-classification",
        "tags": tags,
        "codebook": {name: " ".join(str(book[name]).split()) for name in ("id", "version", "provenance")},
        "model-index": [{"name": meta["model_id"], "results": [result]}],
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=False, width=120)


def _what(meta: Mapping[str, Any], codebook: Codebook) -> Iterator[str]:
    whole = _whole(meta)
    yield (
        f"It suggests which of the {len(meta['codebook']['codes'])} codes of **{markdown_text(codebook.title)}**"
        f" ({markdown_text(codebook.id)} {markdown_text(codebook.version)}) a passage of an English health or care plan"
        " carries, and whether it carries any."
    )
    if meta["codebook"]["provenance"] == "reconstructed":
        yield ""
        yield "The codebook is **reconstructed**: its definitions were not checked against their source."
    yield ""
    encoder = markdown_text(meta["encoder"]) if meta["encoder"] else "none"
    yield f"Tiers: {markdown_text(', '.join(whole['tiers']))}. Encoder: {encoder}."


def _use(synthetic: bool) -> Iterator[str]:
    yield "For suggestions that people check, and for choosing what to read first."
    yield ""
    yield (
        "Counts of its suggestions are no estimates: where machine labels are counted, the corrected estimate from a"
        " random sample of human labels stands first. It says nothing of documents that were not read, and nothing"
        " about the quality of care. It is not for decisions about persons."
    )
    if not synthetic:
        yield ""
        yield "Its promises hold for documents drawn like the labelled ones; plans of another kind or year break them."


def _data(meta: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    said = {
        "seed": "written for training by the authors of CareAtlas (synthetic)",
        "codebook": "out of the codebook's own texts (synthetic)",
        "file": "labelled, from files",
        "judgement": "judged in the project",
    }
    yield f"{data['passages']:,} passages:"
    yield ""
    for origin, count in data["origins"].items():
        yield f"- {count:,} {said.get(origin, markdown_text(origin))}"
    yield ""
    yield f"SHA-256 of passages and labels together: `{markdown_text(data['digest'])}`. The words are not kept here."
    for note in meta["facts"].get("notes", ()):
        yield ""
        yield f"Note: {markdown_text(str(note))}"


def _split(evaluation: Mapping[str, Any]) -> Iterator[str]:
    split, data = evaluation["split"], evaluation["data"]
    what = "passages of pages written for training" if data["synthetic"] else "labelled passages"
    yield (
        f"{split['folds']} folds (seed {split['seed']}) of {data['tested_passages']:,} {what} from"
        f" {data['tested_groups']:,} areas or documents, {data['tested_with_a_code']:,} of them with a code. Whatever"
        f" hangs together by area, document or copied text is in one fold: {split['components']:,} separate sets, the"
        f" largest with {split['largest_share']:.0%} of the passages. A leak check refuses a split in which any of it"
        " stands on both sides."
    )
    if split["warning"]:
        yield ""
        yield f"**Warning**: {markdown_text(split['warning'])}."
    yield ""
    yield (
        "Scores, calibration and the cut-offs that F1, precision and recall need were all learned on the other folds."
        " Intervals: 95 %, by drawing whole areas or documents."
    )


def _results(evaluation: Mapping[str, Any]) -> Iterator[str]:
    data, report = evaluation["data"], evaluation["report"]
    yield f"n = {data['tested_passages']:,} passages, {data['tested_groups']:,} areas or documents."
    yield ""
    yield from results_table(evaluation)
    yield ""
    left_out = ", ".join(map(markdown_text, report["left_out"])) or "none"
    yield (
        f"Totals are over the {len(report['macro_codes'])} codes with {report['least_positives']} passages or more;"
        f" left out: {left_out}. Baselines: majority gives every code its more frequent answer; cues accepts a code at"
        " the first of the codebook's cues; others have the one cut-off with the best micro F1 on the other folds."
    )


def _codes(evaluation: Mapping[str, Any], rules: Mapping[str, Any] | None, codebook: Codebook) -> Iterator[str]:
    yield from codes_table(evaluation, rules, codebook)
    yield ""
    if rules is None:
        yield (
            "No label of a real passage was there to choose thresholds on: nothing is accepted or rejected by itself,"
            " and nothing is promised."
        )
        return
    config = rules["config"]
    yield (
        f"*Rejected below*, promised: if a further document is like the labelled ones and carries the code, the"
        f" expected share of it that is rejected is at most {config['miss_risk']:.0%}. *Accepted from*, promised: with"
        f" confidence {config['confidence']:.0%}, on average at most {config['false_accept_risk']:.0%} of what is"
        " accepted in a document is wrong. *Promised for all codes together*: not for the code alone. *Not promised*: a"
        " fallback that nothing stands behind; show it as a proposal. Between the two a person is asked."
    )
    yield ""
    yield from (f"- {markdown_text(rule['code'])}: {markdown_text(rule['reason'])}" for rule in rules["codes"])
    yield f"- all codes together, reject: {markdown_text(rules['all_codes_miss']['reason'])}"
    yield f"- all codes together, accept: {markdown_text(rules['all_codes_false_accept']['reason'])}"
    yield f"- passages that may stay unread: {markdown_text(rules['unread']['reason'])}"


def _calibration(evaluation: Mapping[str, Any]) -> Iterator[str]:
    found = evaluation["calibration"]
    on = "written passages, not on real plans" if evaluation["data"]["synthetic"] else "labelled passages"
    yield (
        f"Measured on {on}, over all codes. Calibration error before and after calibration:"
        f" {_or_unkept(found['ece_before'])}, {_or_unkept(found['ece_after'])}; Brier score:"
        f" {_or_unkept(found['brier_before'])}, {_or_unkept(found['brier_after'])}. Both are small by themselves where"
        " codes are rare: look at the picture. Its bars are 95 % intervals, its hollow points stand for fewer than 20"
        " pairs of passage and code."
    )
    yield ""
    yield f"![Share in which a code is present, by the probability stated]({PICTURE})"


def _or_unkept(value: float | None) -> str:
    return "not kept" if value is None else number(value, 4)


def _noise(evaluation: Mapping[str, Any]) -> Iterator[str]:
    if evaluation["data"]["synthetic"]:
        yield "Not looked for: the labels are those with which the passages were written."
        return
    yield (
        f"{evaluation['label_errors']:,} labels are listed in `label_errors.jsonl` as worth reading again (identifiers"
        " and codes; `careatlas models label-errors`). The measures above take every label for true: where labels are"
        " wrong, they are too low or too high by an unknown amount."
    )


def _made(meta: Mapping[str, Any]) -> Iterator[str]:
    facts = meta["facts"]
    yield f"- made: {markdown_text(str(facts.get('made_at', 'unknown')))}"
    yield f"- CareAtlas: {markdown_text(str(facts.get('careatlas', 'unknown')))}"
    if facts.get("seed_digest"):
        yield f"- SHA-256 of the seed passages: `{markdown_text(str(facts['seed_digest']))}`"
    yield from (
        f"- {markdown_text(name)}: {markdown_text(str(value)) or 'none'}" for name, value in meta["config"].items()
    )


def _untested(evaluation: Mapping[str, Any]) -> tuple[str, ...]:
    if evaluation["data"]["synthetic"]:
        return ("anything on real plans", *_UNTESTED_ANYWHERE[1:])
    return _UNTESTED_ANYWHERE


def _whole(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the readout of all tiers together."""
    whole: Mapping[str, Any] = max(meta["readouts"], key=lambda one: len(one["tiers"]))
    return whole
