"""Where torch is installed, the lower tiers still leave it alone: a classifier must start in a second, not in ten."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

CODE = """
import sys
from careatlas.codebook_file import shipped
from models.classifier import PassageText
from models.tiers import classifier_of
for name in ("cues-tfidf", "shipped"):
    classifier_of(name, shipped("care-home-integration")).predict([PassageText(text="falls")])
print(*sorted(sys.modules))
"""

REQUIRED = os.environ.get("CAREATLAS_REQUIRE_TORCH") == "1"  # before a fixture clears the environment


@pytest.mark.torch
def test_suggesting_imports_no_torch() -> None:
    if importlib.util.find_spec("torch") is None:
        assert not REQUIRED, "torch is required here and is not installed"
        pytest.skip("torch is not installed: with it absent there is nothing to check")
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert {"torch", "transformers"} & set(done.stdout.split()) == set()
