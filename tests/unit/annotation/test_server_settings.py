"""What the server is told: nothing of the user's environment, no word to the outside, closed doors."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.server_access import new_server
from annotation.server_folder import ServerFolder
from annotation.server_settings import database_variables, server_variables

FOLDER = ServerFolder(Path("/somewhere/labelstudio"))
SERVER = new_server("http://127.0.0.1:8080")


def test_nothing_of_the_users_environment_but_what_every_program_needs():
    theirs = {
        "PATH": "/bin", "HOME": "/home/ada", "LANG": "C.UTF-8", "DEBUG": "true", "DATABASE_NAME": "/elsewhere",
        "DJANGO_DB": "postgresql", "HEARTEX_DEBUG": "true", "LABEL_STUDIO_HOST": "https://h",
        "AWS_SECRET_ACCESS_KEY": "k", "PYTHONPATH": "/theirs", "HTTPS_PROXY": "http://proxy",
        "CAREATLAS_LABELSTUDIO__TOKEN": "t", "CI": "true",
    }  # fmt: skip
    given = server_variables(FOLDER, SERVER, theirs)
    passed_on = {name for name in theirs if name in given}
    assert passed_on == {"PATH", "HOME", "LANG"}
    assert not {"/elsewhere", "k", "t", "http://proxy"} & set(given.values())


def test_this_process_is_where_the_common_variables_come_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/London")
    monkeypatch.setenv("SECRET_OF_MINE", "x")
    given = database_variables(FOLDER, "key")
    assert given["TZ"] == "Europe/London"
    assert "SECRET_OF_MINE" not in given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LABEL_STUDIO_COLLECT_ANALYTICS", "false"),
        ("LABEL_STUDIO_LATEST_VERSION_CHECK", "false"),
        ("LABEL_STUDIO_SENTRY_DSN", ""),
        ("LABEL_STUDIO_FRONTEND_SENTRY_DSN", ""),
        ("LABEL_STUDIO_DEBUG", "false"),
        ("LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK", "true"),
        ("LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN", "true"),
        ("LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS", "false"),
        ("LABEL_STUDIO_ALLOWED_HOSTS", "127.0.0.1,localhost"),
        ("LABEL_STUDIO_SSRF_PROTECTION_ENABLED", "false"),
        ("LABEL_STUDIO_ML_BLOCK_LOCAL_IP", "false"),
        ("LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED", "true"),
        ("LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT", "/somewhere/labelstudio/files"),
        ("LABEL_STUDIO_BASE_DATA_DIR", "/somewhere/labelstudio/data"),
        ("fflag_feat_utc_210_prediction_validation_15082025", "true"),
        ("https_proxy", "http://127.0.0.1:9"),
        ("no_proxy", "127.0.0.1,localhost,::1"),
    ],
)
def test_the_server_is_told(name: str, value: str):
    assert server_variables(FOLDER, SERVER, {})[name] == value


def test_the_first_user_is_ours_and_the_template_has_none():
    given = server_variables(FOLDER, SERVER, {})
    named = {name: given[f"LABEL_STUDIO_{name}"] for name in ("USERNAME", "PASSWORD", "USER_TOKEN")}
    assert named == {"USERNAME": SERVER.email, "PASSWORD": SERVER.password, "USER_TOKEN": SERVER.token}
    assert given["SECRET_KEY"] == SERVER.secret_key
    made = database_variables(FOLDER, "key", {})
    assert made["SECRET_KEY"] == "key"
    assert not [name for name in made if name.endswith(("USERNAME", "PASSWORD", "USER_TOKEN"))]
    assert made["LABEL_STUDIO_COLLECT_ANALYTICS"] == "false"  # making a template calls nobody either
