"""From a project to a stored sample and its repeats, on each dialect, and the commands around them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from annotation import commands_sampling
from annotation.inclusion import union_chances
from annotation.sampling import keep_plan, plan_sample, sample_rows
from annotation.sampling_design import DEFAULT_SHARES, Part, SamplingOrder, StratumKey
from annotation.sampling_repeats import add_repeats
from careatlas.blobs import BlobStore
from careatlas.codebook_file import shipped
from careatlas.commands.session import Session
from careatlas.document import Document
from careatlas.errors import CareAtlasError, UsageError
from careatlas.identifiers import Code, CodebookId, ModelId, judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage, PassageKind
from careatlas.progress import NoProgress
from careatlas.project import Project
from careatlas.reading import Reading
from careatlas.settings import Settings
from careatlas.store import embeddings, judgements, passages, readings, samples, suggestions
from careatlas.store.engine import Store
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
CODES = [code.id for code in BOOK.codes[:3]]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MODEL = ModelId("m-one")
WORDS = ("falls", "budget", "discharge", "digital", "nurses", "beds", "governance", "medicines")
Plans = list[tuple[Document, Reading]]


@pytest.fixture
def plans(document_of: Callable[..., Document], reading_of: Callable[..., Reading]) -> Plans:
    """Six plans of two areas and two types, ten passages each; and one of headings alone."""
    made: Plans = []
    for number in range(6):
        area = ("E1", "Bath, Swindon") if number % 2 else ("E2", "Leeds")
        kind = "joint plan" if number < 4 else ""
        item = document_of(f"plan-{number}.pdf", area_code=area[0], area_name=area[1], doc_type=kind)
        texts = [f"{WORDS[at % 8]} are planned in home {number} with {WORDS[(at + number) % 8]}" for at in range(10)]
        made.append((item, reading_of(item, [texts[:5], texts[5:]])))
    headings = document_of("headings.pdf", area_code="E1")
    made.append((headings, reading_of(headings, [["Falls", "Budget"]], kind=PassageKind.HEADING)))
    return made


@pytest.fixture
def project(store: Store, tmp_path: Path, plans: Plans, keep: Callable[..., object]) -> Project:
    """Give a project on each dialect in turn, with the plans in it, not scored."""
    for item, reading in plans:
        keep(store, item, reading)
    return Project(tmp_path, Settings(), store, BlobStore(tmp_path / "blobs"))


def score(project: Project, plans: Plans, model_id: ModelId = MODEL, version: str = BOOK.version) -> None:
    """Score all passages but the last of each plan."""
    with project.store.write() as connection:
        made_at = f"2026-01-0{1 + (model_id != MODEL)}"
        stored = suggestions.StoredModel(
            model_id=model_id, codebook_id=CodebookId(BOOK.id), codebook_version=version, made_at=made_at, card={}
        )
        suggestions.keep_model(connection, stored)
        for number, (item, reading) in enumerate(plans):
            rows = [suggestion(one, (7 * at + number) % 10 / 10) for at, one in enumerate(reading.passages[:-1])]
            suggestions.replace(connection, model_id, item.document_id, rows)


def suggestion(item: Passage, top: float) -> Suggestion:
    scores = [CodeScore(code=Code(code), probability=top / (at + 1), accepted=False) for at, code in enumerate(CODES)]
    return Suggestion(
        passage_id=item.passage_id,
        codebook_id=CodebookId(BOOK.id),
        codebook_version=BOOK.version,
        model_id=MODEL,
        scores=tuple(scores),
        none_probability=1 - top,
    )


@pytest.fixture
def scored(project: Project, plans: Plans) -> Project:
    score(project, plans)
    return project


def order(**changes: object) -> SamplingOrder:
    base = {"name": "first", "size": 20, "coders": ("ana", "ben"), "shares": DEFAULT_SHARES, "double": 0.2}
    return SamplingOrder(**{**base, **changes})


ALIKE = {Part.RANDOM: 0.5, Part.DIVERSITY: 0.5}


def planned(project: Project, model: str = "auto", **changes: object):
    return plan_sample(project, order(**changes), NoProgress(), model=model, now=NOON)


def kept(project: Project, **changes: object):
    made = planned(project, **changes)
    keep_plan(project, made)
    return made


def judge(
    project: Project, passage_id: str, person: str, *, drawn_by: str = "first", minutes: int = 0, **changes
) -> None:
    row = Judgement(
        judgement_id=judgement_id(passage_id, person, drawn_by, str(minutes), str(changes)),
        passage_id=passage_id,
        codebook_id=CodebookId(BOOK.id),
        codebook_version=BOOK.version,
        code=Code(CODES[0]),
        verdict=Verdict.PRESENT,
        person=person,
        made_at=NOON + timedelta(minutes=minutes),
        origin=Origin.MANUAL,
        drawn_by=drawn_by,
    )
    with project.store.write() as connection:
        judgements.append(connection, replace(row, **changes), passages.get(connection, passage_id))


# --- the population


def test_the_population_is_what_could_carry_a_statement_and_was_scored(scored: Project, plans: Plans) -> None:
    made = planned(scored, size=54)
    assert made.sample.population == 54  # of 60: the last of each plan was not scored; headings carry none
    assert made.sample.design["frame"]["unscored_left_out"] == 6
    assert made.sample.design["frame"]["documents"] == 7
    assert {one.inclusion_probability for one in made.drawn} == {1.0}
    assert {one.passage_id for one in made.drawn} == {
        one.passage_id for item, reading in plans[:6] for one in reading.passages[:-1]
    }


@pytest.mark.parametrize(
    ("frame", "population"),
    [
        ({"areas": ("E1",)}, 27),
        ({"areas": ("bath, swindon",)}, 27),
        ({"areas": ("leeds,E1",)}, 54),
        ({"doc_types": ("Joint plan",)}, 36),
        ({"doc_types": ("joint plan",), "areas": ("Leeds",)}, 18),
    ],
)
def test_only_what_is_asked_for(scored: Project, frame: dict[str, tuple[str, ...]], population: int) -> None:
    assert planned(scored, size=10, **frame).sample.population == population


@pytest.mark.parametrize(
    ("frame", "message", "mend"),
    [
        ({"areas": ("E9",)}, "area 'E9'", "there are: E1, E2"),
        ({"areas": ("E1,Lees",)}, "area 'Lees'", "did you mean 'leeds'?"),
        ({"doc_types": ("map",)}, "type of document 'map'", "there are: joint plan"),
    ],
)
def test_areas_and_types_that_are_not_there(scored: Project, frame: dict, message: str, mend: str) -> None:
    with pytest.raises(UsageError, match="no document is of the") as error:
        planned(scored, **frame)
    assert message in error.value.what
    assert mend in error.value.mend


def test_what_anybody_judged_can_be_left_out(scored: Project, plans: Plans) -> None:
    name = plans[0][1].passages[0].passage_id
    judge(scored, name, "cat", drawn_by="review")
    assert planned(scored, size=54).sample.population == 54
    made = planned(scored, size=53, exclude_judged=True)
    assert name not in {one.passage_id for one in made.drawn}
    assert made.sample.design["frame"]["judged_left_out"] == 1
    with pytest.raises(UsageError, match="54 passages were asked for, and there are 53") as error:
        planned(scored, size=54, exclude_judged=True)
    assert "6 not scored and 1 judged ones left out" in error.value.what


# --- the model


def test_without_scores_only_designs_that_need_none_are_drawn(project: Project) -> None:
    with pytest.raises(UsageError, match="scores are needed for the uncertain part, and") as error:
        planned(project)
    assert "careatlas suggest" in error.value.mend
    with pytest.raises(UsageError, match="needed for strata by score"):
        planned(project, shares=ALIKE, strata=(StratumKey.SCORE,))
    made = planned(project, shares=ALIKE)
    assert made.sample.model_id is None
    assert made.sample.population == 60
    assert made.sample.design["parts"][0]["strata"] == ["area", "type"]


def test_the_newest_model_of_the_codebook_is_taken_unless_another_is_named(scored: Project, plans: Plans) -> None:
    score(scored, plans, ModelId("m-two"))
    assert planned(scored).sample.model_id == "m-two"
    assert planned(scored, "m-one").sample.model_id == "m-one"
    assert planned(scored, "m-t").sample.model_id == "m-two"
    assert planned(scored, "none", shares=ALIKE).sample.model_id is None
    with pytest.raises(UsageError, match="several models 'm'") as several:
        planned(scored, "m")
    assert several.value.mend == "one of: m-two, m-one"
    with pytest.raises(UsageError, match="no model 'x'"):
        planned(scored, "x")


def test_a_model_of_another_version_of_the_codebook_is_none(project: Project, plans: Plans) -> None:
    score(project, plans, version="0.0.1")
    with pytest.raises(UsageError, match=f"there are none for {BOOK.id} {BOOK.version}"):
        planned(project)
    with pytest.raises(UsageError, match="no model 'm-one'"):
        planned(project, "m-one")


# --- what is drawn and kept


def test_a_stored_sample_is_what_was_planned(scored: Project) -> None:
    made = kept(scored)
    with scored.store.read() as connection:
        assert samples.get(connection, "first") == made.sample
        assert set(samples.passages_of(connection, "first")) == set(made.drawn)
        assert samples.assignments_of(connection, "first") == list(made.assignments)
    assert made.sample.made_at == NOON
    readers = Counter(row.passage_id for row in made.assignments)
    assert set(readers) == {one.passage_id for one in made.drawn}
    assert sum(count == 2 for count in readers.values()) == round(0.2 * len(made.drawn))


def test_the_design_adds_up(scored: Project) -> None:
    made = planned(scored)
    design = made.sample.design
    assert json.loads(json.dumps(design)) == design
    assert design["expected"] == pytest.approx(20)
    assert design["drawn"] == len(made.drawn)
    for name, total in (("population", 54), ("expected", 20), ("drawn", len(made.drawn))):
        assert sum(row[name] for row in design["strata"]) == pytest.approx(total)
    assert {part["part"] for part in design["parts"]} == {"random", "uncertainty", "diversity"}
    assert 0 < design["smallest_chance"] <= min(one.inclusion_probability for one in made.drawn)
    assert len(made.drawn) * 0.3 < design["effective"] <= len(made.drawn)
    by_stratum = Counter(one.stratum for one in made.drawn)
    named = {" / ".join((row["score"], row["area"], row["type"])): row["drawn"] for row in design["strata"]}
    assert by_stratum == {name: drawn for name, drawn in named.items() if drawn}


def test_the_chances_are_those_of_the_parts(project: Project) -> None:
    made = planned(project, shares=ALIKE, strata=(), size=30)
    one, other = (part["expected"] for part in made.sample.design["parts"])
    union = union_chances([np.array([one / 60]), np.array([other / 60])])
    assert {round(row.inclusion_probability, 9) for row in made.drawn} == {round(float(union[0]), 9)} == {0.5}


def test_the_seed_decides_and_nothing_is_kept_of_a_plan(scored: Project) -> None:
    assert planned(scored) == planned(scored)
    assert planned(scored).drawn != planned(scored, seed=1).drawn
    with scored.store.read() as connection:
        assert samples.listed(connection) == []


def test_a_name_is_used_once(scored: Project) -> None:
    made = kept(scored)
    with pytest.raises(UsageError, match="a sample 'first' already"):
        planned(scored)
    with pytest.raises(UsageError, match="a sample 'first' already"):
        keep_plan(scored, made)
    judge(scored, made.drawn[0].passage_id, "ana", drawn_by="other")
    with pytest.raises(UsageError, match="judgements of a design 'other' already"):
        planned(scored, name="other")


def test_passages_that_a_new_reading_took_away_meanwhile_are_not_kept(
    scored: Project, plans: Plans, reading_of: Callable[..., Reading]
) -> None:
    made = planned(scored, size=54)
    item = plans[0][0]
    with scored.store.write() as connection:
        readings.save(connection, item, reading_of(item, [["New words."]], version="test-2"))
    with pytest.raises(UsageError, match="read anew while the sample was drawn"):
        keep_plan(scored, made)
    with scored.store.read() as connection:
        assert samples.listed(connection) == []


def test_stored_embeddings_are_used_where_every_passage_has_one(scored: Project, plans: Plans) -> None:
    def vectors_of() -> str:
        return next(part["vectors"] for part in planned(scored).sample.design["parts"] if "vectors" in part)

    assert vectors_of().startswith("words")
    names = [one.passage_id for _, reading in plans for one in reading.passages]
    rows = np.random.default_rng(0).normal(size=(len(names), 8)).astype("<f2")
    with scored.store.write() as connection:
        some = {name: row.tobytes() for name, row in zip(names[:-40], rows, strict=False)}
        embeddings.put_many(connection, "a-part", some)
        embeddings.put_many(connection, "b-odd", dict.fromkeys(names, b"abc"))
        embeddings.put_many(connection, "c-nan", dict.fromkeys(names, np.full(8, np.nan, "<f2").tobytes()))
        embeddings.put_many(connection, "d-empty", dict.fromkeys(names, b""))
    assert vectors_of().startswith("words")
    with scored.store.write() as connection:
        whole = {name: row.tobytes() for name, row in zip(names, rows, strict=True)}
        embeddings.put_many(connection, "e-whole", whole)
    assert vectors_of() == "embeddings e-whole"


# --- repeats and lists


def test_repeats_are_of_what_the_coder_judged_for_the_sample(scored: Project) -> None:
    made = kept(scored, double=0.0)
    mine = [row for row in made.assignments if row.coder == "ana"]
    for row in mine[:4]:
        judge(scored, row.passage_id, "Ana")
    judge(scored, mine[4].passage_id, "ana", drawn_by="review")
    judge(scored, mine[5].passage_id, "ben")
    judge(scored, mine[6].passage_id, "ana")
    judge(scored, mine[6].passage_id, "ana", verdict=Verdict.WITHDRAWN, code=Code(""), minutes=1)
    new = add_repeats(scored, "first", 1.0)
    assert {row.passage_id for row in new} == {row.passage_id for row in mine[:4]}
    assert {(row.coder, row.blind, row.repeat) for row in new} == {("ana", True, 1)}
    with scored.store.read() as connection:
        assert samples.assignments_of(connection, "first", "ana") == [*mine, *new]
    assert add_repeats(scored, "first", 1.0) == []


def test_repeats_of_one_coder_by_a_share(scored: Project) -> None:
    made = kept(scored, coders=("ana", "ben", "cat"), double=1.0)
    for row in made.assignments:
        judge(scored, row.passage_id, row.coder)
    readings_of = Counter(row.coder for row in made.assignments)
    new = add_repeats(scored, "first", 0.5, "BEN")
    assert Counter(row.coder for row in new) == {"ben": round(0.5 * readings_of["ben"])}
    assert set(Counter(row.coder for row in add_repeats(scored, "first", 0.5))) == {"ana", "cat"}
    with pytest.raises(UsageError, match="'dee' is no coder") as error:
        add_repeats(scored, "first", 0.5, "dee")
    assert error.value.mend == "one of: ana, ben, cat"
    with pytest.raises(UsageError, match="a share of 0 "):
        add_repeats(scored, "first", 0)
    with pytest.raises(UsageError, match="no sample 'none'"):
        add_repeats(scored, "none", 0.1)


def test_repeats_follow_passages_to_a_new_reading(
    scored: Project, plans: Plans, reading_of: Callable[..., Reading]
) -> None:
    made = kept(scored, coders=("ana",), size=54, double=0.0)
    item, reading = plans[0]
    for one in reading.passages[:2]:
        judge(scored, one.passage_id, "ana")
    newer = reading_of(item, [["Something new.", reading.passages[0].text]], version="test-2")
    with scored.store.write() as connection:
        readings.save(connection, item, newer)
    judge(scored, newer.passages[1].passage_id, "ana", minutes=1)
    (new,) = add_repeats(scored, "first", 1.0)  # the other one is not there any more
    assert new.passage_id == reading.passages[0].passage_id
    assert new.position == len(made.assignments)


def test_samples_are_listed_with_how_far_they_are(scored: Project) -> None:
    assert sample_rows(scored) == []
    made = kept(scored)
    judge(scored, made.drawn[0].passage_id, "ana")
    add_repeats(scored, "first", 1.0)
    (row,) = sample_rows(scored)
    assert (row["sample"], row["population"], row["passages"], row["judged"]) == ("first", 54, len(made.drawn), 1)
    assert row["readings"] == len(made.assignments)
    assert row["repeats"] == sum(counts["repeats"] for counts in row["coders"].values()) <= 1
    assert row["design"] == made.sample.design


# --- the commands


@pytest.fixture
def run(scored: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a runner of the commands; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=scored.root, quiet=True, verbose=False, log_json=False)

    @contextmanager
    def opened(_: typer.Context) -> Iterator[Project]:
        yield scored

    monkeypatch.setattr(commands_sampling, "project_of", opened)
    commands_sampling.add_to(app)

    def call(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return call


def test_plan_says_what_was_drawn_and_how_to_go_on(run: Callable[..., str], scored: Project) -> None:
    said = run("plan", "first", "--size", "20", "--coders", "ana@x.org,ben@x.org", "--seed", "3")
    lines = said.splitlines()
    assert lines[0].split() == ["sample", "first"]
    assert lines[-1] == "next: careatlas annotate push first"
    assert "ana@x.org" in said
    assert "stratified by score, area, type" in said
    with scored.store.read() as connection:
        assert samples.get(connection, "first").seed == 3
        assert len(samples.assignments_of(connection, "first")) >= 20


def test_plan_as_json_and_dry(run: Callable[..., str], scored: Project) -> None:
    words = ("plan", "first", "--size", "10", "--coders", "ana", "--random", "1", "--strata", "area")
    dry = json.loads(run(*words, "--dry-run", "--json"))
    assert (dry["stored"], dry["population"], dry["model"]) == (False, 54, MODEL)
    assert dry["coders"] == {"ana": {"readings": 10, "blind": 1, "shared": 0, "repeats": 0}}
    assert dry["design"]["parts"][0]["strata"] == ["area"]
    with scored.store.read() as connection:
        assert samples.listed(connection) == []
    kept_one = json.loads(run(*words, "--json"))
    assert kept_one["design"] == dry["design"]
    assert kept_one["stored"]
    assert "nothing was kept" in run("plan", "second", *words[2:], "--dry-run")


def test_plan_with_everything_said(run: Callable[..., str]) -> None:
    said = run(
        *("plan", "all", "--size", "8", "--coders", "ana,ben,cat", "--diversity", "0.5", "--uncertainty", "0.5"),
        *("--strata", "none", "--blind", "1", "--double", "0.5", "--areas", "E1", "--areas", "Leeds"),
        *("--doc-types", "joint plan", "--model", "m-o", "--exclude-judged", "--json"),
    )
    found = json.loads(said)
    assert found["population"] == 36
    assert found["design"]["frame"]["areas"] == ["E1", "Leeds"]
    assert all(counts["blind"] == counts["readings"] for counts in found["coders"].values())


def test_repeat_and_samples(run: Callable[..., str], scored: Project) -> None:
    assert "no sample was drawn yet" in run("samples")
    run("plan", "first", "--size", "20", "--coders", "ana,ben")
    assert "nothing to repeat" in run("repeat", "first")
    with scored.store.read() as connection:
        asked = samples.assignments_of(connection, "first", "ben")
    for row in asked:
        judge(scored, row.passage_id, "ben")
    assert json.loads(run("repeat", "first", "--share", "0.5", "--json"))["repeats"] == {"ben": round(len(asked) / 2)}
    assert "ben: " in run("repeat", "first", "--share", "1", "--coder", "ben")
    header, row, *rest = run("samples").splitlines()
    assert " ".join(header.split()) == "sample made population passages judged readings repeats model coders"
    assert row.split()[0] == "first"
    assert row.endswith("ana, ben")
    assert not rest
    (listed,) = json.loads(run("samples", "--json"))
    assert listed["repeats"] == listed["judged"] == len(asked)
