"""What the web process holds after every page was opened: in a process of its own, so that nothing else loaded it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from careatlas.identifiers import DocumentId
from careatlas.project import open_project
from tests.made_initiatives_app import fill_initiatives

SCRIPT = """
import sys
from streamlit import config
from streamlit.testing.v1 import AppTest
config.set_option("server.address", "127.0.0.1")
test = AppTest.from_file(sys.argv[1], default_timeout=120).run()
names = ["map", "matrix", "area", "initiatives", "initiative", "documents", "evidence", "adjudication", "codebook"]
for name in ["", *names]:
    test._page_hash = next(k for k, p in test._registered_pages.items() if p.get("url_pathname", "") == name)
    test.query_params = {"document": sys.argv[2]} if name == "evidence" else {}
    test.run()
    assert not test.exception, test.exception
    assert test.title, name
heavy = {"pymupdf", "fitz", "torch", "transformers", "spacy", "sklearn", "onnxruntime", "nlp"}
print(sorted(heavy & {module.partition(".")[0] for module in sys.modules}))
"""


def test_the_web_process_reads_no_plans_and_loads_no_model(root: Path, first: DocumentId) -> None:
    with open_project(root) as project:
        fill_initiatives(project)
    main = Path(__file__).parents[3] / "streamlit_app" / "main.py"
    environment = {**os.environ, "CAREATLAS_PROJECT": str(root), "CAREATLAS_REVIEWER": "Ada"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(main), first],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=environment,
        cwd=main.parents[1],
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.strip() == "[]"
