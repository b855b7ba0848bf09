"""A thousand tasks to a real Label Studio, two coders who answer them, and all that they said in the store."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections import Counter
from contextlib import closing

import pytest

from annotation.coder_project import title_of
from annotation.label_studio import LabelStudio
from annotation.page_pictures import NONE_ADDRESS, pictures_for
from annotation.pulling import Puller
from annotation.pushing import Pusher, PushOrder
from annotation.server_access import Access, keep_own_server
from annotation.server_folder import ServerFolder, server_folder
from annotation.suggestion_push import push_suggestions
from annotation.watching import Watch, watch, webhooks
from careatlas.judgement import Origin, Verdict

pytestmark = pytest.mark.integration

PASSAGES = 500  # that both coders read: 1,000 tasks
ANN, BOB = "ann@example.org", "bob@example.org"


def test_a_thousand_tasks_there_and_back(label_studio, work_of, coders, made):
    work = work_of(label_studio.access, PASSAGES, ("ann", "bob"))
    report = work.push()
    assert [(one.asked, one.sent) for one in report.coders] == [(PASSAGES, PASSAGES)] * 2
    assert work.on_server("ann") == work.keys("ann")
    assert work.on_server("bob") == work.keys("bob")
    assert [one.sent for one in work.push().coders] == [0, 0]

    said = {ANN: made.CODE[0], BOB: made.CODE[1]}  # ann always agrees with the model, bob never
    names = {ANN: "ann", BOB: "bob"}
    coders.answer_all(
        [(email, number, made.result_of(code)) for email, code in said.items() for number in work.numbers(names[email])]
    )
    pulled = work.pull()
    assert (pulled.answers, pulled.kept, pulled.mismatches, pulled.edited_by_others) == (
        2 * PASSAGES,
        2 * PASSAGES,
        0,
        0,
    )
    assert not pulled.is_in_trouble
    assert pulled.judgements == 2 * PASSAGES * len(made.CODE)

    rows = work.judgements()
    assert len(rows) == len({row.judgement_id for row in rows}) == 2 * PASSAGES * len(made.CODE)
    assert Counter((row.person, row.code, row.verdict) for row in rows if row.verdict is not Verdict.ABSENT) == {
        ("ann", made.CODE[0], Verdict.PRESENT): PASSAGES,
        ("bob", made.CODE[1], Verdict.PRESENT): PASSAGES,
    }
    assert {(row.drawn_by, row.inclusion_probability, row.seconds) for row in rows} == {
        (made.SAMPLE, made.CHANCE, 12.5)
    }
    blind = PASSAGES // made.BLIND_EVERY
    shown = PASSAGES - blind
    first = Counter((row.person, row.origin, row.shown_probability) for row in rows if row.code == made.CODE[0])
    assert first == {
        ("ann", Origin.ACCEPTED, 0.9): shown,
        ("bob", Origin.CHANGED, 0.9): shown,
        ("ann", Origin.MANUAL, None): blind,
        ("bob", Origin.MANUAL, None): blind,
    }
    assert {row.shown_model_id for row in rows} == {made.MODEL, None}
    kept = work.answers()
    assert len({one.answer_id for one in kept}) == 2 * PASSAGES
    assert Counter(one.shown_model_id for one in kept) == {made.MODEL: 2 * shown, None: 2 * blind}
    again = work.pull()
    assert (again.found_something, len(work.answers())) == (False, 2 * PASSAGES)


def test_a_newer_models_suggestions_reach_open_tasks(label_studio, work_of, coders, made, document_of):
    work = work_of(label_studio.access, 10)
    work.push()
    numbers = work.numbers("ann")
    coders.answer(ANN, numbers[0], made.result_of(made.CODE[0]))
    item = document_of(f"{work.project.root}.pdf", title="A synthetic plan", page_count=2)
    made.suggest(work.project, item, work.passages, made.NEWER)
    with closing(LabelStudio(label_studio.access)) as studio:
        (done,) = push_suggestions(work.project, studio, made.SAMPLE)
        assert (done.open_tasks, done.pre_labels, done.changed) == (9, 8, 8)
        (done,) = push_suggestions(work.project, studio, made.SAMPLE)
        assert (done.open_tasks, done.pre_labels, done.changed) == (9, 0, 0)
        live = studio.projects([work.project_of("ann")])[work.project_of("ann")]
        assert live.model_version == made.NEWER
        models = [task.model_id for task in studio.tasks(live.id)]
    assert models == [made.MODEL, *[made.NEWER] * 6, "", *[made.NEWER] * 2]
    coders.answer(ANN, numbers[1], made.result_of(made.CODE[-1]))
    work.pull()
    assert [one.shown_model_id for one in work.answers()] == [made.MODEL, made.NEWER]


def test_names_that_are_more_than_names(label_studio, work_of, hostile_texts):
    work = work_of(label_studio.access, 2, hostile_texts)
    assert [one.sent for one in work.push().coders] == [2] * len(hostile_texts)
    assert [one.sent for one in work.push().coders] == [0] * len(hostile_texts)
    with closing(LabelStudio(label_studio.access)) as studio:
        numbers = [work.project_of(coder) for coder in hostile_texts]
        assert len(set(numbers)) == len(hostile_texts)
        titles = {number: one.title for number, one in studio.projects(numbers).items()}
    assert titles == {work.project_of(coder): title_of(work.sample, coder) for coder in hostile_texts}


def test_our_own_server_shows_the_pages(label_studio, work_of, monkeypatch):
    # The server's files are beside its data, as with "labelstudio start"; the project is told that it is its own.
    work = work_of(label_studio.access, 3)
    folder = ServerFolder(label_studio.home)
    server_folder(work.project.root).make()
    keep_own_server(server_folder(work.project.root), label_studio.known)
    monkeypatch.setattr("annotation.page_pictures.server_folder", lambda _: folder)
    monkeypatch.setattr("annotation.page_pictures.make_page_images", lambda *_: "")
    monkeypatch.setattr("annotation.page_pictures.page_image", lambda *_: (b"RIFF....WEBPVP8 ", "image/webp"))
    pictures = pictures_for(work.project, label_studio.access)
    with closing(LabelStudio(label_studio.access)) as studio:
        report = Pusher(work.project, studio, PushOrder(), pictures).push()
        assert report.has_pictures
        tasks = studio._page(work.project_of("ann"), {}, include="id,data")
    page = tasks[0].data["page"]
    assert _fetched(label_studio.access, page) == ("image/webp", b"RIFF....WEBPVP8 ")
    kind, content = _fetched(label_studio.access, NONE_ADDRESS)
    assert kind == "image/svg+xml"
    assert b"No picture" in content


def _fetched(access: Access, address: str) -> tuple[str, bytes]:
    request = urllib.request.Request(access.url + address, headers={"Authorization": f"Token {access.token}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return answer.headers.get_content_type(), answer.read()


@pytest.mark.timeout(120)
class TestWatching:
    """Webhooks are hints: with them a pull comes at once, and without them it comes all the same."""

    def test_the_server_calls_and_the_answer_is_there(self, label_studio, work_of, coders, made):
        work = work_of(label_studio.access, 4)
        work.push()
        number = work.numbers("ann")[0]
        how = Watch(seconds=300)
        reports = []

        def told(report):
            reports.append(report)
            if len(reports) == 1:
                threading.Thread(target=coders.answer, args=(ANN, number, made.result_of(made.CODE[0]))).start()
            elif report.answers or len(reports) > 5:
                how.stop.set()
                how.hint.set()

        coders.access(ANN)
        with closing(LabelStudio(label_studio.access)) as studio:
            started = time.monotonic()
            with webhooks(work.project, studio, made.SAMPLE, how, 0):
                watch(Puller(work.project, studio, made.SAMPLE), how, told)
            assert time.monotonic() - started < 60
            assert sum(one.answers for one in reports) == 1
            hooks = studio._client.webhooks.list(project=str(work.project_of("ann")))
            assert [hook for hook in hooks if "careatlas" in hook.url] == []

    def test_a_webhook_that_never_comes_is_not_missed(self, label_studio, work_of, coders, made):
        work = work_of(label_studio.access, 4)
        work.push()
        numbers = work.numbers("ann")
        how = Watch(seconds=0.2)
        reports = []

        def told(report):
            # One thing after the other, each before the pull that follows: answered, changed, answered and deleted.
            reports.append(report)
            acts = len(reports)
            if acts == 1:
                first.append(coders.answer(ANN, numbers[0], made.result_of(made.CODE[0])))
            elif acts == 2:
                coders.change(ANN, first[0], result=made.result_of(made.CODE[1]))
                coders.answer(ANN, numbers[1], made.result_of())
            elif acts == 3:
                coders.delete(ANN, "annotations", first[0])
            else:
                how.stop.set()

        first: list[int] = []
        with closing(LabelStudio(label_studio.access)) as studio:
            watch(Puller(work.project, studio, made.SAMPLE), how, told)
        assert [(one.answers, one.edits, one.deleted) for one in reports] == [
            (0, 0, 0),
            (1, 0, 0),
            (1, 1, 0),
            (0, 1, 1),
        ]
        assert work.in_force(work.passages[0], "ann") == {}
        assert work.in_force(work.passages[1], "ann") == {"": "nothing-here"}
        assert work.pull().found_something is False
