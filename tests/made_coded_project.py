"""A small project whose passages are coded: two years' plans of Manchester, one plan of Salford."""

from __future__ import annotations

from typing import Any

from careatlas.codebook_file import shipped
from careatlas.document import Document
from careatlas.reading import Reading
from careatlas.store import suggestions
from careatlas.store.engine import Store
from careatlas.store.suggestions import StoredModel
from careatlas.suggestion import CodeScore, Suggestion

BOOK = shipped("care-home-integration")
MODEL = StoredModel(model_id="m", codebook_id=BOOK.id, codebook_version=BOOK.version, made_at="1", card={})  # type: ignore[arg-type]
PLANS = (
    (
        "old.pdf",
        {"area_code": "E08000003", "area_name": "Manchester", "published": "2021-06"},
        [
            "The Bridge Hub will open in April 2022.",
            "We eat at noon.",
            "Nurses of the Quiet Nights Service ring homes.",
        ],
    ),
    (
        "new.pdf",
        {"area_code": "E08000003", "area_name": "Manchester", "published": "2024"},
        ["The Bridge Hub has taken calls since April 2022.", "The Quiet Nights Service was stopped in March 2023."],
    ),
    (
        "salford.pdf",
        {"area_code": "E08000006", "area_name": "Salford", "published": "2023"},
        ["The Bridge Hub is run with our neighbours."],
    ),
)


def keep_plans(
    store: Store, document_of: Any, reading_of: Any, keep: Any, plans: Any = PLANS
) -> list[tuple[Document, Reading]]:
    """Put the plans into a store with suggestions for whatever names a service."""
    kept = []
    for name, facts, texts in plans:
        item = document_of(name, **facts)
        reading = reading_of(item, [texts])
        keep(store, item, reading)
        kept.append((item, reading))
        suggest(store, item, reading)
    return kept


def suggest(store: Store, item: Document, reading: Reading, code: str = "urgent-response") -> None:
    """Keep a model's suggestions: accepted where a passage names a service."""
    made = []
    for one in reading.passages:
        is_accepted = "The " in one.text or "the Q" in one.text
        score = CodeScore(code=BOOK.code(code).id, probability=0.8, accepted=is_accepted)
        made.append(
            Suggestion(
                passage_id=one.passage_id,
                codebook_id=BOOK.id,
                codebook_version=BOOK.version,
                model_id=MODEL.model_id,
                scores=(score,),
                none_probability=0.1,
            )
        )
    with store.write() as connection:
        suggestions.keep_model(connection, MODEL)
        suggestions.replace(connection, MODEL.model_id, item.document_id, made)
