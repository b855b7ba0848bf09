"""What pushes and pulls cost a real Label Studio server: its processor seconds, against doing the same without us.

Starts a server of its own in a temporary folder (installed once for this user, some minutes), fills it and stops it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotation.coder_project import CoderProject, open_projects
from annotation.label_studio import LabelStudio
from annotation.label_studio_server import PROGRAM, start_server, stop_server
from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_layout import CODES, PASSAGE
from annotation.pulling import OVERLAP, Puller
from annotation.pushing import Pusher, PushOrder
from annotation.server_access import Access, own_server
from annotation.server_call import called
from annotation.server_environment import environment_in
from annotation.server_folder import ServerFolder
from annotation.server_process import running
from annotation.server_task import server_tasks
from careatlas.codebook_file import shipped
from careatlas.document import Document, DocumentOutcome, Page, PageStatus
from careatlas.geometry import Box
from careatlas.identifiers import ModelId, SampleId, document_id, passage_id, sha256_of, task_key
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.project import Project, create_project, open_project
from careatlas.reading import Reading
from careatlas.remote_task import RemoteProject
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import documents, readings, samples, suggestions
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
MODEL = ModelId("benchmark")
CODER = "ann"
PER_PAGE, WORDS = 10, 90
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost: seconds on the clock, and processor seconds of the server and its children."""

    wall: float
    server: float

    def shown(self) -> dict[str, float]:
        """Return it with names."""
        return {"wall, s": round(self.wall, 2), "server, CPU-s": round(self.server, 2)}


class Server:
    """A Label Studio for this benchmark."""

    def __init__(self, folder: ServerFolder) -> None:
        self._folder = folder
        start_server(folder, environment_in(), port=0)
        own, process = own_server(folder), running(folder.process, PROGRAM)
        assert own is not None
        assert process is not None
        self.access = Access(url=own.url, token=own.token)
        self._pid = process.pid

    def cost_of(self, what: Callable[[], Any]) -> tuple[Cost, Any]:
        """Do something, and return what it cost and gave."""
        before, began = self._seconds(), time.monotonic()
        given = what()
        return Cost(time.monotonic() - began, self._seconds() - before), given

    def stop(self) -> None:
        """End it."""
        stop_server(self._folder)

    def _seconds(self) -> float:
        return sum(_own_seconds(pid) for pid in _tree(self._pid))


