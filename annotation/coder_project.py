"""The project of one coder for one sample on the server: found again, or made, never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from annotation.label_studio import TITLE_LENGTH, LabelStudio
from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_layout import Layout
from annotation.labelling_task import PLACE_VERSION
from annotation.page_pictures import PagePictures
from annotation.server_replies import ServerProject
from careatlas.codebook import Codebook
from careatlas.identifiers import event_id
from careatlas.remote_task import RemoteProject
from careatlas.sample import Sample
from careatlas.store import remote_tasks
from careatlas.store.engine import Store

_MARK = 8  # characters: one chance in 10**12 that two projects have the same


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderProject:
    """A coder's project as we know it and as it is on the server now."""

    known: RemoteProject
    live: ServerProject

    @property
    def coder(self) -> str:
        """Whose work it is."""
        return self.known.coder

    @property
    def id(self) -> int:
        """Its number on the server."""
        return self.known.project_id

    @property
    def has_our_screen(self) -> bool:
        """Whether the labelling screen is the one that we put there."""
        return config_hash(self.live.label_config) == self.known.config_hash

    @property
    def layout(self) -> Layout:
        """How the codes stand on its screen."""
        return Layout.TAXONOMY if "<Taxonomy" in self.live.label_config else Layout.GRID

    @property
    def has_pictures(self) -> bool:
        """Whether its tasks must bring a page image."""
        return "<Image" in self.live.label_config

    @property
    def place(self) -> str:
        """What names the project wherever its server is moved to, and whatever it is called there."""
        return place_of(self.live)


def place_of(live: ServerProject) -> str:
    """Return what names a project for good: two servers number alike, but not at the same microsecond."""
    return f"project {live.id} made {live.created_at.isoformat(timespec='microseconds')}"


def mark_of(sample: Sample, coder: str) -> str:
    """Return what is found in the title of a coder's project and of no other."""
    made = sample.made_at.isoformat(timespec="microseconds")
    return event_id("labelstudio-project", sample.sample_id, coder, made)[1 : 1 + _MARK]


def title_of(sample: Sample, coder: str) -> str:
    """Return a title that people know it by, as long as Label Studio takes it."""
    mark = mark_of(sample, coder)
    name = " ".join(f"{sample.sample_id} / {coder}".split())
    return f"{name[: TITLE_LENGTH.stop - 1 - len(mark) - 3]} · {mark}"


def known_projects(store: Store, server: str, sample: Sample) -> dict[str, RemoteProject]:
    """Return the projects that were made or found for a sample before, by coder."""
    with store.read() as connection:
        return {row.coder: row for row in remote_tasks.projects(connection, server, sample.sample_id)}


def open_projects(studio: LabelStudio, store: Store, sample: Sample, coders: Iterable[str]) -> dict[str, CoderProject]:
    """Return the projects that we know of and that are still there, by coder. One request for all of them."""
    rows = known_projects(store, studio.url, sample)
    live = studio.projects([row.project_id for row in rows.values()])
    found = {}
    for coder in coders:
        row = rows.get(coder)
        there = live.get(row.project_id) if row else None
        if row and there and _is_marked(there, sample, coder):
            found[coder] = CoderProject(known=row, live=there)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a project is made of.

    Attributes
    ----------
    pictures : PagePictures or None
        Where page images come from; ``None`` for a screen without them.
    """

    sample: Sample
    coder: str
    codebook: Codebook
    layout: Layout = Layout.AUTO
    pictures: PagePictures | None = None


def found_project(studio: LabelStudio, store: Store, new: NewProject) -> CoderProject | None:
    """Return a coder's project of which nothing is known, found by its title, ``None`` if there is none."""
    there = _titled(studio, new)
    for twin in there[1:]:
        if not twin.task_number:
            studio.delete_empty_project(twin.id)
    return _taken_in(studio, store, new, _recognised(studio, new, there[0])) if there else None


def titled_project(studio: LabelStudio, new: NewProject) -> CoderProject | None:
    """Return what :func:`found_project` does, for those who only read: nothing is written down, here or there."""
    there = _titled(studio, new)
    return _recognised(studio, new, there[0]) if there else None


def made_project(studio: LabelStudio, store: Store, new: NewProject) -> CoderProject:
    """Make a coder's project. What breaks off in between leaves one that is found by its title the next time."""
    mark = mark_of(new.sample, new.coder)
    live = studio.create_project(
        title=title_of(new.sample, new.coder),
        description=f"CareAtlas: {mark}. Tasks and screen come from the project's store: change neither here.",
        config=_screen(new),
        model_version=new.sample.model_id or PLACE_VERSION,
    )
    # A busy Label Studio on SQLite begins a request anew that met a lock, and makes a second project: look how many.
    return found_project(studio, store, new) or _taken_in(studio, store, new, _recognised(studio, new, live))


def _titled(studio: LabelStudio, new: NewProject) -> list[ServerProject]:
    """Return the projects with a coder's mark, the oldest first."""
    mark = mark_of(new.sample, new.coder)
    return [one for one in studio.projects_titled(mark) if _is_marked(one, new.sample, new.coder)]


def _taken_in(studio: LabelStudio, store: Store, new: NewProject, project: CoderProject) -> CoderProject:
    if new.pictures is not None:
        studio.attach_files(project.id, new.pictures.folder)
    with store.write() as connection:
        remote_tasks.keep_project(connection, project.known)
    return project


def _recognised(studio: LabelStudio, new: NewProject, live: ServerProject) -> CoderProject:
    screens = [config_hash(screen) for screen in _screens(new.codebook)]
    there = config_hash(live.label_config)
    # A screen that is none of ours was changed before we came to know the project.
    ours = there if there in screens else config_hash(_screen(new))
    known = RemoteProject(
        server=studio.url,
        sample_id=new.sample.sample_id,
        coder=new.coder,
        project_id=live.id,
        config_hash=ours,
    )
    return CoderProject(known=known, live=live)


def screen_restored(studio: LabelStudio, store: Store, project: CoderProject, codebook: Codebook) -> CoderProject:
    """Put our labelling screen back in place of the one that somebody changed, and return the project with it."""
    config = next(
        (screen for screen in _screens(codebook) if config_hash(screen) == project.known.config_hash),
        labelling_config(codebook, layout=project.layout, page_image=project.has_pictures),
    )
    studio.set_config(project.id, config)
    live = studio.projects([project.id])[project.id]
    known = RemoteProject(
        server=project.known.server,
        sample_id=project.known.sample_id,
        coder=project.coder,
        project_id=project.id,
        config_hash=config_hash(live.label_config),
    )
    with store.write() as connection:
        remote_tasks.keep_project(connection, known)
    return CoderProject(known=known, live=live)


def _screens(codebook: Codebook) -> list[str]:
    """Return every screen that we make of a codebook."""
    layouts = (Layout.GRID, Layout.TAXONOMY)
    return [labelling_config(codebook, layout=one, page_image=page) for one in layouts for page in (True, False)]


def _screen(new: NewProject) -> str:
    return labelling_config(new.codebook, layout=new.layout, page_image=new.pictures is not None)


def _is_marked(live: ServerProject, sample: Sample, coder: str) -> bool:
    mark = mark_of(sample, coder)
    return mark in live.title or mark in live.description
