"""Identifiers: one type each, made from content and place, never from a counter.

A document's identifier depends on its bytes alone, a passage's on the document, its page, its position on that page
and the parser version that found it. The same sentence in two plans is therefore two passages.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NewType

Sha256 = NewType("Sha256", str)
DocumentId = NewType("DocumentId", str)
PassageId = NewType("PassageId", str)
RunId = NewType("RunId", str)
JudgementId = NewType("JudgementId", str)
CodebookId = NewType("CodebookId", str)
Code = NewType("Code", str)
ModelId = NewType("ModelId", str)
AreaCode = NewType("AreaCode", str)
AnswerId = NewType("AnswerId", str)
SampleId = NewType("SampleId", str)
TaskKey = NewType("TaskKey", str)
InitiativeId = NewType("InitiativeId", str)
EvidenceId = NewType("EvidenceId", str)

NO_ANSWER = AnswerId("")

_LENGTH_BYTES = 10  # 80 bits, 16 base-32 characters: a clash is expected only near 10**12 passages


def sha256_of(data: bytes) -> Sha256:
    """Return the SHA-256 digest of ``data`` as 64 lower-case hexadecimal characters."""
    return Sha256(hashlib.sha256(data).hexdigest())


def _short(prefix: str, *parts: str) -> str:
    # A separator inside a part (a person's name is free text) is escaped: different lists of parts never hash alike.
    escaped = (part.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1") for part in parts)
    digest = hashlib.sha256("\x1f".join(escaped).encode("utf-8", "surrogatepass")).digest()[:_LENGTH_BYTES]
    return prefix + base64.b32encode(digest).decode("ascii").lower()


def document_id(sha256: Sha256) -> DocumentId:
    """Return the identifier of the document with this content digest: ``d`` and 16 base-32 characters."""
    return DocumentId(_short("d", sha256))


def passage_id(sha256: Sha256, page: int, position: int, parser_version: str, text: str = "") -> PassageId:
    """Return the identifier of a passage: ``p`` and 16 base-32 characters.

    Parameters
    ----------
    sha256 : Sha256
        Content digest of the document.
    page : int
        Page number, 1 for the first.
    position : int
        Place of the passage among the passages of its page, 0 for the first.
    parser_version : str
        Version of the reader that cut the passage.
    text : str
        Its words. With them, an identifier can never come to name other words, whatever a later reading does.
    """
    return PassageId(_short("p", sha256, str(page), str(position), parser_version, *([text] if text else [])))


def judgement_id(*parts: str) -> JudgementId:
    """Return the identifier of a judgement from its passage, code, person and time."""
    return JudgementId(_short("j", *parts))


def run_id(*parts: str) -> RunId:
    """Return the identifier of a ledger row from its stage, subject, inputs and start time."""
    return RunId(_short("r", *parts))


def answer_id(*parts: str) -> AnswerId:
    """Return the identifier of an answer from its source, its key there, and its state."""
    return AnswerId(_short("a", *parts))


def task_key(sample_id: str, passage_id: str, coder: str, repeat: int) -> TaskKey:
    """Return the identifier of one piece of work: one coder's reading of one passage of a sample.

    Parameters
    ----------
    repeat : int
        0 for the first reading by this coder, 1 for the second.
    """
    return TaskKey(_short("t", sample_id, passage_id, coder, str(repeat)))


def event_id(*parts: str) -> str:
    """Return the identifier of an event from what happened, to what, by whom and when."""
    return _short("e", *parts)


def initiative_id(*parts: str) -> InitiativeId:
    """Return the identifier of an initiative from what it was first read in, or from the event that made it."""
    return InitiativeId(_short("i", *parts))


def evidence_id(passage_id: PassageId, part: int = 0) -> EvidenceId:
    """Return the identifier of a part of a passage: the passage's own for the first part, with a number for others."""
    return EvidenceId(f"{passage_id}.{part}" if part else passage_id)


def passage_of_evidence(name: EvidenceId) -> PassageId:
    """Return the passage that evidence stands in."""
    return PassageId(name.partition(".")[0])
