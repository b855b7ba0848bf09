"""Which model exactly is to be opened, wherever it is opened: in this process or on another machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import ModelId
from models.classifier import Classifier
from models.model_meta import META
from models.tiers import classifier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOrder:
    """A name, what it was found to mean, and what is needed to open it.

    Attributes
    ----------
    name : str
        As in the settings; a folder is an absolute path.
    codebook : Codebook
        What is scored against.
    root : Path or None
        The project's folder.
    model_id : ModelId
        What the name meant where the order was given.
    """

    name: str
    codebook: Codebook
    root: Path | None
    model_id: ModelId

    def opened(self, *, threads: int = 1) -> Classifier:
        """Open the model.

        Raises
        ------
        InputError
            If the name means another model here and now; errors of :func:`models.tiers.classifier_of` besides.
        """
        classifier = classifier_of(self.name, self.codebook, self.root, threads=threads)
        if classifier.info.model_id != self.model_id:
            raise InputError(
                f"the model {self.name!r} is {classifier.info.model_id} here, not {self.model_id}",
                mend="give every machine the same CareAtlas, weights and project folder, and change no model meanwhile",
            )
        return classifier


def model_order(name: str, codebook: Codebook, root: Path | None, model_id: ModelId) -> ModelOrder:
    """Return an order that means the same in a process with another working folder."""
    folder = Path(name)
    named = str(folder.resolve()) if (folder / META).is_file() else name
    return ModelOrder(name=named, codebook=codebook, root=root and root.resolve(), model_id=model_id)
