"""The codebook that a sample was drawn for, at the version that its answers are read with."""

from __future__ import annotations

from pathlib import Path

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import FOLDER, all_codebooks
from careatlas.errors import UsageError
from careatlas.sample import Sample


def sample_codebook(root: Path, sample: Sample) -> Codebook:
    """Return the codebook of a sample, among those of the project at ``root`` and the shipped ones.

    Raises
    ------
    UsageError
        If that version is not there any more.
    """
    for book in all_codebooks(root):
        if (book.id, book.version) == (sample.codebook_id, sample.codebook_version):
            return book
    raise UsageError(
        f"the codebook of sample {sample.sample_id!r} is not here: {sample.codebook_id} {sample.codebook_version}",
        where=str(root / FOLDER),
        mend="put the file of that version there, under a name of its own",
    )
