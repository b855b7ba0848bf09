"""How far a place's name alone is to be believed: what stands around it in its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from nlp.area_forms import AreaForm
from nlp.area_names import NamedPlace, is_joined
from nlp.area_nesting import lies_within
from nlp.name_words import SMALL_WORDS, NameWords

# Places whose names are words of everyday English, or of other things, when they stand alone.
COMMON_WORDS = frozenset({
    "bath", "boston", "bury", "corby", "craven", "deal", "dover", "eden", "harrow", "hart", "hull", "reading",
    "richmond", "rugby", "sale", "sandwich", "slough", "stroud", "swale", "wells",
}) | {"castle point", "high peak", "north east", "north west", "south east", "south west", "three rivers"}  # fmt: skip
_PERSON_TITLES = frozenset({
    "alderman", "baroness", "captain", "chairman", "cllr", "councillor", "dame", "doctor", "dr", "judge", "justice",
    "lady", "lord", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "reverend", "sir", "sister",
})  # fmt: skip
_STREETS = frozenset({
    "arms", "arena", "athletic", "avenue", "bridge", "brigade", "castle", "cathedral", "centre", "chapel", "church",
    "close", "cottage", "court", "crescent", "drive", "fc", "gardens", "gate", "grange", "grove", "hall",
    "hill", "hotel", "house", "island", "lane", "lodge", "manor", "mews", "palace", "park", "place", "rangers",
    "road", "rovers", "row", "square", "station", "street", "terrace", "town", "tower", "united", "view", "villa",
    "villas", "wanderers", "way", "wharf",
})  # fmt: skip
_PREMISES = frozenset({
    "academy", "airport", "building", "campus", "clinic", "college", "hospice", "hospital", "hospitals", "infirmary",
    "library", "museum", "school", "surgery", "theatre", "university",
})  # fmt: skip
_TOPICS = frozenset({
    "adult", "adults", "ageing", "area", "better", "care", "carers", "child", "children", "citizens", "city",
    "communities", "community", "council's", "dementia", "digital", "draft", "drug", "education", "fire", "fund",
    "further", "health", "healthier", "healthwatch", "healthy", "homes", "hospital", "housing", "integrated",
    "intermediate",
    "joint", "local", "market", "minerals", "multi", "older", "people", "place", "plan", "police", "population",
    "prevention", "primary", "public", "residents", "safeguarding", "sexual", "social", "strategic", "strategy",
    "suicide", "system", "urgent", "village", "voluntary", "wellbeing", "young",
})  # fmt: skip
_DIRECTIONS = frozenset({
    "central", "east", "eastern", "greater", "inner", "mid", "north", "northern", "outer", "rural", "south",
    "southern", "upper", "urban", "west", "western",
})  # fmt: skip
_BODY_STARTS = frozenset({
    "advice", "age", "alliance", "association", "carers", "federation", "healthwatch", "mencap", "mind", "nhs", "uk",
})  # fmt: skip
_PLACING = frozenset({
    "across", "around", "at", "covering", "for", "in", "including", "inside", "serving", "throughout", "within",
})  # fmt: skip
_HOLDERS = frozenset({
    "archbishop", "archdeacon", "bishop", "church", "diocese", "duke", "earl", "lord", "port", "university",
})  # fmt: skip
_LESSONS = frozenset({
    "english", "mathematics", "maths", "numeracy", "phonics", "spelling", "writing",
})  # fmt: skip

NOT_A_PLACE = 0.1
DOUBTFUL = 0.5  # up to it, the name is part of another name
_LONGEST_LIST = 20  # places named one after the other; a bound on the work for hostile texts


@dataclass(frozen=True, slots=True)
class Belief:
    """How far to believe that a name names its place, between 0 and 1, and why."""

    confidence: float
    why: str
    is_placed: bool = False  # "in", "across", "within" stands before it


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a passage uses capitals: in a title or a line of capitals they tell nothing."""

    is_title: bool
    is_upper: bool


def lettering(words: NameWords) -> Lettering:
    """Return how a text uses capitals, from its words of more than three letters."""
    longer = [place for place, word in enumerate(words.words) if len(word) > 3 and word[0].isalpha()]
    capitals = sum(words.is_capital(place) for place in longer)
    uppers = sum(words.shown(place).isupper() for place in longer)
    enough = len(longer) or 1
    return Lettering(is_title=capitals >= 0.7 * enough, is_upper=uppers >= 0.6 * enough)


def belief(
    words: NameWords,
    places: Sequence[NamedPlace],
    index: int,
    letters: Lettering,
    in_bodies: AbstractSet[int] = frozenset(),
) -> Belief:
    """Return how far a name is to be believed.

    Parameters
    ----------
    places : sequence of NamedPlace
        All names of the text, in their order: "in Dover, Deal and Swale" places each of them.
    index : int
        Which of them is asked about.
    in_bodies : set of int
        Words that are part of an organisation's name: they say little of where something happens.
    """
    place = places[index]
    if place.form is AreaForm.PLACE and place.start in in_bodies and place.end - 1 in in_bodies:
        return Belief(0.35, "part of a body's name")
    if place.form is not AreaForm.PLACE:
        return Belief(0.95, f"named as {place.form.value.replace('-', ' ')}", _is_placed(words, places, index))
    after = places[index + 1] if index + 1 < len(places) else None
    found = _not_a_place(words, place, after) or _in_a_longer_name(words, place, letters)
    return found or _alone(words, places, index, letters)


