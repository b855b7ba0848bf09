"""Page images for the screen: made once, only for our own server, and no reason not to code where there is none."""

from __future__ import annotations

import pytest

from annotation.page_pictures import NONE_ADDRESS, PagePictures, pictures_for
from annotation.pushing import Pusher, PushOrder
from annotation.server_access import Access, keep_own_server, new_server
from annotation.server_folder import server_folder
from careatlas.errors import CareAtlasError


@pytest.fixture
def drawn(monkeypatch):
    """Let pages be drawn, and give the pages that were."""
    pages: list[tuple[str, int]] = []

    def draw(project, document_id, number, page_count):
        pages.append((document_id, number))
        if number == 2:
            raise CareAtlasError("the page could not be drawn")
        return b"picture", "image/webp"

    monkeypatch.setattr("annotation.page_pictures.page_image", draw)
    monkeypatch.setattr("annotation.page_pictures.make_page_images", lambda *_: "")
    return pages


def file_at(project, address):
    return server_folder(project.root).files / address.partition("?d=")[2]


def test_a_page_is_drawn_once(project, drawn, document_of):
    item = document_of("plan.pdf", page_count=3)
    for _ in range(2):  # a second push
        pictures = PagePictures(project, server_folder(project.root))
        address = pictures.address(item, 1)
        assert address == f"/data/local-files/?d=pages/{item.document_id}/1.webp"
        assert file_at(project, address).read_bytes() == b"picture"
    assert drawn == [(item.document_id, 1)]
    assert pictures.missing == 0


def test_a_document_that_cannot_be_drawn_is_tried_once(project, drawn, document_of):
    item = document_of("plan.pdf", page_count=3)
    pictures = PagePictures(project, server_folder(project.root))
    assert [pictures.address(item, number) for number in (2, 3)] == [None, None]
    assert (drawn, pictures.missing) == ([(item.document_id, 2)], 2)
    assert b"No picture" in file_at(project, NONE_ADDRESS).read_bytes()


def test_the_pages_of_a_document_are_drawn_together_and_only_those_that_are_not_there(
    project, drawn, document_of, monkeypatch
):
    asked: list[tuple[str, list[int]]] = []

    def make(project, document_id, numbers):
        asked.append((document_id, list(numbers)))
        raise CareAtlasError("not in time")  # told of where a page is asked for

    monkeypatch.setattr("annotation.page_pictures.make_page_images", make)
    item, other = document_of("plan.pdf", page_count=9), document_of("other.pdf", page_count=9)
    pictures = PagePictures(project, server_folder(project.root))
    pictures.address(item, 1)
    pictures.draw([(item.document_id, number) for number in (3, 1, 3, 5)] + [(other.document_id, 1)])
    assert asked == [(item.document_id, [3, 5]), (other.document_id, [1])]


def test_only_the_server_that_we_run_sees_our_files(project):
    folder = server_folder(project.root)
    own = new_server("http://127.0.0.1:8080")
    assert pictures_for(project, Access(url=own.url, token="t")) is None
    folder.make()
    keep_own_server(folder, own)
    assert pictures_for(project, Access(url=own.url, token="t")) is not None
    assert pictures_for(project, Access(url="http://127.0.0.1:8081", token="t")) is None


def test_tasks_show_the_page_with_the_place_on_it_or_say_that_there_is_none(work, studio, project, drawn, made):
    pictures = PagePictures(project, server_folder(project.root))
    report = Pusher(project, studio, PushOrder(), pictures).push()
    assert studio.files == [pictures.folder] * 2
    assert report.pages_without_picture == 4  # two passages of the second page, for two coders
    tasks = [studio.tasks_there[number] for number in work.numbers("ann")]
    first, last, blind = tasks[0], tasks[11], tasks[made.BLIND_EVERY - 1]
    assert first["data"]["page"].endswith("/1.webp")
    assert [one["type"] for one in first["predictions"][0]["result"]] == ["choices", "rectanglelabels"]
    assert last["data"]["page"] == NONE_ADDRESS
    assert [one["type"] for one in last["predictions"][0]["result"]] == ["choices"]
    # Only pre-labels of the project's version are shown, so that the box of a blind task goes under it too.
    assert [one["type"] for one in blind["predictions"][0]["result"]] == ["rectanglelabels"]
    assert blind["predictions"][0]["model_version"] == made.MODEL
    assert "<Image" in studio.projects_there[work.project_of("ann")]["label_config"]


def test_a_project_that_was_made_without_pictures_goes_on_without(work, studio, project, drawn):
    work.push()
    studio.tasks_there.clear()
    Pusher(project, studio, PushOrder(check=True), PagePictures(project, server_folder(project.root))).push()
    assert len(studio.tasks_there) == 24
    assert not [task for task in studio.tasks_there.values() if "page" in task["data"]]
    assert drawn == []
