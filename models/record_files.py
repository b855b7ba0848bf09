"""A training's record as files beside its model: JSON and safetensors, identifiers, codes and numbers, no texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from careatlas.errors import InputError
from models.held_out import save_held_out
from models.label_errors import LabelErrorCandidate
from models.text_fingerprints import TextFingerprints
from models.training_record import TrainingRecord

EVALUATION, LABEL_ERRORS, FINGERPRINTS = "evaluation.json", "label_errors.jsonl", "fingerprints.safetensors"
FORMAT = 1

_MEND = "train the model again"


def save_record(record: TrainingRecord, folder: Path) -> None:
    """Write a record into a model's folder: identifiers, codes and numbers, no texts."""
    from safetensors.numpy import save

    save_held_out(record.held_out, folder)
    (folder / FINGERPRINTS).write_bytes(save(record.fingerprints.to_arrays()))
    (folder / EVALUATION).write_text(json.dumps({"format": FORMAT, **record.as_dict()}, indent=1), encoding="utf-8")
    lines = [json.dumps(one.as_dict()) + "\n" for one in record.label_errors]
    (folder / LABEL_ERRORS).write_text("".join(lines), encoding="utf-8")


def read_evaluation(folder: Path) -> dict[str, Any]:
    """Return the measures of a model as plain data (``TrainingRecord.as_dict``).

    Raises
    ------
    InputError
        If there are none, or of another format.
    """
    path = folder / EVALUATION
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the model has no measures: {error.strerror}", where=str(path), mend=_MEND) from error
    except (ValueError, RecursionError) as error:
        raise InputError("the model's measures are not JSON", where=str(path), mend=_MEND) from error
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise InputError(f"the model's measures are of another format than {FORMAT}", where=str(path), mend=_MEND)
    return plain


def read_fingerprints(folder: Path) -> TextFingerprints:
    """Return the fingerprints of the texts that a model was trained on.

    Raises
    ------
    InputError
        If there are none.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return TextFingerprints.from_arrays(load((folder / FINGERPRINTS).read_bytes()))
    except OSError as error:
        raise InputError(
            f"the model does not say what it was trained on: {error.strerror}",
            where=str(folder / FINGERPRINTS),
            mend=_MEND,
        ) from error
    except SafetensorError as error:
        raise InputError(f"these are no fingerprints: {error}", where=str(folder / FINGERPRINTS), mend=_MEND) from error


def read_label_errors(folder: Path) -> list[LabelErrorCandidate]:
    """Return the labels that a training found doubtful.

    Raises
    ------
    InputError
        If the list is missing or not what it should be.
    """
    path = folder / LABEL_ERRORS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [LabelErrorCandidate(**json.loads(line)) for line in lines]
    except OSError as error:
        raise InputError(f"the model has no list of doubtful labels: {error.strerror}", where=str(path)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError("this is no list of doubtful labels", where=str(path), mend=_MEND) from error
