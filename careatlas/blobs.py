"""Blobs: files kept under the digest of their content, on any storage that fsspec opens."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from careatlas.errors import StoreError
from careatlas.identifiers import Sha256, sha256_of


class BlobStore:
    """Content-addressed files.

    A file is written under a temporary name and moved into place, so that a killed process leaves no half blob under
    a digest. What is read is checked against its digest.

    Parameters
    ----------
    root : Path or str
        A folder, or an fsspec address such as ``s3://bucket/prefix``.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = str(root)

    def path(self, sha256: Sha256) -> str:
        """Return where the blob stands, whether it is there or not."""
        return f"{self.root}/{sha256[:2]}/{sha256}"

    def has(self, sha256: Sha256) -> bool:
        """Tell whether the blob is there."""
        if self._is_local:
            return Path(self.path(sha256)).is_file()
        file_system, path = self._remote(self.path(sha256))
        return bool(file_system.exists(path))

    def put(self, data: bytes) -> Sha256:
        """Keep ``data`` and return its digest. Writing the same content twice is a no-op.

        Raises
        ------
        StoreError
            If the storage is full or refuses the write.
        """
        digest = sha256_of(data)
        if self.has(digest):
            return digest
        try:
            self._write(self.path(digest), data)
        except OSError as error:
            raise StoreError(
                f"a file of {len(data):,} bytes could not be kept: {error.strerror or error}",
                where=self.root,
                mend=f"make room ({self.free_bytes():,} bytes are free) and run the command again",
            ) from error
        return digest

    def get(self, sha256: Sha256) -> bytes:
        """Return the content of a blob.

        Raises
        ------
        StoreError
            If it is not there or no longer has its digest.
        """
        try:
            data = self._read(self.path(sha256))
        except OSError as error:
            raise StoreError(
                f"blob {sha256} is gone", where=self.root, mend="add the document again from its file"
            ) from error
        if sha256_of(data) != sha256:
            raise StoreError(f"blob {sha256} has changed on disk", where=self.root, mend="restore it from a backup")
        return data

    def free_bytes(self) -> int:
        """Return the free space under a local root, 0 where it cannot be told."""
        try:
            return shutil.disk_usage(self.root).free
        except OSError:
            return 0

    @property
    def _is_local(self) -> bool:
        return "://" not in self.root

    def _read(self, path: str) -> bytes:
        if self._is_local:
            return Path(path).read_bytes()
        file_system, remote = self._remote(path)
        return bytes(file_system.cat_file(remote))

    def _write(self, path: str, data: bytes) -> None:
        if not self._is_local:
            file_system, remote = self._remote(path)
            file_system.makedirs(remote.rsplit("/", 1)[0], exist_ok=True)
            file_system.pipe_file(remote, data)
            return
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")
        try:
            partial.write_bytes(data)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _remote(self, path: str) -> tuple[Any, str]:
        import fsspec

        file_system, remote = fsspec.core.url_to_fs(path)
        return file_system, remote
