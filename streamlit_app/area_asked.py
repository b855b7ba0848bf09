"""The area that a person names in a form: by its code, or by a name that only one area has."""

from __future__ import annotations

from careatlas.areas.area import Area
from careatlas.areas.area_register import area_register
from careatlas.errors import UsageError

_NAMED = 5  # areas of one name in a message


def area_asked(words: str) -> Area | None:
    """Return the area of a code or a name, ``None`` for no words.

    Raises
    ------
    UsageError
        If there is none, or several have the name; those that may be meant are named.
    """
    asked = " ".join(words.split())
    register = area_register()
    if not asked:
        return None
    if register.has(asked.upper()):
        return register.get(asked.upper())
    found = register.named(asked)
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(f"{one.code} {one.name} ({one.kind.value}, {one.years})" for one in found[:_NAMED])
        raise UsageError(f"several areas are called {asked!r}", mend=f"give the code of one: {named}")
    return register.get(asked)  # which says what is near


def area_line(code: str, name: str) -> str:
    """Return what the register says of an area that is filled in, in words."""
    register = area_register()
    if not code:
        return f"{name or 'No area'}, without a code."
    if not register.has(code):
        return f"{code} {name}: the register has no such code."
    area = register.get(code)
    return f"{area.code}: {area.name}, {area.kind.value.replace('-', ' ')}, {area.years}."
