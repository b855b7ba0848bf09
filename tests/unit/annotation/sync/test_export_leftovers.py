"""The server's copies of old exports go, and nothing else."""

from __future__ import annotations

import os
import time

from annotation.export_leftovers import KEPT_SECONDS, clear_exports
from annotation.server_access import Access, keep_own_server, new_server
from annotation.server_folder import server_folder

OLD = ("project-6-at-2026-03-01-09-37-458c075b.json", "project-6-at-2026-03-01-09-37-458c075b-info.json")
OTHERS = ("project-6-at-2026-03-01-09-38-458c075c.json", "project-6-my-own-copy.json", "notes.json")


def test_only_old_copies_of_our_own_server_go(project):
    folder = server_folder(project.root)
    folder.make()
    exports = folder.data / "export"
    exports.mkdir(parents=True)
    own = new_server("http://127.0.0.1:8080")
    for name in (*OLD, *OTHERS):
        (exports / name).write_text("[]")
        age = 0 if name == OTHERS[0] else KEPT_SECONDS + 60
        os.utime(exports / name, (time.time() - age, time.time() - age))
    assert clear_exports(project, Access(url=own.url, token="t")) == 0  # nothing says that it is ours
    keep_own_server(folder, own)
    assert clear_exports(project, Access(url="http://127.0.0.1:9090", token="t")) == 0
    assert clear_exports(project, Access(url=own.url, token="t")) == 2
    assert {path.name for path in exports.iterdir()} == set(OTHERS)


def test_a_server_that_never_exported_has_none(project):
    own = new_server("http://127.0.0.1:8080")
    server_folder(project.root).make()
    keep_own_server(server_folder(project.root), own)
    assert clear_exports(project, Access(url=own.url, token="t")) == 0
