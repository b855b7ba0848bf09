"""A coder's project is found by its title: one title each, and one that Label Studio takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.coder_project import mark_of, place_of, title_of
from annotation.label_studio import TITLE_LENGTH
from annotation.labelling_layout import Layout
from annotation.page_pictures import PagePictures
from annotation.pushing import Pusher, PushOrder
from annotation.server_folder import server_folder
from annotation.server_replies import ServerProject
from careatlas.sample import Sample

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def sample_of(name: str) -> Sample:
    return Sample(
        sample_id=name,
        codebook_id="b",
        codebook_version="1",
        model_id=None,
        seed=0,
        made_at=MADE,
        population=1,
        design={},
    )


NAMES = st.text(min_size=1, max_size=80)


@given(sample=NAMES, coder=NAMES)
def test_any_name_makes_a_title_that_the_server_takes(sample, coder):
    title = title_of(sample_of(sample), coder)
    assert len(title) in TITLE_LENGTH
    assert title == title.strip()
    assert mark_of(sample_of(sample), coder) in title


@given(one=st.tuples(NAMES, NAMES), other=st.tuples(NAMES, NAMES))
def test_no_two_coders_or_samples_share_a_mark(one, other):
    marks = {mark_of(sample_of(sample), coder) for sample, coder in (one, other)}
    assert len(marks) == len({one, other})


def test_the_same_names_in_another_project_are_another_mark():
    sample = sample_of("first")
    later = replace(sample, made_at=MADE + timedelta(microseconds=1))
    assert mark_of(sample, "ann") != mark_of(later, "ann")


def test_people_know_it_by_its_title():
    assert title_of(sample_of("spring"), "ann").startswith("spring / ann · ")


def test_a_place_is_the_same_whatever_the_project_is_called_and_another_on_another_server():
    live = ServerProject(
        id=3, title="t", description="", label_config="", created_at=MADE, task_number=0, model_version=""
    )
    assert place_of(live) == place_of(replace(live, title="renamed", label_config="<View/>", task_number=9))
    assert place_of(live) != place_of(replace(live, created_at=MADE + timedelta(microseconds=1)))
    assert place_of(live) != place_of(replace(live, id=4))


def test_a_screen_that_was_changed_before_we_knew_the_project_is_not_ours(work_of, studio, fakes):
    work = work_of(coders=("ann",))

    def killed(number, name, when):
        if (name, when) == ("create_project", "after"):
            raise fakes.Killed

    studio.fault = killed
    with pytest.raises(fakes.Killed):
        work.push()
    studio.fault = lambda *_: None
    (there,) = studio.projects_there.values()
    ours, there["label_config"] = there["label_config"], "<View/>"
    assert [one.screen_changed for one in work.push().coders] == [True]
    work.push(restore_screen=True)
    assert there["label_config"] == ours


def test_the_screen_is_put_back_with_its_page(work_of, studio, project, monkeypatch):
    work = work_of(coders=("ann",))
    monkeypatch.setattr("annotation.page_pictures.page_image", lambda *_: (b"picture", "image/webp"))
    monkeypatch.setattr("annotation.page_pictures.make_page_images", lambda *_: "")
    pictures = PagePictures(project, server_folder(project.root))
    Pusher(project, studio, PushOrder(), pictures).push()
    (there,) = studio.projects_there.values()
    ours, there["label_config"] = there["label_config"], "<View/>"
    assert "<Image" in ours
    work.push(restore_screen=True)
    assert there["label_config"] == ours


def test_the_screen_is_put_back_in_the_layout_that_it_had(work_of, studio):
    work = work_of(coders=("ann",))
    work.push(layout=Layout.TAXONOMY)
    number = work.project_of("ann")
    ours = studio.projects_there[number]["label_config"]
    assert "<Taxonomy" in ours
    kinds = {
        result["type"]
        for task in studio.tasks_there.values()
        for one in task["predictions"]
        for result in one["result"]
    }
    assert kinds == {"taxonomy"}
    studio.projects_there[number]["label_config"] = "<View/>"
    work.push(restore_screen=True)
    assert studio.projects_there[number]["label_config"] == ours
