"""Pushes and pulls as they are ordered: with the server that the project uses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext

from annotation.export_leftovers import clear_exports
from annotation.label_studio import LabelStudio
from annotation.labelling_layout import Layout
from annotation.page_pictures import pictures_for
from annotation.pull_report import PullReport
from annotation.pulling import Puller
from annotation.pushing import Pusher, PushOrder, PushReport
from annotation.server_access import access_of
from annotation.suggestion_push import SuggestionPush, push_suggestions
from annotation.watching import Watch, watch, webhooks
from careatlas.errors import UsageError
from careatlas.progress import Progress
from careatlas.project import Project


def pushed(
    project: Project, sample_id: str, progress: Progress, *, check: bool, restore_screen: bool, layout: str
) -> PushReport:
    """Send a sample's readings. Raises UsageError and ServerError as the parts of it do."""
    if layout not in tuple(Layout):
        raise UsageError(f"there is no layout {layout!r}", mend=f"one of: {', '.join(Layout)}")
    access = access_of(project)
    order = PushOrder(sample_id=sample_id, check=check, restore_screen=restore_screen, layout=Layout(layout))
    with closing(LabelStudio(access)) as studio:
        return Pusher(project, studio, order, pictures_for(project, access, progress), progress).push()


def suggestions_pushed(project: Project, sample_id: str) -> list[SuggestionPush]:
    """Send the newest model's suggestions for open tasks. Raises as :func:`pushed` does."""
    access = access_of(project)
    with closing(LabelStudio(access)) as studio:
        return push_suggestions(project, studio, sample_id, pictures_for(project, access))


def pulled(project: Project, sample_id: str) -> PullReport:
    """Bring a sample's answers home. Raises as :func:`pushed` does."""
    access = access_of(project)
    with closing(LabelStudio(access)) as studio:
        report = Puller(project, studio, sample_id).full()
    clear_exports(project, access)
    return report


def watched(
    project: Project, sample_id: str, seconds: float, port: int | None, told: Callable[[PullReport], None]
) -> None:
    """Bring answers home until the process is stopped.

    Parameters
    ----------
    port : int or None
        Where the server is to call; ``None`` for not at all.
    told : callable
        Is given what each pull found.

    Raises
    ------
    UsageError
        If the server is to call and is not on this computer.
    ServerError
        If the server does not let us in any more. One that is away is waited for.
    """
    access = access_of(project)
    if port is not None and not access.is_loopback:
        raise UsageError("the server is not on this computer and cannot call it", mend="leave --webhook-port out")
    how = Watch(seconds=seconds)

    def told_and_cleared(report: PullReport) -> None:
        told(report)
        clear_exports(project, access)

    with closing(LabelStudio(access)) as studio:
        calls = nullcontext() if port is None else webhooks(project, studio, sample_id, how, port)
        with calls:
            watch(Puller(project, studio, sample_id), how, told_and_cleared)
