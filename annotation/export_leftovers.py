"""Copies of exports that Label Studio leaves in its data folder, and takes away nowhere."""

from __future__ import annotations

import re
import time
from contextlib import suppress

from annotation.server_access import Access, own_server
from annotation.server_folder import server_folder
from careatlas.project import Project

KEPT_SECONDS = 3_600.0  # one that is being sent is never so old
_NAME = re.compile(r"project-\d+-at-[\d-]+-[0-9a-f]{8}(-info)?\.json")


def clear_exports(project: Project, access: Access) -> int:
    """Take away old copies of exports of the server that we run ourselves, and return how many.

    For every export the server writes two files: a pull every few seconds would fill the disk.
    """
    folder = server_folder(project.root)
    own = own_server(folder)
    if own is None or own.url != access.url:
        return 0
    cleared = 0
    for path in (folder.data / "export").glob("project-*.json"):
        with suppress(OSError):  # somebody else took it away
            if _NAME.fullmatch(path.name) and time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()
                cleared += 1
    return cleared
