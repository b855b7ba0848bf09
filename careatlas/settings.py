"""Settings: the project's ``careatlas.toml``, overridden by ``CAREATLAS_*`` environment variables.

A key that nobody knows is an error, in the file as in the environment: a misspelt limit must not be a silent default.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from careatlas.errors import SettingsError

FILE_NAME = "careatlas.toml"
ENV_PREFIX = "CAREATLAS_"
# Read elsewhere than here: where the project is, who reviews, where backbones and the annotation server are kept.
_OTHER_VARIABLES = frozenset(
    {
        "CAREATLAS_PROJECT",
        "CAREATLAS_REVIEWER",
        "CAREATLAS_LOG_JSON",
        "CAREATLAS_MODEL_CACHE",
        "CAREATLAS_LABELSTUDIO_HOME",
    }
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Section):
    """Where rows are kept: empty for ``store.sqlite`` in the project, or a ``postgresql://`` URL."""

    url: str = ""


class BlobSettings(_Section):
    """Where files are kept: empty for ``blobs/`` in the project, or any address that fsspec opens."""

    url: str = ""


class ParseSettings(_Section):
    """Limits for the reading of one document.

    ``workers`` 0 means one per core. Times are in seconds, sizes in the unit that the name ends with.
    """

    workers: int = Field(0, ge=0, le=256)
    max_bytes: int = Field(500_000_000, ge=1)
    max_pages: int = Field(5_000, ge=1)
    max_page_glyphs: int = Field(400_000, ge=1_000)
    memory_mb: int = Field(3_000, ge=500)
    base_seconds: float = Field(20.0, gt=0)
    seconds_per_page: float = Field(1.0, gt=0)


class PageImageSettings(_Section):
    """How page images for the evidence view are made."""

    dpi: int = Field(110, ge=36, le=300)


class SuggestSettings(_Section):
    """What the suggest stage scores passages against, and with which model.

    ``model`` is ``auto`` (the project's production model, else the shipped one, else ``cues-tfidf``), or names one.
    ``backbone`` is the encoder that ``careatlas train`` stands on: a registered name, a folder, or name@commit.
    """

    codebook: str = "care-home-integration"
    model: str = "auto"
    backbone: str = "minilm"


class AppSettings(_Section):
    """Where the browser app listens. Anything but loopback needs a login (OIDC)."""

    host: str = "127.0.0.1"
    port: int = Field(8501, ge=0, le=65535)


class LabelStudioSettings(_Section):
    """Which Label Studio people work in: empty ``url`` for the project's own, on loopback at ``port``.

    ``token`` is best given by the environment. It stands in no representation of the settings.
    """

    url: str = ""
    token: str = Field("", repr=False)
    port: int = Field(8080, ge=0, le=65535)


class Settings(_Section):
    """All settings of a project."""

    name: str = "CareAtlas project"
    store: StoreSettings = StoreSettings()
    blobs: BlobSettings = BlobSettings()
    parse: ParseSettings = ParseSettings()
    page_images: PageImageSettings = PageImageSettings()
    suggest: SuggestSettings = SuggestSettings()
    app: AppSettings = AppSettings()
    labelstudio: LabelStudioSettings = LabelStudioSettings()


def load_settings(root: Path | None) -> Settings:
    """Read the settings of the project at ``root``, or the defaults and the environment where there is none.

    Raises
    ------
    SettingsError
        If the file is not TOML, or a key or value is wrong; the nearest known key is named.
    """
    overrides = _overrides(os.environ)
    path = root / FILE_NAME if root is not None else None
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings are not TOML: {error}", where=str(path)) from error
    except OSError as error:
        raise SettingsError(f"the settings cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return Settings.model_validate(_laid_over(tree, overrides))
    except ValidationError as error:
        raise SettingsError(_explained(error), where=str(path or "environment")) from error


def known_keys() -> tuple[str, ...]:
    """Return every settings key in dotted form (``parse.workers``), in the order of the file."""
    return tuple(_walk(Settings.model_fields))


def _walk(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, field in fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (f"{name}.{key}" for key in kind.model_fields)
        else:
            yield name


def _overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that the environment gives, by dotted key; an unknown variable of ours is an error."""
    known = {ENV_PREFIX + key.upper().replace(".", "__"): key for key in known_keys()}
    found = {}
    for name, value in environment.items():
        upper = name.upper()
        if upper in known:
            found[known[upper]] = value
        elif upper.startswith(ENV_PREFIX) and upper not in _OTHER_VARIABLES:
            mend = _nearest(upper, known.keys() | _OTHER_VARIABLES)
            raise SettingsError(f"unknown environment variable {name}", where="environment", mend=mend)
    return found


def _laid_over(tree: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, Any]:
    merged = {name: dict(value) if isinstance(value, dict) else value for name, value in tree.items()}
    for key, value in overrides.items():
        section, _, name = key.rpartition(".")
        if not section:
            merged[name] = value
        elif isinstance(merged.setdefault(section, {}), dict):  # anything else is for the validation to refuse
            merged[section][name] = value
    return merged


def _explained(error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        key = ".".join(map(str, item["loc"]))
        hint = _nearest(key, known_keys()) if item["type"] == "extra_forbidden" else ""
        lines.append(f"{key}: {'unknown key' if hint else item['msg']}{f' ({hint})' if hint else ''}")
    return "; ".join(lines)


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names)}"
