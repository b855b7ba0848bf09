"""The registry of models: a folder of finished model folders that never change, and names that move between them.

Nothing here imports NumPy: which model is in use is asked by every run, also by one that has nothing to do.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from careatlas.errors import InputError, StoreError, UsageError
from careatlas.identifiers import ModelId
from models.model_aliases import SHIPPED, Alias, ModelAliases
from models.model_cache import model_cache
from models.model_meta import META, read_meta
from models.model_seal import check_seal, seal

FOLDER = "models"
CARD = "README.md"
LEAST_PREFIX = 4  # characters

_DRAFT = ".draft-"
_STALE = 7 * 86_400  # seconds: no training takes that long


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """A model that can be named.

    Attributes
    ----------
    folder : Path
        Where it lies.
    meta : Mapping
        Its ``model.json``; empty where that cannot be read.
    aliases : tuple of str
        The names that stand for it.
    shipped : bool
        Whether it came with the package.
    problem : str
        Why it cannot be used; empty for a sound one. Listing does not read the weights: :meth:`ModelRegistry.opened`
        does.
    """

    model_id: ModelId
    folder: Path
    meta: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    shipped: bool = False
    problem: str = ""

    @property
    def codebook(self) -> tuple[str, str]:
        """Identifier and version of the codebook that it was trained for; empty where unknown."""
        book = self.meta.get("codebook")
        return (str(book.get("id", "")), str(book.get("version", ""))) if isinstance(book, dict) else ("", "")

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it was trained on, and when; empty where unknown."""
        facts = self.meta.get("facts")
        return facts if isinstance(facts, dict) else {}


