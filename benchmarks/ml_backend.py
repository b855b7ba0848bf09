"""The machine learning backend: how long Label Studio waits for ten pre-labels, at rest and while a model is trained.

A copy of the project is worked in (a demo will do: ``careatlas demo DIR --no-app``); it must have suggestions. The
training is the one that 'Start training' starts, in processes of their own and with low priority.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from annotation.labelling_config import config_hash, labelling_config
from annotation.sample_codebook import sample_codebook
from annotation.sampling import keep_plan, plan_sample
from annotation.sampling_design import DEFAULT_SHARES, SamplingOrder
from careatlas.progress import NoProgress
from careatlas.project import Project, open_project
from careatlas.store import samples

TASKS, READINGS, ROUNDS, SEED = 10, 300, 300, 7


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(options.project, root)
        with open_project(root) as project:
            bodies = _requests(project)
        with _backend(root) as port:
            _measure("at rest", port, bodies, rounds=ROUNDS)
            _asked(port, "POST", "/webhook", b'{"action": "START_TRAINING"}')
            _measure("while a model is trained", port, bodies, until=lambda: not _is_training(port))
            print(json.dumps(_training(port)))
            _measure("at rest again", port, bodies, rounds=ROUNDS)


def _requests(project: Project) -> list[bytes]:
    """Return what the server sends for ten readings, many times over."""
    order = SamplingOrder(
        name="benchmark", size=READINGS, coders=("ada",), shares=DEFAULT_SHARES, double=0.0, seed=SEED
    )
    made = plan_sample(project, order, NoProgress())
    keep_plan(project, made)
    config = labelling_config(sample_codebook(project.root, made.sample), page_image=False)
    with project.store.read() as connection:
        keys = [one.task_key for one in samples.assignments_of(connection, "benchmark")]
    tasks = [{"id": at, "data": {"task_key": key, "config_hash": config_hash(config)}} for at, key in enumerate(keys)]
    rng = np.random.default_rng(SEED)
    chosen = [rng.choice(len(tasks), TASKS, replace=False).tolist() for _ in range(ROUNDS)]
    return [json.dumps({"tasks": [tasks[at] for at in places], "label_config": config}).encode() for places in chosen]


@contextmanager
def _backend(root: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "careatlas", "-p", str(root), "labelstudio", "backend", "--port", "0", "--train"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().split("127.0.0.1:")[1].split()[0])
    finally:
        process.terminate()
        process.communicate()


def _measure(
    name: str, port: int, bodies: list[bytes], *, rounds: int = 0, until: Callable[[], bool] = lambda: False
) -> None:
    seconds: list[float] = []
    labelled = 0
    while not until() and (not rounds or len(seconds) < rounds):
        began = time.perf_counter()
        found = _asked(port, "POST", "/predict", bodies[len(seconds) % len(bodies)])
        seconds.append(time.perf_counter() - began)
        labelled += sum(map(bool, found["results"]))
        time.sleep(0.05)
    median, late = np.quantile(np.array(seconds) * 1_000, [0.5, 0.95])
    share = labelled / (TASKS * len(seconds))
    print(
        f"{name}: {len(seconds)} requests of {TASKS} tasks, median {median:.1f} ms, p95 {late:.1f} ms,"
        f" longest {max(seconds) * 1_000:.0f} ms; {share:.0%} with a pre-label"
    )


def _asked(port: int, method: str, path: str, body: bytes | None = None) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {"Content-Type": "application/json"})  # a new connection, as the server does
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, found
    return found


def _training(port: int) -> Any:
    return _asked(port, "GET", "/health")["training"]


def _is_training(port: int) -> bool:
    state = _training(port)
    return state["phase"] == "running" or state["waiting"]


if __name__ == "__main__":
    main()
