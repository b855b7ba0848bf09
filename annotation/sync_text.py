"""Pushes and pulls in words."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.pull_report import PullReport
from annotation.pushing import CoderPush, PushReport
from annotation.suggestion_push import SuggestionPush


def push_lines(report: PushReport) -> Iterator[str]:
    """Yield what a push did."""
    for one in report.coders:
        yield f"{one.coder}: {one.sent:,} of {one.asked:,} tasks sent now; {one.address or 'no project'}"
        yield from (f"  {line}" for line in _oddities(one))
    if not report.has_pictures:
        yield "no page images: only the server that CareAtlas runs itself can see them"
    elif report.pages_without_picture:
        yield f"{report.pages_without_picture:,} tasks without a page image: the page could not be drawn"


def suggestion_lines(done: list[SuggestionPush]) -> Iterator[str]:
    """Yield what became of suggestions."""
    for one in done:
        yield (
            f"{one.coder}: {one.pre_labels:,} pre-labels of {one.model_id} sent for {one.open_tasks:,} open tasks, "
            f"{one.changed:,} screens changed"
        )


def pull_lines(report: PullReport) -> Iterator[str]:
    """Yield what a pull found."""
    yield (
        f"{report.answers:,} new answers, {report.edits:,} changed ones, {report.judgements:,} judgements added "
        f"({report.seconds:.1f} s)"
    )
    said = {
        "in quarantine: careatlas annotate quarantine": report.quarantined,
        "skipped": report.skipped,
        "deleted on the server: what they said is withdrawn": report.deleted,
        "whose task was taken away on the server: what they said stands": report.task_gone,
        "changed by somebody else, and kept under that name": report.edited_by_others,
        "by somebody else than the coder who was asked": report.mismatches,
    }
    yield from (f"  {count:,} {what}" for what, count in said.items() if count)
    if not report.projects:
        yield "nothing of this sample is on this server: if it is the right one, careatlas annotate push sends it"
    for coder in report.without_account:
        yield f"no account on the server is {coder}'s: answers go under the names of those who give them"
    for coder in report.screens_changed:
        yield f"the labelling screen of {coder} was changed on the server: push --restore-config puts it back"
    for coder in report.projects_gone:
        yield f"{gone_line(coder)}; what {coder} said stands"


def gone_line(coder: str) -> str:
    """Return what there is to say of a coder whose project was taken away."""
    return f"the project of {coder} is not on the server any more: push --check makes it again"


def _oddities(one: CoderPush) -> Iterator[str]:
    if one.project_is_gone:
        yield "the project is not on the server any more: push --check makes it again"
    if one.screen_changed:
        yield "NOTHING SENT: the labelling screen was changed on the server; push --restore-config puts ours back"
    said = {
        "of them had been taken away on the server": one.restored,
        "were taken away on the server: push --check sends them again": one.gone,
        "were there twice, and the second one that nobody had opened was removed": one.removed,
        "are there twice, both opened: they stay, and the later answer counts": one.doubled,
        "on the server are not ours": one.foreign,
        "not sent: a new reading of the plan did not find the passage again": one.lost,
    }
    yield from (f"{count:,} {what}" for what, count in said.items() if count)
