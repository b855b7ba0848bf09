"""Which Label Studio a project uses, and the token for it."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from annotation.server_folder import ServerFolder, keep_secret, server_folder
from careatlas.errors import InputError, UsageError
from careatlas.project import Project
from careatlas.settings import LabelStudioSettings

OWNER = "careatlas@localhost"  # Django's check of addresses knows localhost, and no mail is ever sent
_MOST_BYTES = 20_000
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An address and the token for it. The token is never shown.

    Attributes
    ----------
    url : str
        Without a slash at its end.
    token : str
        A legacy token (40 hexadecimal digits) or a personal access token (a JWT).
    """

    url: str
    token: str = field(repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this computer and nothing else."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    """What ``access.json`` keeps of the server that we run ourselves.

    Attributes
    ----------
    email, password : str
        To sign in as its administrator.
    secret_key : str
        Signs its sessions and personal tokens.
    ready : bool
        Whether its first start came to its end. Until then nobody can have worked with it.
    """

    url: str
    token: str = field(repr=False)
    password: str = field(repr=False)
    secret_key: str = field(repr=False)
    email: str = OWNER
    ready: bool = False


def checked_access(url: str, token: str) -> Access:
    """Return the access to a server that a person named.

    Raises
    ------
    UsageError
        If the address is none, carries a name or password, or the token is no token.
    """
    try:
        parts = urlsplit(url.strip())
        plain = (
            bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc and not parts.query + parts.fragment
        )
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https"):
        raise UsageError("this is not the address of a Label Studio", mend="as in https://labels.example.org")
    token = token.strip()
    if not token:
        raise UsageError(
            "there is no token for the Label Studio", where=url.strip(), mend="set CAREATLAS_LABELSTUDIO__TOKEN"
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError("the token has characters that no token has", where=url.strip())
    return Access(url=url.strip().rstrip("/"), token=token)


def access_of(project: Project) -> Access:
    """Return the access to the server that a project uses.

    The settings come first, then a server that was registered with ``start --url``, then our own. A token in the
    settings is taken with whichever address holds.

    Raises
    ------
    UsageError
        If the project has no server yet.
    InputError
        If what was kept is damaged.
    """
    return access_in(server_folder(project.root), project.settings.labelstudio)


def access_in(folder: ServerFolder, settings: LabelStudioSettings) -> Access:
    """Return the access that the settings and a server folder give. Raises as :func:`access_of` does."""
    if settings.url:
        return checked_access(settings.url, settings.token)
    kept: Access | OwnServer | None = existing_server(folder) or own_server(folder)
    if kept is None or (isinstance(kept, OwnServer) and not kept.ready):
        raise UsageError("the project has no Label Studio", where=str(folder.root), mend="careatlas labelstudio start")
    return checked_access(kept.url, settings.token or kept.token)


def own_server(folder: ServerFolder) -> OwnServer | None:
    """Return what is kept of our own server, ``None`` before its first start.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return _kept(folder.access, OwnServer)


def existing_server(folder: ServerFolder) -> Access | None:
    """Return the registered server, ``None`` if there is none. Raises as :func:`own_server` does."""
    return _kept(folder.existing, Access)


def new_server(url: str) -> OwnServer:
    """Return a server that nobody knows yet: its token, password and key are random."""
    return OwnServer(
        url=url, token=secrets.token_hex(20), password=secrets.token_urlsafe(18), secret_key=secrets.token_urlsafe(48)
    )


def keep_own_server(folder: ServerFolder, server: OwnServer) -> None:
    """Keep what is known of our own server. Raises StageError if it cannot be written."""
    keep_secret(folder.access, asdict(server))


def register_server(folder: ServerFolder, access: Access, *, keep_token: bool) -> None:
    """Let the project use a server that is not ours.

    Parameters
    ----------
    keep_token : bool
        Whether the token is written down; not if the environment brings it each time.
    """
    folder.make()
    keep_secret(folder.existing, asdict(access if keep_token else replace(access, token="")))


def _kept(path: Path, kind: type[_Kept]) -> _Kept | None:
    try:
        content = path.read_bytes()[: _MOST_BYTES + 1]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return TypeAdapter(kind).validate_json(content, strict=True)
    except ValidationError:
        # Not "from" it: the library's message repeats what it read, and that is a token.
        raise InputError(
            "the file is damaged", where=str(path), mend="bring it back from a backup, or move it away and start anew"
        ) from None