class ModelRegistry:
    """The models of a project or of this computer, and the shipped ones.

    Parameters
    ----------
    root : Path
        Its folder, which need not exist yet.
    shipped : Path, optional
        The folder of the models in the package, one folder per codebook; that of this package by default.
    """

    def __init__(self, root: Path, *, shipped: Path | None = None) -> None:
        self.root = root
        self.aliases = ModelAliases(root)
        self._shipped = Path(__file__).parent / SHIPPED if shipped is None else shipped

    def listed(self) -> list[ModelEntry]:
        """Return every model, those of the registry first.

        Raises
        ------
        InputError
            If the aliases or a folder cannot be read.
        """
        names = self.aliases.current()
        found = [_entry(path, names) for path in _folders(self.root)]
        own = {entry.model_id for entry in found}
        shipped = [_entry(path, names, shipped=True) for path in _folders(self._shipped)]
        return found + [entry for entry in shipped if entry.model_id not in own]

    def find(self, reference: str, *, codebook_id: str = "") -> ModelEntry:
        """Return a model by an alias, its identifier, or the beginning of it if no other begins so.

        Parameters
        ----------
        reference : str
            ``shipped`` names the one in the package for the codebook.
        codebook_id : str
            Which shipped one; needed only where several are shipped.

        Raises
        ------
        UsageError
            If nothing, or more than one, is named so; the message lists what there is.
        """
        entries = self.listed()
        if reference == SHIPPED:
            matching = [one for one in entries if one.shipped and codebook_id in {"", one.codebook[0]}]
        else:
            matching = _matching(reference, entries)
        if len(matching) != 1:
            named = ", ".join(one.model_id for one in matching or entries) or "none yet: careatlas train makes one"
            many = f"{len(matching)} models are" if matching else "there is no model"
            raise UsageError(f"{many} called {reference!a}", where=str(self.root), mend=f"one of: {named}")
        return matching[0]

    def opened(self, entry: ModelEntry) -> Path:
        """Return the folder of a model after checking every file of it against its seal.

        Raises
        ------
        InputError
            If anything in it was changed; the message names the file.
        """
        if entry.problem:
            raise InputError(entry.problem, where=str(entry.folder / META), mend="train the model again")
        added = [row for row in self.aliases.history() if row["event"] == "added" and row["model_id"] == entry.model_id]
        check_seal(entry.folder, "" if entry.shipped or not added else str(added[-1].get("seal", "")))
        return entry.folder

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Give an empty folder in which to make a model; what was not added when the block ends is gone.

        Raises
        ------
        StoreError
            If the registry cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            _sweep(self.root)
            folder = Path(tempfile.mkdtemp(dir=self.root, prefix=_DRAFT))
        except OSError as error:
            raise _unwritable(self.root, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def add(self, draft: Path) -> ModelEntry:
        """Move a finished model folder into the registry, in one step; what is there is never overwritten.

        The same model made once more is not added again: its identifier is the digest of what was learned, and the
        first one stays, with its card.

        Raises
        ------
        InputError
            If it is no finished model, or the one that is there was changed.
        StoreError
            If the registry cannot be written.
        """
        made = _entry(draft, {}, named=False)
        if made.problem:
            raise InputError(made.problem, where=str(draft / META), mend="train the model again")
        target = self.root / made.model_id
        with self.aliases.locked():
            if target.exists():
                there = _entry(target, self.aliases.current())
                self.opened(there)
                return there
            digest = seal(draft)
            self._move(draft, target)
            self.aliases.record("added", made.model_id, seal=digest)
        return _entry(target, self.aliases.current())

    def promote(self, entry: ModelEntry, alias: str, *, by: str, why: str, instead_of: str = "", **facts: Any) -> Alias:
        """Let an alias stand for a model, once every file of it was checked. Parameters and errors as for ``move``.

        See :meth:`models.model_aliases.ModelAliases.move`.
        """
        self.opened(entry)
        return self.aliases.move(alias, entry.model_id, by=by, why=why, instead_of=instead_of, **facts)

    def _move(self, draft: Path, target: Path) -> None:
        try:
            for path in draft.rglob("*"):
                if path.is_file():
                    path.chmod(0o444)  # a reminder: who edits it breaks the seal
            if draft.parent.resolve() == self.root.resolve():
                draft.chmod(0o755)  # a draft folder is private
                draft.rename(target)
                return
            with self.draft() as near:  # from another disk it is a copy, and only the last step is one move
                shutil.copytree(draft, near / "model")
                (near / "model").rename(target)
            shutil.rmtree(draft, ignore_errors=True)
        except OSError as error:
            raise _unwritable(self.root, error) from error


def registry_of(project: Path | None) -> ModelRegistry:
    """Return the registry of a project, or that of this computer where there is no project."""
    return ModelRegistry((project or model_cache()) / FOLDER)


def _folders(root: Path) -> list[Path]:
    try:
        found = sorted(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"the models cannot be listed: {error.strerror}", where=str(root)) from error
    return [path for path in found if path.is_dir() and not path.name.startswith(".") and path.name != "__pycache__"]


def _entry(folder: Path, names: Mapping[str, Alias], *, shipped: bool = False, named: bool = True) -> ModelEntry:
    """Describe a folder; in the registry it must be called as its model is (``named``)."""
    try:
        meta, problem = read_meta(folder), ""
        model_id = ModelId(str(meta["model_id"]))
    except InputError as error:
        meta, problem, model_id = {}, error.what, ModelId(folder.name)
    if named and not shipped and model_id != folder.name:
        meta, problem, model_id = {}, f"the folder was renamed: its model is {model_id}", ModelId(folder.name)
    return ModelEntry(
        model_id=model_id,
        folder=folder,
        meta=meta,
        aliases=tuple(name for name, alias in names.items() if alias.model_id == model_id),
        shipped=shipped,
        problem=problem,
    )


def _sweep(root: Path) -> None:
    """Remove drafts that a killed process left behind: a fine-tuned one has half a gigabyte."""
    for path in root.glob(f"{_DRAFT}*"):
        with suppress(FileNotFoundError):  # whose owner has just removed it
            if path.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(path, ignore_errors=True)


def _matching(reference: str, entries: list[ModelEntry]) -> list[ModelEntry]:
    # References are compared with what is there, never joined to a path: none can climb out of the registry.
    named = [one for one in entries if reference in one.aliases]
    exact = [one for one in entries if one.model_id == reference]
    if named or exact or len(reference) < LEAST_PREFIX:
        return named or exact
    return [one for one in entries if one.model_id.startswith(reference)]


def _unwritable(root: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the model registry cannot be written: {error.strerror or error}",
        where=str(root),
        mend="make room, or give yourself the right to write there",
    )
