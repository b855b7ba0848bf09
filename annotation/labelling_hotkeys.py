"""Keys of the labelling screen: each used once, and the same for the same codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The keys that Label Studio 1.23 hands out to whatever has none; r, u and h belong to its own commands.
_FREE = "1234567890qwetyasdfgjklzxcvbiopnm"
SPAN_KEYS = "zxcvb"
NOTHING_KEY = "n"
UNSURE_KEY = "m"
_CODE_ROW = "1234567890qwety"
_ATTRIBUTE_ROWS = ("asdfgjkl", "iopkl")
# A field that is not seen must not be given one of the keys above.
UNSEEN_KEY = "ctrl+alt+shift+0"

Keys = Mapping[tuple[str, str], str]


def hotkeys(codes: Sequence[str], attributes: Mapping[str, Sequence[str]]) -> Keys:
    """Return the key of each ``("codes", code)`` and ``(attribute, value)`` that gets one.

    Codes have the upper rows of the keyboard, the first attribute the row below, the second the right hand. What does
    not find a key there takes one that nothing else wants, as Label Studio itself would do, but in an order that we
    know.
    """
    rows = [(("codes", code), _CODE_ROW) for code in codes]
    for name, row in zip(attributes, (*_ATTRIBUTE_ROWS, *[""] * len(attributes)), strict=False):
        rows += [((name, value), row) for value in attributes[name]]
    left = dict.fromkeys(key for key in _FREE if key not in f"{SPAN_KEYS}{NOTHING_KEY}{UNSURE_KEY}")
    found: dict[tuple[str, str], str] = {}
    for row_only in (True, False):
        for item, row in rows:
            key = next((key for key in (row if row_only else left) if key in left), "")
            if key and item not in found:
                found[item] = key
                del left[key]
    return found
