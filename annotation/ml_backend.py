"""The machine learning backend: the few addresses that a Label Studio server asks, and one for people.

The protocol is that of Label Studio 1.23.2 (``label_studio/ml/api_connector.py``): ``GET /health``, ``POST /setup``,
``POST /predict``, and ``POST /webhook`` for training.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from annotation.ml_guard import Guard, bounded_body
from annotation.ml_predictions import Outcome, StoredPredictions
from annotation.retraining import Retraining
from careatlas.errors import CareAtlasError
from careatlas.plain_text import for_terminal
from careatlas.project import Project

START_TRAINING = "START_TRAINING"
MOST_TASKS = 10_000  # of one request
_NO_TRAINING = "training from here is switched off: start the backend with --train"

_log = logging.getLogger("careatlas")


class _Predict(msgspec.Struct):
    tasks: list[Any]
    label_config: str = ""


class _Webhook(msgspec.Struct):
    action: str = ""


class MlBackend:
    """Answers from the store, and starts a training if it was given one to start.

    Parameters
    ----------
    project : Project
        Open for as long as this is used.
    retraining : Retraining or None
        ``None`` where Label Studio's people may not start a training.
    """

    def __init__(self, project: Project, retraining: Retraining | None = None) -> None:
        self._project, self._retraining = project, retraining
        self._stored = StoredPredictions(project)
        self._asked: Counter[Outcome] = Counter()
        self._counting = threading.Lock()

    def application(self, *, names: frozenset[str] | None, password: str = "") -> Starlette:
        """Return the web application. Parameters as those of :class:`annotation.ml_guard.Guard`."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/health", self._health),
                Route("/setup", self._setup, methods=["POST"]),
                Route("/predict", self._predict, methods=["POST"]),
                Route("/webhook", self._webhook, methods=["POST"]),
            ],
            middleware=[Middleware(Guard, names=names, password=password)],
            exception_handlers={HTTPException: _said, CareAtlasError: _failed},
        )

    def facts(self) -> dict[str, Any]:
        """Return how the backend stands, as plain data."""
        with self._counting:
            asked = {outcome.value: self._asked[outcome] for outcome in Outcome}
        return {
            "status": "UP",
            "model_class": "CareAtlas",
            "model_version": self._stored.model_version(),
            "tasks": asked,
            "training": self._retraining.state.as_dict() if self._retraining else None,
        }

    async def _page(self, request: Request) -> Response:
        del request
        facts = await run_in_threadpool(self.facts)
        return PlainTextResponse("\n".join(map(for_terminal, _lines(self._project.settings.name, facts))) + "\n")

    async def _health(self, request: Request) -> Response:
        del request
        return JSONResponse(await run_in_threadpool(self.facts))

    async def _setup(self, request: Request) -> Response:
        # The body holds the access token of the project's owner, which we neither need nor want: nothing of it is read.
        await bounded_body(request)
        return JSONResponse({"model_version": await run_in_threadpool(self._stored.model_version)})

    async def _predict(self, request: Request) -> Response:
        asked = _decoded(await bounded_body(request), _Predict)
        if len(asked.tasks) > MOST_TASKS:
            raise HTTPException(413, f"more than {MOST_TASKS:,} tasks at once")
        found = await run_in_threadpool(self._stored.answer, asked.tasks, asked.label_config)
        with self._counting:
            self._asked.update(found.outcomes)
        return JSONResponse({"results": found.results})

    async def _webhook(self, request: Request) -> Response:
        asked = _decoded(await bounded_body(request), _Webhook)
        if asked.action != START_TRAINING:
            return JSONResponse({"ignored": True})
        if self._retraining is None:
            raise HTTPException(403, _NO_TRAINING)
        return JSONResponse({"training": self._retraining.ask().as_dict()})


def _decoded(body: bytes, kind: Callable[..., Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise HTTPException(400, "the request is not what Label Studio sends") from None


def _lines(name: str, facts: dict[str, Any]) -> list[str]:
    training = facts["training"]
    lines = [
        f"CareAtlas, machine learning backend for Label Studio: {name}",
        "Pre-labels come from what the newest model said when it read the documents.",
        "",
        f"model: {facts['model_version']}",
        *(f"tasks {outcome}: {count:,}" for outcome, count in facts["tasks"].items()),
        "",
    ]
    if training is None:
        return [*lines, _NO_TRAINING]
    return [*lines, *(f"training, {key.replace('_', ' ')}: {value}" for key, value in training.items() if value != "")]


async def _said(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    _log.warning("%s cannot be answered: %s", request.url.path, error)
    return JSONResponse({"error": "the project's store does not answer; the backend's log says more"}, 503)
