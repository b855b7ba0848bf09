"""Blobs: content under its digest, written whole or not at all, checked when read."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careatlas.blobs import BlobStore
from careatlas.errors import StoreError
from careatlas.identifiers import Sha256, sha256_of


@pytest.fixture(params=["local", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "local":
        yield BlobStore(tmp_path / "blobs")
        return
    yield BlobStore("memory://blobs")
    fsspec.filesystem("memory").store.clear()


def files_under(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.rglob("*") if item.is_file())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(data=st.binary(max_size=200))
def test_what_is_put_comes_back(blobs: BlobStore, data: bytes):
    digest = blobs.put(data)
    assert digest == sha256_of(data)
    assert blobs.has(digest)
    assert blobs.get(digest) == data


def test_what_was_never_put_is_not_there(blobs: BlobStore):
    digest = sha256_of(b"never")
    assert not blobs.has(digest)
    with pytest.raises(StoreError, match="is gone") as caught:
        blobs.get(digest)
    assert "add the document again" in caught.value.mend


def test_putting_again_changes_nothing(tmp_path: Path):
    blobs = BlobStore(tmp_path)
    digest = blobs.put(b"plan")
    before = Path(blobs.path(digest)).stat()
    assert blobs.put(b"plan") == digest
    after = Path(blobs.path(digest)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert files_under(tmp_path) == [digest]


def test_a_blob_stands_under_the_first_two_letters_of_its_digest(tmp_path: Path):
    digest = BlobStore(tmp_path).put(b"plan")
    assert (tmp_path / digest[:2] / digest).read_bytes() == b"plan"


@pytest.mark.parametrize("change", [b"", b"plam", b"plan and more"])
def test_a_change_on_disk_is_noticed(tmp_path: Path, change: bytes):
    blobs = BlobStore(tmp_path)
    digest = blobs.put(b"plan")
    Path(blobs.path(digest)).write_bytes(change)
    with pytest.raises(StoreError, match="has changed on disk") as caught:
        blobs.get(digest)
    assert "backup" in caught.value.mend


def test_a_folder_in_the_place_of_a_blob_is_no_blob(tmp_path: Path):
    blobs = BlobStore(tmp_path)
    digest = sha256_of(b"plan")
    Path(blobs.path(digest)).mkdir(parents=True)
    assert not blobs.has(digest)
    with pytest.raises(StoreError):
        blobs.get(digest)


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def half(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", half)
    blobs = BlobStore(tmp_path)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        blobs.put(b"a plan of some length")
    assert "make room" in caught.value.mend
    assert files_under(tmp_path) == []
    assert not blobs.has(sha256_of(b"a plan of some length"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a tiny disk; a write that fails is tested without one too")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_what_is_there_and_takes_what_still_fits(tiny_disk: Path):
    blobs = BlobStore(tiny_disk)
    kept = blobs.put(b"small")
    with pytest.raises(StoreError, match="could not be kept") as caught:
        blobs.put(os.urandom(200_000))
    assert "bytes are free" in caught.value.mend
    assert files_under(tiny_disk) == [kept]
    assert blobs.get(kept) == b"small"
    assert blobs.get(blobs.put(b"small too")) == b"small too"


def test_two_threads_that_put_the_same_content_both_succeed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    meet = threading.Barrier(2, timeout=10)
    real = Path.replace

    def together(self: Path, target: Path) -> Path:
        meet.wait()
        return real(self, target)

    monkeypatch.setattr(Path, "replace", together)
    blobs, data, results = BlobStore(tmp_path), b"the same page image", []

    def put() -> None:
        try:
            results.append(blobs.put(data))
        except StoreError as error:
            results.append(error)

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [sha256_of(data)] * 2
    assert files_under(tmp_path) == [sha256_of(data)]


def test_a_root_that_is_a_file_is_an_error_of_the_store(tmp_path: Path):
    (tmp_path / "blobs").write_text("not a folder")
    with pytest.raises(StoreError, match="could not be kept"):
        BlobStore(tmp_path / "blobs").put(b"plan")


def test_free_space_is_told_where_it_can_be(tmp_path: Path):
    assert BlobStore(tmp_path).free_bytes() > 0
    assert BlobStore(tmp_path / "absent").free_bytes() == 0
    assert BlobStore("memory://x").free_bytes() == 0


def test_a_path_is_told_for_what_is_not_there(tmp_path: Path):
    digest = Sha256("ab" * 32)
    assert BlobStore(tmp_path).path(digest) == f"{tmp_path}/ab/{digest}"
    assert BlobStore("s3://bucket/prefix").path(digest) == f"s3://bucket/prefix/ab/{digest}"
