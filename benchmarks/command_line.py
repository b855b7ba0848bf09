"""``careatlas --help`` against the ``--help`` of a typer application of two commands in the same environment."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_SMALL = '''
import typer
app = typer.Typer()
@app.command()
def one(name: str) -> None:
    """Say one."""
@app.command()
def two(name: str) -> None:
    """Say two."""
if __name__ == "__main__":
    app()
'''
ROUNDS = 15


def main() -> None:
    """Measure both, in turn, and print the ratio of the medians."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.py"
        small.write_text(_SMALL, encoding="utf-8")
        theirs, ours = [], []
        for _ in range(ROUNDS):
            theirs.append(_seconds([sys.executable, str(small), "--help"]))
            ours.append(_seconds([sys.executable, "-m", "careatlas", "--help"]))
    answer = {
        "rounds": ROUNDS,
        "two-command typer application, median s": round(statistics.median(theirs), 3),
        "careatlas --help, median s": round(statistics.median(ours), 3),
        "ratio of medians": round(statistics.median(ours) / statistics.median(theirs), 2),
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
