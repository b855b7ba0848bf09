"""Ray Data as the place where a model works: partitions out, answers back, in their order.

What is mapped is a pure function of a model and of bytes. What travels is bytes that we encode and decode ourselves:
nothing that came with a plan is ever unpickled.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any, Self

from careatlas.errors import CareAtlasError, StageError
from models.classifier import Classifier
from models.model_order import ModelOrder
from models.ray_session import quiet_ray, ray_session, require_ray

Work = Callable[[Classifier, bytes], bytes]

# Payloads that are handed to Ray at a time, per worker: minutes of work, against the seconds in which workers start.
WAVE_BYTES = 16_000_000
# Ray gives the work of a worker that died to another one, again and again: a payload that kills them must end.
MOST_ATTEMPTS = 2
MOST_SAID = 1_000  # characters of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one payload; ``error`` is empty unless the work failed, ``seconds`` is the worker's wall time."""

    payload: bytes
    error: str
    seconds: float


class RayEngine:
    """A Ray that is started, or connected to, once there is work, and let go at the end of the block.

    Parameters
    ----------
    address : str
        Of a running cluster; empty for one of our own on this machine.
    workers : int
        Processes that hold the model, each on one core; 0 for one per core.

    Raises
    ------
    MissingDependencyError
        On entering the block, if Ray is not installed.
    """

    def __init__(self, *, address: str = "", workers: int = 0) -> None:
        self._address = address
        self._workers = workers
        self._stack = ExitStack()
        self._started = 0

    def __enter__(self) -> Self:
        require_ray()
        return self

    def __exit__(self, *_: object) -> None:
        self._started = 0
        self._stack.close()

    def mapped(self, work: Work, payloads: Iterable[bytes], order: ModelOrder) -> Iterator[Answer]:
        """Yield the answer to each payload, in their order; memory holds ``WAVE_BYTES`` of payloads per worker.

        Without a payload, no Ray is started.

        Raises
        ------
        StageError
            If Ray gives up, or a worker cannot open the model.
        """
        remaining = iter(payloads)
        first = next(remaining, None)
        if first is None:
            return
        if not self._started:
            self._started = self._stack.enter_context(ray_session(address=self._address, workers=self._workers))
        from ray.exceptions import RayError  # only now: what Ray is to do is set before it is imported

        try:
            with quiet_ray():
                for wave in _waves(chain([first], remaining), WAVE_BYTES * self._started):
                    yield from _answers(work, wave, order, min(self._started, len(wave)))
        except RayError as error:
            raise StageError(
                f"Ray gave up: {str(error).strip().splitlines()[0]}",
                mend="run the command again: what was kept is not done again; the engine 'local' needs no Ray",
            ) from error


class Attempts:
    """How often each payload was begun; one for all workers."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()

    def begun(self, number: int) -> int:
        """Count one more attempt and return which it is."""
        self._begun[number] += 1
        return self._begun[number]


class Worker:
    """Opens the model once, then does the work on one payload after the other.

    Parameters
    ----------
    work : callable
        ``(Classifier, bytes) -> bytes``.
    order : ModelOrder
        Which model.
    attempts : Callable
        Tells which attempt at a payload this is.
    """

    def __init__(self, work: Work, order: ModelOrder, attempts: Callable[[int], int]) -> None:
        self._work, self._attempts = work, attempts
        self._classifier: Classifier | None = None
        self._problem = ""
        try:
            self._classifier = order.opened()
        except CareAtlasError as error:  # of an exception here, Ray would only say that a process has ended
            self._problem = str(error)

    def __call__(self, batch: Any) -> Any:
        """Answer a table of one row: ``number, payload`` in, ``number, payload, error, problem, seconds`` out."""
        import pyarrow as pa

        (row,) = batch.to_pylist()
        started = time.monotonic()
        payload, error = self._answer(row["number"], row["payload"]) if self._classifier else (b"", "")
        answer = {"number": row["number"], "payload": payload, "error": error, "problem": self._problem}
        return pa.Table.from_pylist([{**answer, "seconds": time.monotonic() - started}])

    def _answer(self, number: int, payload: bytes) -> tuple[bytes, str]:
        assert self._classifier is not None  # noqa: S101
        if self._attempts(number) > MOST_ATTEMPTS:
            return b"", f"the worker process ended {MOST_ATTEMPTS} times while at it"
        try:
            return self._work(self._classifier, payload), ""
        except Exception as error:  # noqa: BLE001  the failure of one payload is its answer, never the end of the run
            return b"", f"{type(error).__name__}: {error}"[:MOST_SAID]


def _answers(work: Work, wave: list[bytes], order: ModelOrder, workers: int) -> Iterator[Answer]:
    import pyarrow as pa

    ray: Any = import_module("ray")
    counted = ray.remote(num_cpus=0)(Attempts).remote()

    def attempts(number: int) -> int:
        return int(ray.get(counted.begun.remote(number)))

    # One block per payload: each is a task of its own.
    blocks = [pa.table({"number": [number], "payload": [payload]}) for number, payload in enumerate(wave)]
    scored = ray.data.from_arrow(blocks).map_batches(
        Worker,
        fn_constructor_args=(work, order, attempts),
        batch_size=1,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=1),
        num_cpus=1,
    )
    scored.context.execution_options.preserve_order = True
    scored.context.enable_progress_bars = False
    number = -1
    for number, row in enumerate(scored.iter_rows()):
        if row["problem"] or row["number"] != number:
            raise StageError(f"a worker cannot open the model: {row['problem']}" if row["problem"] else "Ray lost work")
        yield Answer(payload=row["payload"], error=row["error"], seconds=row["seconds"])
    if number + 1 != len(wave):
        raise StageError("Ray lost work", mend="run the command again")


def _waves(payloads: Iterable[bytes], most_bytes: int) -> Iterator[list[bytes]]:
    wave: list[bytes] = []
    size = 0
    for payload in payloads:
        if wave and size + len(payload) > most_bytes:
            yield wave
            wave, size = [], 0
        wave.append(payload)
        size += len(payload)
    if wave:
        yield wave
