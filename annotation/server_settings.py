"""What the Label Studio server is told through its environment: headless, closed, and silent towards the world.

Names and defaults are those of ``label_studio/core/settings`` in the pinned version; each was tried.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from annotation.server_access import OwnServer
from annotation.server_folder import ServerFolder

HOST = "127.0.0.1"
# Nothing of the user's environment but this reaches the server: a DATABASE_NAME or DEBUG meant for another program
# would be obeyed, and it must not see the keys that people keep there.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")

_SILENT = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "CONVERTER_DOWNLOAD_RESOURCES": "false",
}
_CLOSED = {
    "DEBUG": "false",
    "DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "ENABLE_LEGACY_API_TOKEN": "true",
    # A page of somewhere else that the browser shows cannot talk to us, not even under another name for this computer.
    "ALLOWED_HOSTS": f"{HOST},localhost",
    "CORS_ALLOW_ALL_ORIGINS": "false",
}
# Webhooks and our ML backend are on loopback, which these two guards refuse. Only because the server itself listens
# on loopback and its people are invited is it right to take them away.
_LOOPBACK = {"SSRF_PROTECTION_ENABLED": "false", "ML_BLOCK_LOCAL_IP": "false"}
# Without it a prediction with a label or control that does not exist is kept and silently not shown.
_FLAGS = {"fflag_feat_utc_210_prediction_validation_15082025": "true"}
# The page's tips are fetched by the server, and no setting turns that off: a proxy that is not there does (RFC 863's
# port). What is on loopback is reached without it.
_NOWHERE = f"http://{HOST}:9"
_NO_WAY_OUT = {
    **{f"{scheme}_proxy": _NOWHERE for scheme in ("http", "https", "all")},
    "no_proxy": f"{HOST},localhost,::1",
}


def server_variables(
    folder: ServerFolder, server: OwnServer, inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the whole environment of a server.

    Parameters
    ----------
    folder : ServerFolder
        Where its data and files are.
    server : OwnServer
        Its first user, made at its first start, and its key. An environment can be read by the same user alone.
    inherited : Mapping, optional
        The environment to take the few common variables from, if not that of this process.
    """
    ours = {
        **{f"LABEL_STUDIO_{name}": value for name, value in (_SILENT | _CLOSED | _LOOPBACK).items()},
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(folder.files),
        "LABEL_STUDIO_USERNAME": server.email,
        "LABEL_STUDIO_PASSWORD": server.password,
        "LABEL_STUDIO_USER_TOKEN": server.token,
    }
    return database_variables(folder, server.secret_key, inherited) | ours


def database_variables(
    folder: ServerFolder, secret_key: str, inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment in which Label Studio prepares a database in ``folder`` and knows of no user."""
    inherited = os.environ if inherited is None else inherited
    return {
        **{name: inherited[name] for name in _PASSED_ON if name in inherited},
        **{f"LABEL_STUDIO_{name}": value for name, value in _SILENT.items()},
        **_NO_WAY_OUT,
        **_FLAGS,
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder.data),
        "SECRET_KEY": secret_key,
    }
