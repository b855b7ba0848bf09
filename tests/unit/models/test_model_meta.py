"""``model.json``: only a sound one of this format is read, and without NumPy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from careatlas.errors import InputError
from models.model_meta import FORMAT, META, identity_of, read_meta

CORE = {"format": FORMAT, "codebook": {"id": "small"}, "digests": {"words.json": "0"}}


def written(folder: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / META).write_text(text, encoding="utf-8")
    return folder


def sound(**changes: object) -> dict[str, object]:
    return {"model_id": identity_of(CORE), **CORE, "facts": {"made_at": "2024"}} | changes


def test_a_sound_one_is_read(tmp_path):
    assert read_meta(written(tmp_path, sound())) == sound()


def test_the_identity_is_that_of_what_was_learned():
    assert identity_of(CORE) == identity_of(dict(reversed(CORE.items())))
    assert identity_of(CORE) != identity_of(CORE | {"encoder": "x"})
    assert identity_of(CORE).startswith("stack-")


def test_facts_for_people_may_be_changed(tmp_path):
    assert read_meta(written(tmp_path, sound(facts={"note": "mine"})))["facts"] == {"note": "mine"}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "this is no model.json"),
        ("[]", "this is no model.json"),
        ("[" * 100_000, "this is no model.json"),
        ("null", "this is no model.json"),
        ("{}", "this is no model.json"),
        ({name: value for name, value in sound().items() if name != "facts"}, "this is no model.json"),
        ({name: value for name, value in sound().items() if name != "model_id"}, "this is no model.json"),
        (sound(format=2), "of format 2, and only 1 is read"),
        (sound(digests={}), "was changed"),
        (sound(added=1), "was changed"),
        (sound(model_id="stack-000000000000"), "was changed"),
        (sound(facts=[]), "was changed"),
    ],
)
def test_anything_else_is_refused(tmp_path, content, what):
    with pytest.raises(InputError, match=what) as caught:
        read_meta(written(tmp_path, content))
    assert caught.value.where == str(tmp_path / META)
    assert "train the model again" in caught.value.mend


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / META).write_bytes(b"\xff\xfe\x80")
    with pytest.raises(InputError, match="this is no model"):
        read_meta(tmp_path)


def test_no_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no model"):
        read_meta(tmp_path / "absent")


def test_which_model_is_in_use_is_known_without_numpy():
    code = (
        "import sys; import models.suggesting\n"
        "from careatlas.codebook_file import shipped; from models.tiers import info_of\n"
        "for name in ('auto', 'cues-tfidf'): info_of(name, shipped('care-home-integration'))\n"
        "print(*{'numpy', 'scipy', 'sklearn', 'safetensors', 'onnxruntime', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
