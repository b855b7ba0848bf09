"""``careatlas initiatives``: build them, look at them, say what people say of them, take them along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.run import AgainOption, say_report
from careatlas.commands.session import JsonOption, progress_of, project_of

initiatives_commands = typer.Typer(no_args_is_help=True, help="Initiatives: what is done, where and when.")

_ByOption = Annotated[str, typer.Option("--by", metavar="PERSON", envvar="CAREATLAS_REVIEWER", help="Who says so.")]
_NoteOption = Annotated[str, typer.Option(help="Why.")]
_IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Identifier of the initiative.")]
_AreaOption = Annotated[str, typer.Option(help="Only this area: its code or name.")]
_CodeOption = Annotated[str, typer.Option(help="Only with this code.")]
_StatusOption = Annotated[str, typer.Option(help="Only with this status.")]
_ConfirmedOption = Annotated[bool, typer.Option("--confirmed", help="Only what people confirmed or edited.")]
_RejectedOption = Annotated[bool, typer.Option("--rejected", help="Also what people rejected.")]
_SHOWN = 300  # characters of a passage that are shown; --json has all of them


@initiatives_commands.command()
def build(context: typer.Context, again: AgainOption = False, as_json: JsonOption = False) -> None:
    """Put initiatives together from coded passages; nothing is done where nothing has changed."""
    from careatlas.console import say_json
    from nlp.initiative_building import initiatives_stage

    with project_of(context) as project, progress_of(context) as progress:
        report = initiatives_stage(project, progress, again=again)
    if as_json:
        say_json(report.as_dict())
    else:
        say_report(report)


@initiatives_commands.command("list")
def list_initiatives(
    context: typer.Context,
    area: _AreaOption = "",
    code: _CodeOption = "",
    status: _StatusOption = "",
    confirmed: _ConfirmedOption = False,
    rejected: _RejectedOption = False,
    as_json: JsonOption = False,
) -> None:
    """List initiatives as they stand, by area."""
    from careatlas.console import say, say_json, say_table
    from careatlas.initiative_table import initiative_row

    filters = {"area": area, "code": code, "status": status, "confirmed": confirmed, "rejected": rejected}
    with project_of(context) as project:
        replay = _replay(project)
        found = _chosen(project, replay, filters)
    rows = [initiative_row(one) for one in found]
    if as_json:
        say_json({"initiatives": rows, "vanished": _vanished(replay), "not_applied": _not_applied(replay)})
        return
    header = ("initiative_id", "area_name", "title", "status", "start", "provenance", "evidence_count")
    say_table(header, [[row[name] for name in header] for row in rows])
    say(f"{len(rows):,} initiatives of {len(replay.initiatives):,}")
    for line in (*_vanished(replay), *_not_applied(replay)):
        say(f"  {line}")


@initiatives_commands.command()
def show(context: typer.Context, initiative: _IdArgument, as_json: JsonOption = False) -> None:
    """Show one initiative with its evidence, why each is part of it, and what happened to it."""
    from careatlas.console import say, say_json, say_mapping

    with project_of(context) as project:
        one = _one(_replay(project), initiative)
        tables = _tables(project, [one])
    (row,) = tables.initiatives
    events = [{"event_id": each.event_id, "action": each.action.value, "person": each.person} for each in one.events]
    if as_json:
        say_json({**row, "evidence": tables.evidence, "trace": one.trace, "events": events})
        return
    say_mapping({name: ", ".join(value) if isinstance(value, list) else value for name, value in row.items()})
    for part in tables.evidence:
        say()
        say(f"{part['evidence_id']}  {part['source_name']}, page {part['page']} ({part['said_on']}), {part['status']}")
        say(f"    {part['joined']}; {_who(part)}")
        say(f"    {_boxes(part['boxes'])}")
        say(f"    {part['text'][:_SHOWN]}{'…' if len(part['text']) > _SHOWN else ''}")
    for line in (*one.trace, *(f"event {each['event_id']}: {each['action']} by {each['person']}" for each in events)):
        say(line)


@initiatives_commands.command()
def confirm(
    context: typer.Context, initiative: _IdArgument, by: _ByOption, note: _NoteOption = "", as_json: JsonOption = False
) -> None:
    """Say that an initiative is as it is shown."""
    from careatlas.initiative_reviewing import confirmed

    _act(context, lambda now, when: confirmed(_one(now, initiative), by, when, note=note), as_json)


@initiatives_commands.command()
def reject(
    context: typer.Context, initiative: _IdArgument, by: _ByOption, note: _NoteOption = "", as_json: JsonOption = False
) -> None:
    """Say that this is no initiative."""
    from careatlas.initiative_reviewing import rejected

    _act(context, lambda now, when: rejected(_one(now, initiative), by, when, note=note), as_json)


@initiatives_commands.command()
def edit(
    context: typer.Context,
    initiative: _IdArgument,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="codes and partners: A;B")],
    by: _ByOption,
    note: _NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Correct fields of an initiative."""
    from careatlas.initiative_reviewing import edited

    changes = _fields(fields)
    _act(context, lambda now, when: edited(_one(now, initiative), changes, by, when, note=note), as_json)


