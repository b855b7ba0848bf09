"""``careatlas models``: what each command says, in words and in JSON, and the exit code it ends with."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError
from models import commands_models, registry
from models.classifier import ModelInfo, Prediction

BOOK = """id: tiny
version: 1.0.0
title: Tiny
provenance: reconstructed
source: us
codes:
- {id: beds, label: About beds, definition: What is beds., cues: [beds]}
- {id: falls, label: About falls, definition: What is falls., cues: [falls]}
- {id: pay, label: About pay, definition: What is pay., cues: [pay]}
"""


class ByWord:
    """Stands for a stacked model: it finds each code by its name among the words."""

    codes = ("beds", "falls", "pay")
    cut_offs = np.full(3, 0.5)

    def __init__(self, folder, _codebook, **_):
        self.info = ModelInfo(model_id=folder.name, codebook_id="tiny", codebook_version="1.0.0", card={})

    def predict(self, passages):
        found = np.array([[code in item.text.split() for code in self.codes] for item in passages], dtype=float)
        found = found.reshape(len(passages), 3) * 0.8 + 0.1
        return Prediction(probabilities=found, none_probability=1 - found.max(axis=1), accepted=found >= 0.5)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr("models.stacked_model.StackedModel", ByWord)
    folder = tmp_path / "project"
    (folder / "codebooks").mkdir(parents=True)
    (folder / "careatlas.toml").write_text('[suggest]\ncodebook = "tiny"\n')
    (folder / "codebooks" / "tiny.yaml").write_text(BOOK)
    return folder


@pytest.fixture
def shelf(root, monkeypatch):
    """Return the registry of the project, with nothing shipped."""
    found = registry.ModelRegistry(root / "models", shipped=root / "nothing")
    monkeypatch.setattr(registry, "registry_of", lambda _: found)
    return found


@pytest.fixture
def added(shelf, made_model):
    def add(**facts):
        with shelf.draft() as draft:
            return shelf.add(made_model(draft, **facts))

    return add


@pytest.fixture
def run(root):
    """Return a runner of the group on the project: exit code and output; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=root, quiet=True, verbose=False, log_json=False)

    commands_models.register(app)

    def invoke(*arguments):
        result = CliRunner().invoke(app, ["models", *map(str, arguments)])
        if isinstance(result.exception, CareAtlasError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    return invoke


@pytest.fixture
def label_file(tmp_path):
    """Return a maker of label files: ``label_file(examples, version="1.0.0")``."""

    def write(examples, version="1.0.0"):
        path = tmp_path / "labels.jsonl"
        lines = []
        for at, name in enumerate(examples.ids):
            codes = [code for code, cell in zip(examples.codes, examples.targets[at], strict=True) if cell == 1]
            row = {"id": name, "text": examples.texts[at], "codes": codes or ["none"], "group": examples.groups[at]}
            lines.append(json.dumps({**row, "codebook_version": version}))
        path.write_text("\n".join(lines))
        return path

    return write


def test_an_empty_list_says_how_to_fill_it(run, shelf):
    code, said = run("list")
    assert code == 0
    assert "careatlas train makes one" in said
    assert json.loads(run("list", "--json")[1])["models"] == []


def test_the_list_shows_what_there_is(run, shelf, added):
    entry = added(noise=3.0)
    written = added(noise=1.0, synthetic=True)
    (shelf.root / "junk").mkdir()
    run("promote", entry.model_id)
    lines = {line.split()[0]: line for line in run("list")[1].splitlines()[1:]}
    assert lines[entry.model_id].split()[1:5] == ["production", "tiny", "1.0.0", "120"]
    assert lines[written.model_id].endswith("written passages only")
    assert "  -  " in lines[written.model_id]  # its measures say nothing of real plans
    assert "there is no model" in lines["junk"]
    rows = {row["model_id"]: row for row in json.loads(run("list", "--json")[1])["models"]}
    assert rows[entry.model_id]["aliases"] == ["production"]
    assert 0.5 < rows[entry.model_id]["micro_average_precision"]["value"] < 1
    assert rows[written.model_id]["synthetic"] is True


def test_show_prints_the_card(run, added):
    entry = added()
    code, said = run("show", entry.model_id[:9])
    assert code == 0
    assert said == (entry.folder / "README.md").read_text()


def test_show_gives_everything_as_json(run, added):
    entry = added()
    run("promote", entry.model_id)
    facts = json.loads(run("show", "production", "--json")[1])
    assert facts["model"]["model_id"] == entry.model_id
    assert facts["evaluation"]["data"]["tested_passages"] == 120
    assert [row["event"] for row in facts["history"]] == ["added", "promoted"]
    assert facts["card"].startswith("---\nlicense:")


def test_show_refuses_a_changed_model(run, added):
    entry = added()
    (entry.folder / "README.md").chmod(0o644)
    (entry.folder / "README.md").write_text("Perfect.")
    with pytest.raises(InputError, match="was changed"):
        run("show", entry.model_id)


@pytest.mark.parametrize("command", ["show", "promote", "label-errors", "evaluate"])
def test_what_cannot_be_read_says_why_whatever_is_asked_of_it(run, shelf, label_file, labelled, command):
    (shelf.root / "broken").mkdir(parents=True)
    more = ["--labels", label_file(labelled(rows=1))] if command == "evaluate" else []
    with pytest.raises(InputError, match="there is no model") as caught:
        run(command, "broken", *more)
    assert caught.value.where.endswith("broken/model.json")


def test_a_card_cannot_act_on_the_terminal(run, shelf, made_model, hostile_texts):
    with shelf.draft() as draft:
        entry = shelf.add(made_model(draft, notes=hostile_texts))
    said = run("show", entry.model_id)[1]
    assert "DROP TABLE" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_compare_says_on_what_and_which_is_better(run, added):
    worse, better = added(noise=6.0), added(noise=1.0)
    code, said = run("compare", worse.model_id, better.model_id)
    assert code == 0
    lines = said.splitlines()
    assert lines[0].startswith("on 120 passages from 12 areas or documents (passages that both were tested on")
    assert lines[-1] == f"{better.model_id} is better"
    plain = json.loads(run("compare", better.model_id, worse.model_id, "--json")[1])
    assert plain["verdict"] == f"{better.model_id} is better"
    assert plain["measures"]["micro_average_precision"]["better"] == "first"


def test_compare_on_labels_asks_the_models_only_for_what_they_have_not_seen(run, added, labelled, label_file):
    one, other = added(noise=6.0), added(noise=1.0)
    fresh = label_file(labelled(seed=5, prefix="new"))
    plain = json.loads(run("compare", one.model_id, other.model_id, "--labels", fresh, "--json")[1])
    assert (plain["passages"], plain["verdict"]) == (120, "it cannot be told which is better")  # both are by word
    learned = label_file(labelled())
    plain = json.loads(run("compare", one.model_id, other.model_id, "--labels", learned, "--json")[1])
    assert plain["verdict"] == f"{other.model_id} is better"  # by their held-out scores


def test_models_for_two_versions_are_not_compared(run, added):
    one, other = added(version="1.0.0"), added(version="2.0.0")
    with pytest.raises(UsageError, match=r"is for tiny 1\.0\.0"):
        run("compare", one.model_id, other.model_id)


def test_models_of_written_passages_are_compared_with_a_word_of_caution(run, added):
    one, other = added(noise=1.0, synthetic=True), added(noise=2.0, synthetic=True)
    assert "nothing here speaks of real plans" in run("compare", one.model_id, other.model_id)[1]


def test_promote_refuses_a_worse_one_with_exit_code_1(run, shelf, added):
    good, bad = added(noise=1.0), added(noise=8.0)
    assert run("promote", good.model_id, "--by", "Ann")[0] == 0
    code, said = run("promote", bad.model_id)
    assert code == 1
    assert said.startswith(f"{bad.model_id} is not made production: not shown to be as good as {good.model_id}")
    assert shelf.aliases.current()["production"].by == "Ann"
    code, said = run("promote", bad.model_id, "--json")
    assert (code, json.loads(said)["promoted"]) == (1, False)
    code, _ = run("promote", bad.model_id, "--force", "--why", "a trial")
    assert code == 0
    assert shelf.aliases.current()["production"].why == "a trial"
    with pytest.raises(UsageError, match="needs a reason"):
        run("promote", good.model_id, "--force")


def test_promote_names_the_reviewer_of_the_environment(run, shelf, added, monkeypatch):
    monkeypatch.setenv("CAREATLAS_REVIEWER", "Bo <script>")
    run("promote", added().model_id, "--alias", "candidate")
    assert shelf.aliases.current()["candidate"].by == "Bo <script>"


def test_a_model_of_labels_can_take_the_place_of_one_of_written_passages(run, added, labelled, label_file):
    written = added(noise=1.0, synthetic=True, examples=labelled(seed=3, prefix="seed", origin="seed"))
    real = added(noise=0.1)
    run("promote", written.model_id)
    code, said = run("promote", real.model_id)
    assert code == 1
    assert "tested on no passage in common" in said
    assert "--labels FILE" in said
    code, said = run("promote", real.model_id, "--labels", label_file(labelled()))
    assert (code, "not worse than" in said) == (0, True)


def test_where_two_models_share_no_passage_the_projects_judgements_decide(run, added, labelled, monkeypatch):
    one = added(noise=1.0, examples=labelled(seed=3, prefix="a"))
    other = added(noise=1.0, examples=labelled(seed=4, prefix="b"))
    said = labelled(seed=5, prefix="judged", rows=60)
    monkeypatch.setattr("models.judged_examples.judged_examples", lambda *_: SimpleNamespace(examples=said))
    plain = json.loads(run("compare", one.model_id, other.model_id, "--json")[1])
    assert (plain["basis"], plain["passages"]) == ("the project's judgements", 60)
    assert run("promote", one.model_id)[0] == run("promote", other.model_id)[0] == 0
    nothing = SimpleNamespace(examples=said.subset([]))
    monkeypatch.setattr("models.judged_examples.judged_examples", lambda *_: nothing)
    with pytest.raises(UsageError, match="no passage in common"):
        run("compare", one.model_id, other.model_id)


def test_evaluate_measures_and_warns(run, added, labelled, label_file):
    entry = added()
    both = label_file(replace_groups(labelled(seed=5, prefix="new")))
    code, said = run("evaluate", entry.model_id, "--labels", both)
    assert code == 0
    assert said.startswith(f"{entry.model_id} on 120 passages from 12 areas or documents")
    assert "micro F1" in said
    assert "warning" not in said
    plain = json.loads(run("evaluate", entry.model_id, "--labels", both, "--json")[1])
    assert plain["report"]["totals"]["micro_f1"]["value"] == 1.0
    known = label_file(labelled(seed=5, prefix="new"))
    assert "warning: 120 of 120 passages are of areas" in run("evaluate", entry.model_id, "--labels", known)[1]


def replace_groups(examples):
    return replace(examples, groups=tuple(f"elsewhere {group}" for group in examples.groups))


def test_evaluate_leaves_out_what_was_learned_from_and_refuses_if_nothing_is_left(run, added, labelled, label_file):
    entry = added()
    with pytest.raises(InputError, match="learned from all 120 passages"):
        run("evaluate", entry.model_id, "--labels", label_file(labelled()))


def test_labels_of_another_version_are_refused(run, added, labelled, label_file):
    entry = added()
    path = label_file(labelled(seed=5), version="2.0.0")
    with pytest.raises(InputError, match=r"labelled with version .2\.0\.0. of the codebook"):
        run("evaluate", entry.model_id, "--labels", path)
    with pytest.raises(InputError, match="cannot be read"):
        run("evaluate", entry.model_id, "--labels", path.with_name("nowhere"))


def test_label_errors_are_listed_without_words_where_the_project_has_none(run, added):
    entry = added(noise=5.0)
    code, said = run("label-errors", entry.model_id)
    assert code == 0
    rows = json.loads(run("label-errors", entry.model_id, "--json")[1])
    assert rows
    assert {row["text"] for row in rows} == {None}
    assert said.endswith(f"{len(rows)} labels to read again\n")


def test_label_errors_show_the_passage_of_the_project(made_model, project, synthetic_reading, keep, tmp_path):
    from models.model_rows import doubtful_labels

    item, reading = synthetic_reading
    keep(project.store, item, reading)
    folder = made_model(tmp_path / "model", noise=5.0)
    path = folder / "label_errors.jsonl"
    first = json.loads(path.read_text().splitlines()[0])
    known = {**first, "id": reading.passages[0].passage_id}
    path.write_text(json.dumps(known) + "\n" + json.dumps(first) + "\n")
    assert [row["text"] for row in doubtful_labels(folder, project.root)] == [reading.passages[0].text, None]


def test_the_group_has_fetch_too(run):
    assert "fetch" in run("--help")[1]