def _not_a_place(words: NameWords, place: NamedPlace, after: NamedPlace | None) -> Belief | None:
    left, right = words.word(place.whole.start - 1).rstrip("."), words.word(place.whole.end)
    before = words.word(place.whole.start - 2).rstrip(".")
    has_capital, has_capital_before = words.is_capital(place.whole.start - 1), words.is_capital(place.whole.start - 2)
    if (
        left in _PERSON_TITLES
        or (before in _PERSON_TITLES and has_capital)
        or (len(left) == 1 and has_capital and left.isalpha())
    ):
        return Belief(NOT_A_PLACE, "a person's name")
    if (right in _STREETS and words.is_capital(place.whole.end)) or (
        right == "at" and words.shown(place.whole.end + 1) == "Home"
    ):
        return Belief(NOT_A_PLACE, f"part of a name: {words.shown(place.end - 1)} {words.shown(place.whole.end)}")
    if _is_hyphen_part(words, place):
        return Belief(NOT_A_PLACE, "part of a hyphenated name")
    if left == "of" and before in _HOLDERS and has_capital_before:
        return Belief(
            NOT_A_PLACE, f"part of a name: {words.shown(place.whole.start - 2)} of {words.shown(place.start)}"
        )
    if _is_town_in(words, place, after):
        return Belief(NOT_A_PLACE, "a town of another area, which is named behind it")
    if words.word(place.start) == "reading" and _LESSONS & set(words.words[place.end : place.end + 3]):
        return Belief(NOT_A_PLACE, "a school subject")
    return None


def _is_hyphen_part(words: NameWords, place: NamedPlace) -> bool:
    """Tell "Bromley-by-Bow" and "Kirkby-in-Ashfield" from "Kent-wide" and "pan-London"."""
    start, end = place.whole.start, place.whole.end
    if words.is_hyphenated(end) and (words.word(end) in SMALL_WORDS or words.is_capital(end)):
        return True
    is_small = words.word(start - 1) in SMALL_WORDS
    return is_small and (words.is_hyphenated(start) or words.is_hyphenated(start - 1))


def _is_town_in(words: NameWords, place: NamedPlace, after: NamedPlace | None) -> bool:
    """Tell "Sutton in Ashfield", which is no borough of London, from "Dover in Kent"."""
    if after is None or words.words[place.end : after.start] != ("in",):
        return False
    pairs = ((one.code, other.code) for one in place.areas for other in after.areas)
    return not any(lies_within(one, other) for one, other in pairs)


def _in_a_longer_name(words: NameWords, place: NamedPlace, letters: Lettering) -> Belief | None:
    left, right = words.word(place.whole.start - 1), words.word(place.whole.end)
    has_left = words.is_capital(place.whole.start - 1) and left[0].isalpha() and left not in _PLACING | SMALL_WORDS
    has_left = has_left and not words.is_dashed(place.whole.start)
    has_right = words.is_capital(place.whole.end) and right[0].isalpha() and not words.is_dashed(place.whole.end)
    if has_right and right in _PREMISES:
        return Belief(0.35, f"part of a name: {words.shown(place.end - 1)} {words.shown(place.whole.end)}")
    if has_left and left in _DIRECTIONS:
        part = f"{words.shown(place.whole.start - 1)} {words.shown(place.start)}"
        return Belief(0.45, f"more than it: {part}") if left == "greater" else Belief(DOUBTFUL, f"a part of it: {part}")
    if has_left and (left in _BODY_STARTS or words.shown(place.whole.start - 1).isupper()):
        return Belief(0.45, "part of a body's name")
    if has_left and letters.is_title and left not in _TOPICS:
        return Belief(0.45, "perhaps part of a longer name, in a title")
    if has_left and not letters.is_title and not (_starts(words, place.whole.start - 1) and _opens(words, place)):
        return Belief(0.3, "perhaps part of a longer name")
    if left == "," and words.word(place.whole.start - 2) in _STREETS and words.is_capital(place.whole.start - 2):
        return Belief(0.4, "an address")
    if has_right and right not in _TOPICS and not letters.is_title:
        return Belief(0.35, "perhaps part of a longer name")
    return None


def _alone(words: NameWords, places: Sequence[NamedPlace], index: int, letters: Lettering) -> Belief:
    place = places[index]
    if words.word(place.whole.start - 1) in {"from", "near", "of", "outside", "to"}:
        return Belief(0.75, "named as a place")
    is_common = " ".join(words.words[place.start : place.end]) in COMMON_WORDS
    placed = _is_placed(words, places, index)
    if placed:
        return Belief(0.8 if is_common else 0.85, "named as a place", is_placed=True)
    if not is_common:
        return Belief(0.6 if letters.is_title else 0.7, "named")
    if letters.is_title or letters.is_upper or _starts(words, place.start):
        return Belief(0.3, "a common word where capitals say nothing")
    return Belief(0.55, "a common word, written as a name")


def _is_placed(words: NameWords, places: Sequence[NamedPlace], index: int) -> bool:
    first = max(0, index - _LONGEST_LIST)
    while index > first and is_joined(words, places[index - 1], places[index]):
        index -= 1
    return follows_placing(words, places[index].whole.start)


def follows_placing(words: NameWords, place: int) -> bool:
    """Tell whether "in", "across", "within" or the like stands before a word."""
    before = place - 1
    if words.word(before) in {"all", "the"}:
        before -= 1
    return words.word(before) in _PLACING


def _opens(words: NameWords, place: NamedPlace) -> bool:
    """Tell whether the word before a name may open a sentence ("While Kent ...", not "Jane Kent ...")."""
    token = words.doc[words.tokens[place.whole.start - 1]]
    return token.is_stop or token.lower_.endswith(("ing", "ly"))


def _starts(words: NameWords, place: int) -> bool:
    before = words.word(place - 1)
    return not before or not before[0].isalnum()
