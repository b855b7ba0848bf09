"""The machine learning backend as a real Label Studio uses it: connected, asked, and told to train."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from annotation.label_studio import LabelStudio
from annotation.ml_backend import MlBackend
from annotation.ml_connection import TITLE, connected, known_remote_projects
from annotation.ml_guard import USER, kept_password
from annotation.ml_server import served
from annotation.pulling import Puller
from annotation.pushing import Pusher, PushOrder
from annotation.server_access import Access, register_server
from annotation.server_call import call, called
from annotation.server_folder import server_folder
from careatlas.answer import AnswerState
from careatlas.codebook_file import shipped
from careatlas.errors import StageError
from careatlas.identifiers import Code, ModelId, SampleId, task_key
from careatlas.passage import Passage
from careatlas.project import Project, create_project, open_project
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import answers, remote_tasks, samples, suggestions
from careatlas.suggestion import CodeScore, Suggestion

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
BOOK = shipped("care-home-integration")
SAMPLE = SampleId("spring")
BLIND = (2, 5, 8)
UNSCORED = 11  # the newer model has not read the last one


@dataclass(frozen=True, slots=True)
class Pilot:
    """Twelve readings of one coder on the server: made with an older model, and then came a newer one."""

    project: Project
    access: Access
    passages: tuple[Passage, ...]

    @property
    def number(self) -> int:
        """Of the coder's project on the server."""
        return known_remote_projects(self.project, self.access)[0].project_id

    @property
    def tasks(self) -> list[int]:
        """The server's numbers of the tasks, in the coder's order of work."""
        with self.project.store.read() as connection:
            keys = [one.task_key for one in samples.assignments_of(connection, SAMPLE)]
            rows = remote_tasks.tasks(connection, self.access.url, self.number)
        return [rows[key].remote_id or 0 for key in keys]

    def scored(self, model_id: str, passages: Sequence[Passage], code: str, made_at: str) -> None:
        stored = suggestions.StoredModel(
            model_id=ModelId(model_id), codebook_id=BOOK.id, codebook_version=BOOK.version, made_at=made_at, card={}
        )
        said = [
            Suggestion(
                passage_id=one.passage_id,
                codebook_id=BOOK.id,
                codebook_version=BOOK.version,
                model_id=stored.model_id,
                scores=(CodeScore(code=Code(code), probability=0.9, accepted=True),),
                none_probability=0.1,
            )
            for one in passages
        ]
        with self.project.store.write() as connection:
            suggestions.keep_model(connection, stored)
            suggestions.replace(connection, stored.model_id, passages[0].document_id, said)

    @contextmanager
    def connected(self, url: str, password: str) -> Iterator[None]:
        rows = known_remote_projects(self.project, self.access)
        with connected(self.access, self.project, rows, url, password):
            yield

    def backends(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = called(self.access, f"/api/ml?project={self.number}", timeout=60)
        return found

    def shows(self) -> str:
        found: str = called(self.access, f"/api/projects/{self.number}/", timeout=60)["model_version"]
        return found

    def retrieve(self) -> None:
        """What 'Retrieve predictions' does in the list of tasks."""
        every = {"selectedItems": {"all": True, "excluded": []}}
        path = f"/api/dm/actions?id=retrieve_tasks_predictions&project={self.number}"
        called(self.access, path, method="POST", data=every, timeout=60)

    def predictions(self, model_id: str) -> list[list[list[Any]]]:
        """For each task: the codes of each of its pre-labels of a model."""
        found = []
        for number in self.tasks:
            task = called(self.access, f"/api/tasks/{number}/", timeout=60)
            there = [one for one in task["predictions"] if one["model_version"] == model_id]
            found.append([[code for part in one["result"] for code in part["value"]["choices"]] for one in there])
        return found


@pytest.fixture
def pilot(label_studio: Any, tmp_path: Path, document_of: Any, reading_of: Any, keep: Any) -> Iterator[Pilot]:
    root = create_project(tmp_path / "project").parent
    settings = root / "careatlas.toml"
    settings.write_text(settings.read_text() + 'backbone = "none"\n')  # a training without an encoder: half a minute
    with open_project(root) as project:
        item = document_of(content=str(root))  # shared server: keys of tasks must be ours alone
        texts = [f"Reading {number}: a GP visits the care home every week." for number in range(UNSCORED + 1)]
        reading = reading_of(item, [texts])
        keep(project.store, item, reading)
        made = Pilot(project, label_studio.access, reading.passages)
        made.scored("model-1", made.passages, "discharge", "2024")
        _draw(made)
        with closing(LabelStudio(made.access)) as studio:
            Pusher(project, studio, PushOrder(sample_id=SAMPLE)).push()
        made.scored("model-2", made.passages[:UNSCORED], "primary-care", "2025")
        yield made


def _draw(pilot: Pilot) -> None:
    sample = Sample(
        sample_id=SAMPLE,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=ModelId("model-1"),
        seed=0,
        made_at=datetime.now(UTC),
        population=len(pilot.passages),
        design={},
    )
    drawn = [
        (SampledPassage(sample_id=SAMPLE, passage_id=one.passage_id, stratum="", inclusion_probability=1.0), one)
        for one in pilot.passages
    ]
    asked = [
        Assignment(
            task_key=task_key(SAMPLE, one.passage_id, "ada", 0),
            sample_id=SAMPLE,
            passage_id=one.passage_id,
            coder="ada",
            blind=place in BLIND,
            repeat=0,
            position=place,
        )
        for place, one in enumerate(pilot.passages)
    ]
    with pilot.project.store.write() as connection:
        samples.add(connection, sample, drawn, asked)


def until(holds: Callable[[], bool], seconds: float, found: Callable[[], object] = str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it never came to that: {found()}"
        time.sleep(0.1)


# --- asked by the server


def test_a_task_that_is_opened_shows_what_the_newest_model_says(pilot: Pilot) -> None:
    before = called(pilot.access, f"/api/projects/{pilot.number}/next", timeout=60)
    assert [one["model_version"] for one in before["predictions"]] == ["model-1"]
    with served(MlBackend(pilot.project), "127.0.0.1", 0, "secret") as url, pilot.connected(url, "secret"):
        opened = called(pilot.access, f"/api/projects/{pilot.number}/next", timeout=60)
        assert opened["id"] == before["id"]
        (shown,) = opened["predictions"]
        assert (shown["model_version"], shown["result"][0]["value"]) == ("model-2", {"choices": ["primary-care"]})
    after = called(pilot.access, f"/api/projects/{pilot.number}/next", timeout=60)
    assert [one["model_version"] for one in after["predictions"]] == ["model-1"]


def test_an_answer_keeps_the_model_whose_codes_were_ticked(pilot: Pilot) -> None:
    with served(MlBackend(pilot.project), "127.0.0.1", 0, "secret") as url, pilot.connected(url, "secret"):
        opened = called(pilot.access, f"/api/projects/{pilot.number}/next", timeout=60)
        (shown,) = opened["predictions"]
        answer = {"result": shown["result"], "parent_prediction": shown["id"]}  # as the screen submits it
        called(pilot.access, f"/api/tasks/{opened['id']}/annotations/", method="POST", data=answer, timeout=60)
    with closing(LabelStudio(pilot.access)) as studio:
        Puller(pilot.project, studio, SAMPLE).full()
    with pilot.project.store.read() as connection:
        (kept,) = answers.listed(connection)
    assert (kept.state, kept.shown_model_id) == (AnswerState.KEPT, "model-2")


def test_blind_readings_stay_blind(pilot: Pilot) -> None:
    for place in BLIND:  # somebody makes them look like others
        path = f"/api/tasks/{pilot.tasks[place]}/"
        data = called(pilot.access, path, timeout=60)["data"]
        data |= {"passage_id": pilot.passages[0].passage_id, "model_id": "model-2", "blind": False}
        called(pilot.access, path, method="PATCH", data={"data": data}, timeout=60)
    backend = MlBackend(pilot.project)
    with served(backend, "127.0.0.1", 0, "secret") as url, pilot.connected(url, "secret"):
        pilot.retrieve()
        found = pilot.predictions("model-2")
        assert [found[place] for place in BLIND] == [[]] * len(BLIND)
        assert found[UNSCORED] == []
        others = [one for place, one in enumerate(found) if place not in (*BLIND, UNSCORED)]
        assert others == [[["primary-care"]]] * (len(pilot.passages) - len(BLIND) - 1)
        pilot.retrieve()  # what is there is not asked for again
        assert pilot.predictions("model-2") == found
    assert backend.facts()["tasks"]["with a suggestion"] == len(others)


def test_it_is_registered_once_and_with_its_password(pilot: Pilot) -> None:
    for password in ("first", "second"):
        with served(MlBackend(pilot.project), "127.0.0.1", 0, password) as url, pilot.connected(url, password):
            (known,) = pilot.backends()
            assert (known["url"], known["title"], known["readable_state"]) == (url, TITLE, "Connected")
            assert (known["model_version"], known["auth_method"]) == ("model-2", "BASIC_AUTH")
            assert pilot.shows() == TITLE
    assert pilot.shows() == "model-1"


def test_with_another_password_it_is_not_registered(pilot: Pilot) -> None:
    with (
        served(MlBackend(pilot.project), "127.0.0.1", 0, "secret") as url,
        pytest.raises(StageError, match="authentication parameters") as caught,
        pilot.connected(url, "another"),
    ):
        pass
    assert "another" not in str(caught.value)
    assert pilot.shows() == "model-1"


def test_a_screen_that_somebody_changed_blocks_nobody(pilot: Pilot) -> None:
    # The server refuses a pre-label that the screen has no place for, and the coder's task with it.
    config = (
        '<View><Text name="passage" value="$passage"/><Choices name="codes" toName="passage">'
        '<Choice value="other"/></Choices></View>'
    )
    called(pilot.access, f"/api/projects/{pilot.number}/", method="PATCH", data={"label_config": config}, timeout=60)
    backend = MlBackend(pilot.project)
    with served(backend, "127.0.0.1", 0, "secret") as url, pilot.connected(url, "secret"):
        assert called(pilot.access, f"/api/projects/{pilot.number}/next", timeout=60)["predictions"] == []
    assert backend.facts()["tasks"]["on a screen that it was not made for"] > 0


# --- as a program, with a training


class Program:
    """``careatlas labelstudio backend`` as a process of its own."""

    def __init__(self, pilot: Pilot, *options: str) -> None:
        register_server(server_folder(pilot.project.root), pilot.access, keep_token=True)
        command = [sys.executable, "-m", "careatlas", "-p", str(pilot.project.root), "labelstudio", "backend"]
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("CAREATLAS_")}
        self.process = subprocess.Popen(
            [*command, "--port", "0", *options],
            cwd="/",
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = [self.process.stdout.readline() for _ in range(2)]  # its address, and what is connected
        found = [word for word in self.said[0].split() if word.startswith("http://")]
        if not all(self.said) or not found:
            self.process.kill()
            pytest.fail(self.process.communicate()[1])
        (self.url,) = found
        self.password = kept_password(server_folder(pilot.project.root))

    def asked(self, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode())
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def training(self) -> dict[str, Any]:
        found: dict[str, Any] = self.asked("/health")["training"]
        return found

    def end(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def program(pilot: Pilot) -> Iterator[Program]:
    made = Program(pilot, "--connect", "--train")
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


def request_for(pilot: Pilot, places: Sequence[int]) -> dict[str, Any]:
    """What the server sends to have these tasks pre-labelled."""
    config = called(pilot.access, f"/api/projects/{pilot.number}/", timeout=60)["label_config"]
    tasks = [called(pilot.access, f"/api/tasks/{pilot.tasks[place]}/", timeout=60) for place in places]
    return {"tasks": tasks, "label_config": config, "project": f"{pilot.number}.1"}


def start_training(pilot: Pilot) -> None:
    """What 'Start training' does in the project's settings."""
    (known,) = pilot.backends()
    assert call(pilot.access, f"/api/ml/{known['id']}/train", method="POST", data={}, timeout=60).status == 200


def descendants(pid: int) -> set[int]:
    children = {int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()}
    return children.union(*map(descendants, children))


def test_a_training_runs_beside_the_work_and_its_model_is_used(pilot: Pilot, program: Program) -> None:
    assert "project" in program.said[1]
    asked = request_for(pilot, range(10))
    start_training(pilot)
    until(lambda: program.training()["step"] == "train", 60, program.training)
    start_training(pilot)
    answered = 0
    while (state := program.training())["phase"] == "running":
        results = program.asked("/predict", asked)["results"]
        assert [len(results), *(results[place] for place in BLIND)] == [10, *([] for _ in BLIND)]
        if state["step"] == "train":
            assert sum(map(bool, results)) == 10 - len(BLIND)
        answered += 1
        time.sleep(0.2)
    assert answered > 10
    assert (state["phase"], state["step"], state["in_use"]) == ("finished", "suggest", True), state
    assert state["waiting"]  # the second one, which must keep its distance
    with pilot.project.store.read() as connection:
        assert suggestions.models(connection)[0].model_id == state["model_id"]
    assert program.asked("/setup", {})["model_version"] == state["model_id"]
    code, _, err = program.end()
    assert code == 0
    assert pilot.access.token not in err
    assert pilot.access.token not in (server_folder(pilot.project.root).root / "training.log").read_text()
    assert pilot.shows() == "model-1"


def test_a_training_ends_with_the_program(pilot: Pilot, program: Program) -> None:
    start_training(pilot)
    until(lambda: program.training()["step"] == "train", 60, program.training)
    until(lambda: bool(descendants(program.process.pid)), 10)
    started = descendants(program.process.pid)
    assert program.end()[0] == 0
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_without_train_nobody_can_start_one(pilot: Pilot) -> None:
    made = Program(pilot, "--connect")
    try:
        start_training(pilot)  # the server says yes to its own person, whatever we say
        assert made.training() is None
        assert not (server_folder(pilot.project.root).root / "training.log").exists()
    finally:
        made.end()