def _tree(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def _own_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS  # user, system, and those of children that ended


def main() -> None:
    """Start a server, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000)
    parser.add_argument("--answers", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        server = Server(ServerFolder(Path(name) / "labelstudio"))
        try:
            found = _measured(server, Path(name), options)
        finally:
            server.stop()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _measured(server: Server, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    bare, pushed = [], []
    with closing(LabelStudio(server.access)) as studio:
        for number in range(options.rounds + 1):
            count = options.tasks if number else 20  # the first round only warms the server
            with _made(folder / f"project{number}", count) as project:
                # In turn, the one and the other first.
                costs = [
                    (side, side(server, studio, project)) for side in ((_bare, _push) if number % 2 else (_push, _bare))
                ]
                if number:
                    bare += [cost for side, cost in costs if side is _bare]
                    pushed += [cost for side, cost in costs if side is _push]
                if number == options.rounds:
                    reads = _reads(server, studio, project, options)
    ratio = statistics.median(one.server / other.server for one, other in zip(pushed, bare, strict=True))
    return {
        "tasks": options.tasks,
        "answers": options.answers,
        "rounds of imports": options.rounds,
        "bare import": [cost.shown() for cost in bare],
        "push": [cost.shown() for cost in pushed],
        "push / bare import, server CPU, median": round(ratio, 2),
        **reads,
    }


def _reads(server: Server, studio: LabelStudio, project: Project, options: argparse.Namespace) -> dict[str, Any]:
    again, _ = server.cost_of(Pusher(project, studio, PushOrder()).push)
    check, _ = server.cost_of(Pusher(project, studio, PushOrder(check=True)).push)
    with project.store.read() as connection:
        sample = samples.get(connection, "")
    number = open_projects(studio, project.store, sample, [CODER])[CODER].id
    tasks = [task.id for task in studio.tasks(number)][: options.answers]
    answering, _ = server.cost_of(lambda: _answer(server.access, tasks))
    puller = Puller(project, studio)
    pull, report = server.cost_of(puller.full)
    assert report.answers == options.answers, report
    same, report = server.cost_of(puller.full)
    assert not report.found_something
    puller.recent()
    time.sleep(OVERLAP.total_seconds() + 5)  # until the import is not among the latest changes any more
    puller.recent()
    poll, _ = server.cost_of(puller.recent)
    listing, count = server.cost_of(lambda: _listed(server.access, number))
    assert count == options.tasks, count
    return {
        "push with nothing to do": again.shown(),
        "push --check with nothing to do": check.shown(),
        "answers, one by one": answering.shown(),
        "pull of new answers": pull.shown(),
        "pull of the same answers": same.shown(),
        "poll when nothing changed": poll.shown(),
        "tasks.list(fields='all')": listing.shown(),
        "listing / pull of new answers, server CPU": round(listing.server / pull.server, 1),
    }


def _bare(server: Server, studio: LabelStudio, project: Project) -> Cost:
    """Import the tasks that a push sends, in one request and without looking back."""
    with project.store.read() as connection:
        sample = samples.get(connection, "")
        asked = samples.assignments_of(connection, sample.sample_id)
    config = labelling_config(BOOK, page_image=False)
    live = studio.create_project(title=f"bare {project.root.name}", description="", config=config, model_version=MODEL)
    known = RemoteProject(
        server=studio.url,
        sample_id=sample.sample_id,
        coder=CODER,
        project_id=live.id,
        config_hash=config_hash(config),
    )
    there = CoderProject(known=known, live=live)
    made = server_tasks(project.store, there, asked, BOOK, model_id=MODEL, pictures=None)
    tasks = [task for _, task in made]
    cost, numbers = server.cost_of(lambda: studio.import_tasks(live.id, tasks))
    assert len(numbers) == len(asked)
    return cost


def _push(server: Server, studio: LabelStudio, project: Project) -> Cost:
    cost, report = server.cost_of(Pusher(project, studio, PushOrder()).push)
    assert report.coders[0].sent == report.coders[0].asked
    return cost


def _answer(access: Access, tasks: list[int]) -> None:
    value = {"choices": [BOOK.codes[0].id]}
    data = {
        "result": [{"id": CODES, "from_name": CODES, "to_name": PASSAGE, "type": "choices", "value": value}],
        "lead_time": 12.5,
    }
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(
            lambda task: called(access, f"/api/tasks/{task}/annotations/", method="POST", data=data, timeout=120), tasks
        ):
            pass


def _listed(access: Access, project: int) -> int:
    """Read every task with everything that hangs on it, as the client library offers it."""
    from label_studio_sdk import LabelStudio as Client

    client = Client(base_url=access.url, api_key=access.token, timeout=600)
    return sum(1 for _ in client.tasks.list(project=project, fields="all", page_size=500))


@contextmanager
def _made(root: Path, count: int) -> Iterator[Project]:
    """Give a project with so many synthetic passages, a model's suggestions, and a sample of all of them."""
    create_project(root)
    with open_project(root) as project:
        item, reading = _document(root.name, count)
        with project.store.write() as connection:
            documents.add(connection, item, item.name)
            readings.save(connection, item, reading)
            _suggest(connection, item, reading.passages)
            _draw(connection, reading.passages)
        yield project


def _document(name: str, count: int) -> tuple[Document, Reading]:
    chance = random.Random(7)
    sha256 = sha256_of(name.encode())
    item = Document(document_id=document_id(sha256), sha256=sha256, byte_count=1, name=f"{name}.pdf")
    box = Box(x0=50, y0=50, x1=500, y1=90)
    made, at = [], 0
    for number in range(count):
        text = " ".join(f"word{chance.randrange(5_000)}" for _ in range(WORDS))
        page, position = divmod(number, PER_PAGE)
        made.append(
            Passage(
                passage_id=passage_id(sha256, page + 1, position, "b"),
                document_id=item.document_id,
                page=page + 1,
                position=position,
                kind=PassageKind.PARAGRAPH,
                text=text,
                char_start=at,
                char_end=at + len(text),
                heading_path=("Our plan", f"Part {page}"),
                boxes=(box,),
                lines=(LineAnchor(char_start=at, char_end=at + len(text), box=box),),
                evidence="benchmark",
                confidence=1.0,
                ocr=False,
                parser_version="b",
            )
        )
        at += len(text) + 1
    pages = tuple(
        Page(
            document_id=item.document_id,
            number=number + 1,
            width=595,
            height=842,
            rotation=0,
            status=PageStatus.TEXT,
            glyph_count=1,
            tagged_share=1.0,
            text_start=0,
            text_end=at,
        )
        for number in range(-(-count // PER_PAGE))
    )
    text = "\n".join(passage.text for passage in made)
    reading = Reading(outcome=DocumentOutcome.OK, parser_version="b", text=text, pages=pages, passages=tuple(made))
    return item, reading


def _suggest(connection: Any, item: Document, passages: tuple[Passage, ...]) -> None:
    stored = suggestions.StoredModel(
        model_id=MODEL, codebook_id=BOOK.id, codebook_version=BOOK.version, made_at="", card={}
    )
    scores = tuple(
        CodeScore(code=code.id, probability=0.9 if rank == 0 else 0.1, accepted=rank == 0)
        for rank, code in enumerate(BOOK.codes)
    )
    suggestions.keep_model(connection, stored)
    suggestions.replace(
        connection,
        MODEL,
        item.document_id,
        [
            Suggestion(
                passage_id=one.passage_id,
                codebook_id=BOOK.id,
                codebook_version=BOOK.version,
                model_id=MODEL,
                scores=scores,
                none_probability=0.1,
            )
            for one in passages
        ],
    )


def _draw(connection: Any, passages: tuple[Passage, ...]) -> None:
    name = SampleId("benchmark")
    sample = Sample(
        sample_id=name,
        codebook_id=BOOK.id,
        codebook_version=BOOK.version,
        model_id=MODEL,
        seed=0,
        made_at=datetime.now(UTC),
        population=len(passages),
        design={},
    )
    drawn = [
        (SampledPassage(sample_id=name, passage_id=one.passage_id, stratum="", inclusion_probability=1.0), one)
        for one in passages
    ]
    asked = [
        Assignment(
            task_key=task_key(name, one.passage_id, CODER, 0),
            sample_id=name,
            passage_id=one.passage_id,
            coder=CODER,
            blind=number % 8 == 7,
            repeat=0,
            position=number,
        )
        for number, one in enumerate(passages)
    ]
    samples.add(connection, sample, drawn, asked)


if __name__ == "__main__":
    main()
