"""The few things that we ask of a Label Studio server. The only module that knows its client library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from annotation.server_access import Access
from annotation.server_error import Aftermath, ServerError
from annotation.server_replies import (
    PROJECT_FIELDS,
    TASK_FIELDS,
    ServerProject,
    ServerTask,
    ServerUser,
    checked,
    number_of,
    project_of,
    task_of,
    user_of,
)

MAX_REPLY_BYTES = 2_000_000_000
TITLE_LENGTH = range(3, 51)  # characters that Label Studio takes
SEQUENTIAL = "Sequential sampling"
_SECONDS = 600.0  # that an import of a thousand tasks may take on a slow machine
_CONNECT_SECONDS = 10.0
_PAGE = 1_000  # tasks of one reply
_IDS = 200  # of one address: servers bound its length
_EXPLAINED = 400  # characters of a server's own words in a message
_TOKEN_MEND = "make a new token in Label Studio (Account & Settings) and set CAREATLAS_LABELSTUDIO__TOKEN"  # noqa: S105


class LabelStudio:
    """A server. Nothing is ever asked twice of its own accord: a repeated import would double tasks.

    Parameters
    ----------
    access : Access
        Its address and the token for it.

    Raises
    ------
    ServerError
        If the token is a personal one that is past its time. Every method raises it, too.
    MissingDependencyError
        If the client library is not installed.
    """

    def __init__(self, access: Access) -> None:
        self.url = access.url
        httpx, sdk = _libraries()
        timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
        http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_keepalive_connections=0),  # one that the server closed meanwhile breaks off
            follow_redirects=False,  # it would turn an import into a question
            trust_env=not access.is_loopback,  # no proxy stands before this computer
        )
        with self._asking("sign in"):
            self._client = sdk.LabelStudio(base_url=access.url, api_key=access.token, max_retries=0, httpx_client=http)
        self._http = http

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def clock(self) -> datetime:
        """Return the time by the server's clock, to the second."""
        with self._asking("ask for the time"):
            said = self._client.versions.with_raw_response.get().headers["date"]
            return parsedate_to_datetime(said).astimezone(UTC)

    # --- people and projects

    def users(self) -> tuple[ServerUser, ...]:
        """Return everybody who has an account."""
        with self._asking("list the people"):
            return tuple(map(user_of, self._client.users.list()))

    def projects(self, ids: Sequence[int]) -> dict[int, ServerProject]:
        """Return those of these projects that are there. One request, and a cheap one."""
        # The first page alone, here and below: the library's pager asks for one page more than there are.
        if not ids:
            return {}
        with self._asking("look at the projects"):
            found = self._client.projects.list(ids=",".join(map(str, ids)), include=PROJECT_FIELDS, page_size=_PAGE)
            return {item.id: item for item in map(project_of, found.items or ())}

    def projects_titled(self, words: str) -> list[ServerProject]:
        """Return the projects with these words in their title, the oldest first."""
        with self._asking("look for a project"):
            found = self._client.projects.list(title=words, include=PROJECT_FIELDS, page_size=_PAGE)
            return sorted(map(project_of, found.items or ()), key=lambda item: item.id)

    def create_project(self, *, title: str, description: str, config: str, model_version: str) -> ServerProject:
        """Make a project in which tasks come in the order of their numbers and pre-labels are shown."""
        with self._asking("make a project"):
            made = self._client.projects.create(
                title=title,
                description=description,
                label_config=config,
                sampling=SEQUENTIAL,
                show_collab_predictions=True,
                enable_empty_annotation=False,
                maximum_annotations=1,
                request_options={"additional_body_parameters": {"model_version": model_version}},
            )
            return project_of(made)

    def delete_empty_project(self, project_id: int) -> None:
        """Take away a project that holds no task, and so no answer."""
        with self._asking("take away an empty project"):
            self._client.projects.delete(project_id)

    def set_config(self, project_id: int, config: str) -> None:
        """Put a labelling screen in place of the one that is there."""
        with self._asking(f"change the screen of project {project_id}"):
            self._client.projects.update(project_id, label_config=config)

    def set_model_version(self, project_id: int, model_version: str) -> None:
        """Say whose pre-labels are shown."""
        with self._asking(f"choose the model of project {project_id}"):
            self._client.projects.update(project_id, model_version=model_version)

    # --- tasks

    def import_tasks(self, project_id: int, tasks: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
        """Add tasks and return their numbers in the same order. The server takes all of them or none."""
        with self._asking(f"send tasks to project {project_id}"):
            reply = self._client.projects.import_tasks(project_id, request=list(tasks), return_task_ids=True)
            numbers = checked(tuple[int, ...], getattr(reply, "task_ids", None))
            if len(numbers) != len(tasks):
                what = f"the server says that it took {len(numbers)} of {len(tasks)} tasks"
                raise ServerError(what, where=self.url, aftermath=Aftermath.UNKNOWN)
            return numbers

    def import_predictions(self, project_id: int, predictions: Sequence[Mapping[str, Any]]) -> int:
        """Add pre-labels to tasks that are there, and return how many."""
        with self._asking(f"send pre-labels to project {project_id}"):
            reply = self._client.projects.import_predictions(project_id, request=list(predictions))
            return checked(int, getattr(reply, "created", None))

    def tasks(self, project_id: int) -> list[ServerTask]:
        """Return every task of a project by its number, whatever comes and goes meanwhile."""
        return [task_of(item) for item in self._listed(project_id, include=TASK_FIELDS)]

    def pre_labelled(self, project_id: int, model_version: str) -> set[int]:
        """Return the numbers of the tasks that have a pre-label of this version."""
        which = ("predictions_model_versions", "contains", "List", [model_version])
        return {number_of(item) for item in self._listed(project_id, which, include="id")}

    def existing(self, project_id: int, task_ids: Sequence[int]) -> set[int]:
        """Return those of these tasks that are still there."""
        found: set[int] = set()
        for start in range(0, len(task_ids), _IDS):
            chosen = {"selectedItems": {"all": False, "included": list(task_ids[start : start + _IDS])}}
            with self._asking(f"look for tasks of project {project_id}"):
                found |= {number_of(item) for item in self._page(project_id, chosen, include="id")}
        return found

    def changed(self, project_id: int, since: datetime) -> dict[int, datetime]:
        """Return the tasks that were changed, answered or lost an answer after ``since`` by the server's clock."""
        # The server knows this one format, with the microseconds.
        said = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        found = self._listed(project_id, ("updated_at", "greater", "Datetime", said), include="id,updated_at")
        return {number_of(item): checked(datetime, getattr(item, "updated_at", None)) for item in found}

    def is_untouched(self, project_id: int, task_id: int) -> bool:
        """Whether nobody has answered a task, skipped it, or begun to."""
        chosen = {"selectedItems": {"all": False, "included": [task_id]}}
        with self._asking(f"look at task {task_id}"):
            # A task that is asked for by itself shows the drafts of the token's owner alone.
            found = self._page(project_id, chosen, include="id,annotations,draft_exists", fields="all")
            begun = [[getattr(task, name, None) for name in ("annotations", "draft_exists")] for task in found]
            return begun == [[[], False]]

    def delete_task(self, task_id: int) -> None:
        """Take a task away, with whatever hangs on it."""
        with self._asking(f"take task {task_id} away"):
            self._client.tasks.delete(str(task_id))

    def change_task(self, task_id: int, data: Mapping[str, Any]) -> None:
        """Put other data in place of a task's."""
        with self._asking(f"change task {task_id}"):
            self._client.tasks.update(str(task_id), data=dict(data))

    # --- answers

    def pre_labels(self, task_id: int) -> list[dict[str, Any]]:
        """Return the pre-labels of a task: of each its ``id``, ``model_version`` and ``result``, all unchecked."""
        with self._asking(f"look at the pre-labels of task {task_id}"):
            names = ("id", "model_version", "result")
            found = self._client.predictions.list(task=task_id)
            return [{name: getattr(item, name, None) for name in names} for item in found]

    def export(self, project_id: int, task_ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Return the tasks that anybody answered or skipped, as the server gives them: nothing in them is checked.

        Parameters
        ----------
        task_ids : sequence of int, optional
            Only these.
        """
        if task_ids is None:
            return self._export(project_id, {})
        found: list[dict[str, Any]] = []
        for start in range(0, len(task_ids), _IDS):
            # The library's own parameter has a name that the server does not know, and then exports everything.
            found += self._export(project_id, {"ids[]": list(task_ids[start : start + _IDS])})
        return found

    def _export(self, project_id: int, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._asking(f"read the answers of project {project_id}"):
            chunks = self._client.projects.exports.download_sync(
                project_id,
                export_type="JSON",
                download_all_tasks=False,
                request_options={"additional_query_parameters": dict(query)},
            )
            tasks = json.loads(_bounded(chunks, self.url))
            if not isinstance(tasks, list):
                raise ValueError("not a list")  # noqa: TRY004 - translated with the others
            return [task for task in tasks if isinstance(task, dict)]

    # --- webhooks and files

    def add_webhook(self, project_id: int, url: str) -> int:
        """Let the server call ``url`` when anything happens in a project; return the number of that order.

        Orders for another port of the same host and path were left by somebody who cannot be called any more.
        """
        with self._asking(f"register a webhook for project {project_id}"):
            for hook in self._client.webhooks.list(project=str(project_id)):
                there = str(getattr(hook, "url", ""))
                if there == url:
                    return number_of(hook)
                if _without_port(there) == _without_port(url):
                    self._client.webhooks.delete(number_of(hook))
            made = self._client.webhooks.create(
                url=url, project=project_id, send_payload=False, send_for_all_actions=True, is_active=True
            )
            return number_of(made)

    def remove_webhook(self, number: int) -> None:
        """Call it off."""
        with self._asking("take a webhook away"):
            self._client.webhooks.delete(number)

    def attach_files(self, project_id: int, folder: Path) -> None:
        """Let a project show the files of a folder below the root that the server was started with."""
        with self._asking(f"attach page images to project {project_id}"):
            storages = self._client.import_storage.local.list(project=project_id)
            if not any(getattr(storage, "path", None) == str(folder) for storage in storages):
                self._client.import_storage.local.create(
                    project=project_id, path=str(folder), title="Page images", use_blob_urls=True
                )

    # --- how it is asked

    def _listed(
        self, project_id: int, which: tuple[str, str, str, Any] | None = None, *, include: str
    ) -> Iterator[Any]:
        """Yield tasks in the order of their numbers: each page asks for what comes after the last one seen."""
        last = 0
        while True:
            items = [_filter("id", "greater", "Number", last), *([_filter(*which)] if which else [])]
            query = {"filters": {"conjunction": "and", "items": items}, "ordering": ["tasks:id"]}
            with self._asking(f"list the tasks of project {project_id}"):
                page = self._page(project_id, query, include=include)
                numbers = [number_of(item) for item in page]
            if not numbers:
                return
            yield from page
            last = max(last + 1, *numbers)

    def _page(self, project_id: int, query: Mapping[str, Any], *, include: str, fields: str = "task_only") -> list[Any]:
        pages = self._client.tasks.list(
            project=project_id,
            page=1,
            page_size=_PAGE,
            fields=fields,
            include=include,
            query=json.dumps(query),
            resolve_uri=False,
        )
        return list(pages.items or ())

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        httpx, sdk = _libraries()
        said = f"could not {what}"
        try:
            yield
        except ServerError:
            raise
        except sdk.core.api_error.ApiError as error:
            raise _refused(said, self.url, error.status_code, error.body) from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            mend = "start it with: careatlas labelstudio start"
            raise _failed(f"{said}: the server cannot be reached", self.url, Aftermath.NOTHING, mend) from error
        except httpx.TimeoutException as error:
            raise _failed(f"{said}: the server does not answer", self.url, Aftermath.PENDING) from error
        except httpx.HTTPError as error:
            raise _failed(f"{said}: the connection broke off", self.url, Aftermath.UNKNOWN) from error
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise _failed(f"{said}: the reply cannot be read", self.url, Aftermath.UNKNOWN) from error


_REFUSALS = {
    401: ("the token is not valid, or its time is over", _TOKEN_MEND),
    403: ("the token's owner may not", "use the token of the person who made the project, or of an administrator"),
    404: ("it is not there, or it is another person's", ""),
    413: ("it is too much at once", ""),
    429: ("the server is too busy", "try again later"),
}
_STILL_AT_IT = (408, 502, 503, 504)  # what stands between us and the server lost patience, not the server


def _libraries() -> tuple[Any, Any]:
    from careatlas.errors import MissingDependencyError

    try:
        import httpx
        import label_studio_sdk
        import label_studio_sdk.core.api_error
    except ImportError as error:
        raise MissingDependencyError(
            "the client of Label Studio is not installed", mend="pip install 'careatlas[labelstudio]'"
        ) from error
    return httpx, label_studio_sdk


def _refused(said: str, url: str, status: int | None, body: Any) -> ServerError:
    if status is None or status < 300:
        return _failed(f"{said}: the reply cannot be read", url, Aftermath.UNKNOWN)
    if status < 400:
        mend = "name the address that it leads to"
        return ServerError(
            f"{said}: the server sends us elsewhere", where=url, mend=mend, aftermath=Aftermath.NOTHING, status=status
        )
    why, mend = _REFUSALS.get(status, (f"the server refused ({status})", ""))
    explained = _explained(body) if status not in (401, 403) else ""
    aftermath = Aftermath.NOTHING if status < 500 else Aftermath.UNKNOWN
    return ServerError(
        f"{said}: {why}{f': {explained}' if explained else ''}",
        where=url,
        mend=mend,
        aftermath=Aftermath.PENDING if status in _STILL_AT_IT else aftermath,
        status=status,
    )


def _failed(what: str, url: str, aftermath: Aftermath, mend: str = "") -> ServerError:
    return ServerError(what, where=url, mend=mend, aftermath=aftermath)


def _explained(body: Any) -> str:
    if not isinstance(body, Mapping):
        return ""  # a page of HTML
    said = body.get("validation_errors") or body.get("detail") or {key: body[key] for key in sorted(body)[:5]}
    text = said if isinstance(said, str) else json.dumps(said, default=str)
    return text if len(text) <= _EXPLAINED else f"{text[: _EXPLAINED - 1]}…"


def _bounded(chunks: Iterable[bytes], url: str) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > MAX_REPLY_BYTES:
            what = f"the server's reply is longer than {MAX_REPLY_BYTES:,} bytes"
            raise ServerError(what, where=url, aftermath=Aftermath.UNKNOWN)
    return bytes(found)


def _without_port(url: str) -> tuple[str | None, str]:
    parts = urlsplit(url)
    return parts.hostname, parts.path


def _filter(column: str, operator: str, kind: str, value: Any) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
