"""The models that can be named in the settings: which one a name means, and opening it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from models.classifier import Classifier, ModelInfo
from models.cues_tfidf_identity import NAME as CUES_TFIDF
from models.cues_tfidf_identity import model_info
from models.model_aliases import PRODUCTION, SHIPPED
from models.model_identity import stack_info
from models.model_meta import META, read_meta
from models.registry import registry_of

AUTO = "auto"


def info_of(name: str, codebook: Codebook, root: Path | None = None) -> ModelInfo:
    """Return which model a name means, without opening it.

    Parameters
    ----------
    name : str
        ``auto`` (the project's production model, else the shipped one of this codebook, else ``cues-tfidf``),
        ``shipped``, ``cues-tfidf``, a folder, or the identity or alias of a model in the project.
    root : Path, optional
        The project's folder.

    Raises
    ------
    UsageError
        If there is no such model; the message lists those there are.
    InputError
        If the model was trained with another codebook, or its files were changed.
    """
    folder = folder_of(name, codebook, root)
    if folder is None:
        return model_info(codebook)
    return stack_info(read_meta(folder), codebook, where=str(folder))


def classifier_of(name: str, codebook: Codebook, root: Path | None = None, *, threads: int = 1) -> Classifier:
    """Open the model that a name means; parameters and errors as :func:`info_of`.

    Parameters
    ----------
    threads : int
        Of the encoder.
    """
    folder = folder_of(name, codebook, root)
    if folder is None:
        from models.cues_tfidf import CuesTfidfClassifier

        return CuesTfidfClassifier(codebook)
    from models.stacked_model import StackedModel

    return StackedModel(folder, codebook, threads=threads)


def folder_of(name: str, codebook: Codebook, root: Path | None = None) -> Path | None:
    """Return the folder of the model that a name means; ``None`` for ``cues-tfidf``, which is made anew each time.

    Raises
    ------
    UsageError
        If there is no such model.
    """
    if name == AUTO:
        return _production(root, codebook) or shipped_folder(codebook)
    if name == CUES_TFIDF:
        return None
    if name == SHIPPED:
        found = shipped_folder(codebook)
        if found is None:
            raise UsageError(
                f"no model ships for codebook {codebook.id} {codebook.version}",
                where="suggest.model",
                mend=f"name {CUES_TFIDF}, or train one (careatlas train)",
            )
        return found
    if (Path(name) / META).is_file():
        return Path(name)
    return _registered(name, root)


def shipped_folder(codebook: Codebook) -> Path | None:
    """Return the folder of the model that ships for this version of a codebook, ``None`` if there is none."""
    folder = Path(str(files("models") / "shipped" / codebook.id))
    if not (folder / META).is_file():
        return None
    meta = read_meta(folder)["codebook"]
    return folder if meta["version"] == codebook.version and len(meta["codes"]) == len(codebook.codes) else None


def _production(root: Path | None, codebook: Codebook) -> Path | None:
    registry = registry_of(root)
    if PRODUCTION not in registry.aliases.current():
        return None
    entry = registry.find(PRODUCTION)
    return registry.opened(entry) if entry.codebook[0] == codebook.id else None


def _registered(name: str, root: Path | None) -> Path:
    registry = registry_of(root)
    try:
        return registry.opened(registry.find(name))
    except UsageError as error:
        known = f"{AUTO}, {SHIPPED}, {CUES_TFIDF}, a folder, or a model of the project (careatlas models list)"
        raise UsageError(f"there is no model {name!r}", where="suggest.model", mend=f"one of: {known}") from error
