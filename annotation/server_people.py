"""Who is who: the coders of a sample among the accounts of the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from annotation.server_replies import ServerUser


class ServerPeople:
    """The accounts of a server, by the names under which their answers are kept.

    A coder's account is the one whose e-mail address is the coder's name, else the one whose user name or full name it
    is, else the one whose address begins with it (``ann`` and ``ann@example.org``). Where several would do it is none
    of them: answers of one person must never go under the name of another. Whoever is no coder goes by the address.

    Parameters
    ----------
    users : iterable of ServerUser
        All accounts.
    coders : iterable of str
        The names in the plan of work.
    """

    def __init__(self, users: Iterable[ServerUser], coders: Iterable[str]) -> None:
        accounts = list(users)
        coders_named = tuple(coders)
        open_names = dict.fromkeys(coders_named)
        claimed: dict[int, str] = {}
        for names_of in _WAYS:
            for coder in list(open_names):
                found = [one.id for one in accounts if coder.strip().casefold() in names_of(one)]
                if found:
                    del open_names[coder]
                if len(found) == 1:
                    claimed.setdefault(found[0], coder)
        taken = {coder.strip().casefold() for coder in coders_named}
        self._names = {one.id: claimed.get(one.id) or _own_name(one, taken) for one in accounts}

    def name(self, number: int | None) -> str:
        """Return the name of an account. One that is not there any more is called by its number."""
        if number is None:
            return "nobody"
        return self._names.get(number, f"user {number}")

    def is_known(self, coder: str) -> bool:
        """Whether a coder has an account."""
        return coder in self._names.values()


def _own_name(user: ServerUser, taken: set[str]) -> str:
    names = (user.email.strip(), user.username.strip())
    return next((name for name in names if name and name.casefold() not in taken), f"user {user.id}")


def _address(user: ServerUser) -> set[str]:
    return {user.email.strip().casefold()} - {""}


def _names(user: ServerUser) -> set[str]:
    full = f"{user.first_name} {user.last_name}".strip()
    return {name.strip().casefold() for name in (user.username, full)} - {""}


def _start(user: ServerUser) -> set[str]:
    return {user.email.partition("@")[0].strip().casefold()} - {""}


_WAYS: tuple[Callable[[ServerUser], set[str]], ...] = (_address, _names, _start)
