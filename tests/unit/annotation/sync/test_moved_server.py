"""A server that has moved to another address, or that is another one: what is on it is found by titles."""

from __future__ import annotations

from contextlib import suppress

import pytest

from annotation.page_pictures import PagePictures
from annotation.pushing import Pusher, PushOrder
from annotation.server_folder import server_folder


@pytest.fixture
def pushed(work_of):
    """Give work that ann has on the server."""
    work = work_of(coders=("ann",))
    work.push()
    return work


def test_a_server_under_another_address_is_the_same_server(pushed, studio, made):
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    pushed.pull()
    studio.url = "http://127.0.0.1:10"
    pushed.push()
    assert pushed.pull().found_something is False
    assert len(studio.tasks_there) == 12


def test_a_pull_from_another_address_finds_the_projects_by_their_titles(pushed, studio, made):
    studio.answer(pushed.numbers("ann")[0], made.result_of(made.CODE[0]))
    studio.url = "http://127.0.0.1:10"
    report = pushed.pull()
    assert (report.projects, report.kept, report.is_in_trouble) == (1, 1, False)
    assert pushed.pull().found_something is False
    assert pushed.push().coders[0].sent == 0
    assert len(studio.tasks_there) == 12
    studio.calls.clear()
    pushed.pull()
    assert "projects_titled" not in studio.calls


def test_a_pull_leaves_the_taking_in_of_a_project_to_the_push(work_of, studio, fakes, project, monkeypatch):
    # A push that was killed before the page images were attached: the next one must still do it.
    work = work_of(coders=("ann",))
    monkeypatch.setattr("annotation.page_pictures.page_image", lambda *_: (b"picture", "image/webp"))
    monkeypatch.setattr("annotation.page_pictures.make_page_images", lambda *_: "")
    pictures = PagePictures(project, server_folder(project.root))

    def killed(_, name, when):
        if (name, when) == ("attach_files", "before"):
            raise fakes.Killed

    studio.fault = killed
    with suppress(fakes.Killed):
        Pusher(project, studio, PushOrder(), pictures).push()
    studio.fault = lambda *_: None
    assert work.pull().projects == 1
    Pusher(project, studio, PushOrder(), pictures).push()
    assert studio.files == [pictures.folder]


def test_a_server_without_anything_of_the_sample_is_trouble(pushed, studio):
    studio.url = "http://127.0.0.1:10"
    studio.projects_there.clear()
    report = pushed.pull()
    assert (report.projects, report.projects_gone) == (0, [])
    assert report.is_in_trouble
