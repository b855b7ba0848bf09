"""Initiatives of the synthetic pilot against what was planted: found, merged, placed, dated, with their status.

Two ways: with the planted codes given as a person's judgements, which shows this step alone, and with the codes that
the model suggests, which shows the whole chain. Rules and thresholds were made on seed 7; report other seeds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from initiative_scores import Planted, Scored, report, scored, squeezed

from careatlas.adding import add_documents
from careatlas.codebook import Codebook
from careatlas.identifiers import PassageId, judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.model_in_use import model_in_use, project_codebook
from careatlas.passage import Passage
from careatlas.progress import NoProgress
from careatlas.project import Project, create_project, open_project
from careatlas.stage import loaded
from careatlas.store import documents, judgements, passages, suggestions
from careatlas.store.passages import PassageFilter
from nlp.consolidation import consolidated
from nlp.initiative_building import sightings_of_project

GENERATOR = Path(__file__).resolve().parents[1] / "examples" / "greater_manchester" / "generate.py"
BEFORE = ("nlp.parsing:parse_stage", "nlp.describing:describe_stage", "models.suggesting:suggest_stage")
WAYS = ("codes given", "codes from the model")


def main() -> None:
    """Make the pilots, read them, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--language", default="auto", help="pipeline: auto, blank or a name")
    parser.add_argument("--folder", type=Path, help="keep the projects here, and use those that are there")
    parser.add_argument("--no-names", action="store_true", help="put together by likeness of words alone")
    parser.add_argument("--no-register", action="store_true", help="the register gives neither area nor date")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = options.folder or Path(temporary)
        found: dict[str, list[Scored]] = {way: [] for way in options.ways}
        for seed in options.seeds:
            for way, one in _pilot(home, seed, options):
                found[way].append(one)
    answer = {"seeds": options.seeds, "language": options.language, "register": not options.no_register}
    answer["names"] = not options.no_names
    answer |= {way: report(scores) for way, scores in found.items()}
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")


def _pilot(home: Path, seed: int, options: argparse.Namespace) -> Iterator[tuple[str, Scored]]:
    name = f"seed-{seed}{'-bare' if options.no_register else ''}"
    plans, root = home / f"plans-{seed}", home / name
    if not (plans / "register.csv").exists():
        command = [sys.executable, str(GENERATOR), "--seed", str(seed), "--out", str(plans)]
        subprocess.run(command, check=True, capture_output=True)
    if not (root / "careatlas.toml").exists():
        create_project(root)
    with open_project(root) as project:
        add_documents(project, [plans / ("plans" if options.no_register else "register.csv")], NoProgress())
        for stage in BEFORE:
            loaded(stage)(project, NoProgress())
        planted = _planted(plans, project)
        if WAYS[1] in options.ways:
            yield WAYS[1], _scored(project, planted, WAYS[1], options)
    if WAYS[0] in options.ways:
        given = home / f"{name}-given"
        shutil.rmtree(given, ignore_errors=True)
        shutil.copytree(root, given)
        with open_project(given) as project:
            yield WAYS[0], _scored(project, planted, WAYS[0], options)


def _scored(project: Project, planted: list[Planted], way: str, options: argparse.Namespace) -> Scored:
    codebook = project_codebook(project)
    with project.store.read() as connection:
        model = model_in_use(suggestions.models(connection), codebook)
    if way == WAYS[0]:
        model = None
        _judge(project, codebook, planted)
    sightings, _ = sightings_of_project(project.store, codebook, model, NoProgress(), language=options.language)
    if options.no_names:
        sightings = [replace(one, names=()) for one in sightings]
    return scored(planted, sightings, consolidated(sightings))


def _planted(plans: Path, project: Project) -> list[Planted]:
    """Return the planted passages with the passage that each was read as; those on a scanned page have none."""
    rows = [json.loads(line) for line in (plans / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = (plans / "initiatives.jsonl").read_text(encoding="utf-8").splitlines()
    known = {row["initiative"]: row for row in map(json.loads, lines)}
    with project.store.read() as connection:
        of_file: dict[str, list[Passage]] = {}
        for item in documents.listed(connection):
            which = PassageFilter(document_id=item.document_id)
            of_file[item.name] = list(passages.stream(connection, which))
    return [_located(row, known, of_file[Path(row["file"]).name]) for row in rows if row["initiative"]]


def _located(row: Mapping[str, Any], known: Mapping[str, Any], read: list[Passage]) -> Planted:
    wanted = squeezed(row["text"])
    holds = (one for one in read if wanted in squeezed(one.text))
    found = next(holds, None)
    return Planted(row=row, initiative=known[row["initiative"]], passage=found, wanted=wanted)


def _judge(project: Project, codebook: Codebook, planted: list[Planted]) -> None:
    """Keep the planted codes as one person's judgements."""
    made_at = datetime.now(UTC)
    codes: dict[PassageId, tuple[Passage, set[str]]] = {}
    for one in planted:
        if one.passage is not None:
            codes.setdefault(one.passage.passage_id, (one.passage, set()))[1].update(one.row["codes"])
    with project.store.write() as connection:
        for passage, said in codes.values():
            rows = [
                Judgement(
                    judgement_id=judgement_id(passage.passage_id, code, "planted"),
                    passage_id=passage.passage_id,
                    codebook_id=codebook.id,
                    codebook_version=codebook.version,
                    code=codebook.code(code).id,
                    verdict=Verdict.PRESENT,
                    person="planted",
                    made_at=made_at,
                    origin=Origin.MANUAL,
                )
                for code in sorted(said)
            ]
            judgements.append_many(connection, rows, passage)


if __name__ == "__main__":
    main()
