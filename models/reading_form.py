"""The words that are put to a model: a passage's own, or with its headings or neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from models.examples import Examples
from models.masking import masked
from models.stack_config import Context, StackConfig

_NEIGHBOUR_WORDS = 40  # of each neighbour: its end before, its beginning after


def forms(
    texts: Sequence[str],
    headings: Sequence[Sequence[str]],
    before: Sequence[str],
    after: Sequence[str],
    *,
    context: Context,
    mask: bool,
    names: Sequence[str] = (),
) -> list[str]:
    """Return one text per passage.

    Parameters
    ----------
    context : {"text", "headings", "neighbours"}
        ``headings`` puts the last two headings before the words; ``neighbours`` also the end of the passage before
        and the beginning of the one after.
    mask : bool
        Whether place names, organisations and years are replaced.
    names : sequence of str
        Names of places to replace.
    """
    if context == "text":
        found = list(texts)
    else:
        found = [
            ". ".join(part for part in (*heading[-2:], *_round(context, left, text, right)) if part)
            for text, heading, left, right in zip(texts, headings, before, after, strict=True)
        ]
    return [masked(text, names) for text in found] if mask else found


def example_forms(examples: Examples, config: StackConfig) -> list[str]:
    """Return :func:`forms` of training examples."""
    return forms(
        examples.texts,
        examples.headings,
        examples.before,
        examples.after,
        context=config.context,
        mask=config.mask,
        names=config.mask_names,
    )


def _round(context: Context, before: str, text: str, after: str) -> tuple[str, ...]:
    if context == "headings":
        return (text,)
    return (" ".join(before.split()[-_NEIGHBOUR_WORDS:]), text, " ".join(after.split()[:_NEIGHBOUR_WORDS]))