@initiatives_commands.command()
def merge(
    context: typer.Context,
    initiative: _IdArgument,
    others: Annotated[list[str], typer.Argument(metavar="OTHER...", help="Initiatives that become part of it.")],
    by: _ByOption,
    across_areas: Annotated[bool, typer.Option("--across-areas", help="They may be of different areas.")] = False,
    note: _NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say that several are one initiative."""
    from careatlas.initiative_reviewing import merged

    def event(now: Any, when: datetime) -> Any:
        rest = [_one(now, name) for name in others]
        return merged(_one(now, initiative), rest, by, when, across_areas=across_areas, note=note)

    _act(context, event, as_json)


@initiatives_commands.command()
def split(
    context: typer.Context,
    initiative: _IdArgument,
    evidence: Annotated[list[str], typer.Argument(metavar="EVIDENCE...", help="What leaves, as show lists it.")],
    by: _ByOption,
    note: _NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say that some of the evidence is of another initiative."""
    from careatlas.identifiers import EvidenceId
    from careatlas.initiative_reviewing import split as split_off

    names = [EvidenceId(name) for name in evidence]
    _act(context, lambda now, when: split_off(_one(now, initiative), names, by, when, note=note), as_json)


@initiatives_commands.command()
def undo(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Identifier of the event, as show lists it.")],
    by: _ByOption,
    note: _NoteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take back what somebody did; taking back an undoing makes the first act stand again."""
    from careatlas.initiative_reviewing import undone

    def made(now: Any, when: datetime) -> Any:
        aim, one = _event(context, event), _holder(now, event)
        return undone(aim, one, by, when, note=note)

    _act(context, made, as_json)


@initiatives_commands.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="FILE.csv, .parquet or .json; a data dictionary is put beside it.")],
    area: _AreaOption = "",
    code: _CodeOption = "",
    status: _StatusOption = "",
    confirmed: _ConfirmedOption = False,
    rejected: _RejectedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write initiatives and their evidence as tables, each evidence with its place on the page."""
    from careatlas.console import say, say_json
    from careatlas.initiative_export import write_initiatives

    filters = {"area": area, "code": code, "status": status, "confirmed": confirmed, "rejected": rejected}
    with project_of(context) as project:
        found = _chosen(project, _replay(project), filters)
        tables = _tables(project, found)
        files = write_initiatives(tables, file, {**_about(project), "filters": filters})
    if as_json:
        say_json({"initiatives": len(found), "evidence": len(tables.evidence), "files": list(map(str, files))})
    else:
        say(f"{len(found):,} initiatives with {len(tables.evidence):,} passages: {', '.join(map(str, files))}")


def _replay(project: Any) -> Any:
    from careatlas.initiatives_now import initiatives_now
    from careatlas.model_in_use import project_codebook

    return initiatives_now(project.store, project_codebook(project))


def _chosen(project: Any, replay: Any, filters: Mapping[str, Any]) -> list[Any]:
    """Return what passes the filters; a filter by what there cannot be is a slip, not an empty answer."""
    from careatlas.areas.area_register import area_register
    from careatlas.errors import UsageError
    from careatlas.initiative import InitiativeStatus
    from careatlas.initiative_table import chosen
    from careatlas.model_in_use import project_codebook

    items = [one.initiative for one in replay.initiatives]
    code, status, area = filters["code"], filters["status"], filters["area"]
    if code and not any(code in one.codes for one in items):
        project_codebook(project).code(code)
    if status and status not in set(InitiativeStatus):
        raise UsageError(f"there is no status {status!r}", mend=f"one of: {', '.join(InitiativeStatus)}")
    is_met = any(area.casefold() in {one.area_code.casefold(), one.area_name.casefold()} for one in items)
    if area and not is_met and not area_register().named(area):
        area_register().get(area.upper() if area_register().has(area.upper()) else area)
    return chosen(replay.initiatives, **filters)


def _who(part: Mapping[str, Any]) -> str:
    if part["people"]:
        return f"judged by {', '.join(part['people'])}"
    if part["basis"] == "judged":
        return "judged by a person"
    return f"suggested by model {part['model_id'] or 'unknown'}, probability {part['probability']:.2f}"


def _boxes(boxes: Sequence[Sequence[float]]) -> str:
    if not boxes:
        return "not in this project any more"
    return "box in points " + "; ".join(" ".join(f"{value:g}" for value in box) for box in boxes)


def _one(replay: Any, name: str) -> Any:
    from careatlas.errors import UsageError

    for one in replay.initiatives:
        if one.initiative.initiative_id == name:
            return one
    gone = next((one for one in replay.vanished if one.initiative_id == name), None)
    why = f": {gone.why}" if gone else ""
    raise UsageError(f"there is no initiative {name!r}{why}", mend="careatlas initiatives list shows those there are")


def _holder(replay: Any, event: str) -> Any:
    return next((one for one in replay.initiatives if any(each.event_id == event for each in one.events)), None)


def _event(context: typer.Context, name: str) -> Any:
    from careatlas.errors import UsageError
    from careatlas.model_in_use import project_codebook
    from careatlas.store import initiative_events

    with project_of(context) as project, project.store.read() as connection:
        events = initiative_events.listed(connection, project_codebook(project).id)
    found = next((one for one in events if one.event_id == name), None)
    if found is None:
        raise UsageError(f"there is no event {name!r}", mend="careatlas initiatives show ID lists what was done")
    return found


def _act(context: typer.Context, made: Callable[[Any, datetime], Any], as_json: bool) -> None:
    """Make an event of what stands now, keep it, and say what stands then."""
    from careatlas.console import say, say_json
    from careatlas.initiative_reviewing import kept
    from careatlas.model_in_use import project_codebook

    with project_of(context) as project:
        event = made(_replay(project), datetime.now(UTC))
        now = kept(project.store, project_codebook(project), event)
    done = {"event_id": event.event_id, "action": event.action.value, "initiative_id": event.initiative_id}
    not_applied = [why for one, why in now.unapplied if one.event_id == event.event_id]
    if as_json:
        say_json({**done, "not_applied": not_applied})
        return
    say(f"{event.action.value}: {event.initiative_id} (event {event.event_id})")
    for why in not_applied:
        say(f"  it changed nothing: {why}")


def _fields(given: list[str]) -> dict[str, Any]:
    from careatlas.errors import UsageError

    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"{one!r} is no FIELD=VALUE", mend="for example: status=in-place")
        is_list = name.strip() in {"codes", "partners"}
        found[name.strip()] = [part.strip() for part in value.split(";") if part.strip()] if is_list else value.strip()
    return found


def _tables(project: Any, items: list[Any]) -> Any:
    from careatlas.initiative_table import initiative_tables
    from careatlas.model_in_use import project_codebook

    with project.store.read() as connection:
        return initiative_tables(connection, items, project_codebook(project), _model(connection, project))


def _model(connection: Any, project: Any) -> Any:
    """Return the model whose suggestions the last build took; another may be in use since."""
    from careatlas.model_in_use import project_codebook
    from careatlas.store import runs, suggestions

    book = project_codebook(project).id
    builds = (row.key for row in runs.listed(connection, stage="initiatives") if row.key.subject == book)
    last = next(builds, None)
    name = last.config.get("model") if last else ""
    return next((one for one in suggestions.models(connection) if one.model_id == name), None)


def _about(project: Any) -> dict[str, Any]:
    from careatlas.model_in_use import project_codebook

    codebook = project_codebook(project)
    with project.store.read() as connection:
        model = _model(connection, project)
    return {"codebook": f"{codebook.id} {codebook.version}", "model": model.model_id if model else ""}


def _vanished(replay: Any) -> list[str]:
    return [f"vanished: {one.initiative_id} {one.title}: {one.why}" for one in replay.vanished]


def _not_applied(replay: Any) -> list[str]:
    return [f"not applied: {event.action.value} by {event.person}: {why}" for event, why in replay.unapplied]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(initiatives_commands, name="initiatives")
