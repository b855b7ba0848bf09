"""How a model does on a file of labels: passages that it learned from are found and left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from careatlas.errors import InputError
from models.classifier import Classifier, PassageText
from models.cluster_bootstrap import RESAMPLES
from models.examples import Examples
from models.label_matrix import PRESENT, Floats, Mask, with_positives
from models.measure_report import MeasureReport, measure_report
from models.text_fingerprints import TextFingerprints, near_copies
from models.training_record import LEAST_POSITIVES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelScores:
    """What a model says of n passages and k codes.

    Attributes
    ----------
    probabilities : array of float, shape (n, k)
    initiative : array of float, shape (n,)
        Probability of carrying any code.
    accepted : array of bool, shape (n, k)
    initiative_accepted : array of bool, shape (n,)
    """

    probabilities: Floats
    initiative: Floats
    accepted: Mask
    initiative_accepted: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvaluation:
    """Measures of a model on labelled passages that it has not seen.

    Attributes
    ----------
    passages, documents : int
        What was measured on: passages, and areas or documents.
    with_a_code : int
        Passages that carry any code.
    seen : tuple of str
        Passages that were left out, being near copies of what the model learned from.
    known_documents : int
        Passages measured on that are of areas or documents which the model learned from.
    """

    model_id: str
    labels: str
    passages: int
    documents: int
    with_a_code: int
    seen: tuple[str, ...]
    known_documents: int
    report: MeasureReport

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the measures must know."""
        found = []
        if self.seen:
            found.append(
                f"{len(self.seen):,} passages are left out: the model learned from them, or from near copies of them"
            )
        if self.known_documents:
            found.append(
                f"{self.known_documents:,} of {self.passages:,} passages are of areas or documents that the model"
                " learned from: on others it may do worse"
            )
        if self.documents < 2:
            found.append("all passages are of one area or document: there is no interval")
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "model_id": self.model_id,
            "labels": self.labels,
            "passages": self.passages,
            "documents": self.documents,
            "with_a_code": self.with_a_code,
            "seen": list(self.seen),
            "known_documents": self.known_documents,
            "warnings": list(self.warnings),
            "report": self.report.as_dict(),
        }


def unseen(examples: Examples, seen: TextFingerprints, *, where: str) -> tuple[Examples, tuple[str, ...]]:
    """Return the examples that are no near copy of anything seen in training, and the identifiers of the others.

    The texts decide, not the identifiers: two files may both number their passages from 1.

    Raises
    ------
    InputError
        If none is left.
    """
    copies = near_copies(examples.texts, seen) >= 0
    if copies.all():
        raise InputError(
            f"there is nothing to measure on: the model learned from all {len(examples):,} passages, or near copies",
            where=where,
            mend="name labels that no training has seen; its held-out measures are on the card (careatlas models show)",
        )
    left_out = tuple(name for name, copy in zip(examples.ids, copies, strict=True) if copy)
    return examples.subset(np.flatnonzero(~copies)), left_out


def model_scores(classifier: Classifier, examples: Examples) -> ModelScores:
    """Score labelled passages.

    Raises
    ------
    InputError
        If the model scores other codes than those of the labels.
    """
    if tuple(classifier.codes) != tuple(examples.codes):
        raise InputError(
            f"{classifier.info.model_id} scores other codes than those of the labels",
            mend="label with the codebook, and its version, that the model was trained for",
        )
    columns = zip(examples.texts, examples.headings, examples.before, examples.after, strict=True)
    prediction = classifier.predict(
        [PassageText(text=text, heading_path=path, before=before, after=after) for text, path, before, after in columns]
    )
    initiative = 1.0 - prediction.none_probability
    cut_off = classifier.info.card.get("initiative_cut_off")
    taken = prediction.accepted.any(axis=1) if cut_off is None else initiative >= cut_off
    return ModelScores(
        probabilities=prediction.probabilities,
        initiative=initiative,
        accepted=prediction.accepted,
        initiative_accepted=np.asarray(taken, dtype=bool),
    )


def label_evaluation(
    classifier: Classifier,
    examples: Examples,
    fingerprints: TextFingerprints,
    *,
    labels: str,
    trained_groups: Collection[str] = (),
    resamples: int = RESAMPLES,
) -> LabelEvaluation:
    """Measure a model on labelled passages, leaving out those that it has seen.

    Parameters
    ----------
    classifier : Classifier
    examples : Examples
        The labelled passages.
    fingerprints : TextFingerprints
        Of what the model learned from.
    labels : str
        Where the labels are from, for people.
    trained_groups : collection of str
        Areas and documents that the model learned from.
    resamples : int
        Of the intervals.

    Raises
    ------
    InputError
        If the model has seen them all, or scores other codes.
    """
    tested, seen = unseen(examples, fingerprints, where=labels)
    scores = model_scores(classifier, tested)
    enough = with_positives(tested.targets, LEAST_POSITIVES).any()
    report = measure_report(
        scores.probabilities,
        tested.targets,
        tested.groups,
        codes=[str(code) for code in tested.codes],
        cut_offs=classifier.cut_offs,
        accepted=scores.accepted,
        initiative=scores.initiative,
        initiative_accepted=scores.initiative_accepted,
        least_positives=LEAST_POSITIVES if enough else 1,
        resamples=resamples,
    )
    known = set(trained_groups)
    return LabelEvaluation(
        model_id=classifier.info.model_id,
        labels=labels,
        passages=len(tested),
        documents=len(set(tested.groups)),
        with_a_code=int((tested.initiative() == PRESENT).sum()),
        seen=seen,
        known_documents=sum(group in known for group in tested.groups),
        report=report,
    )
