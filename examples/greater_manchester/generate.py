"""Makes a small set of synthetic plans of the ten Greater Manchester boroughs.

Run ``uv run python examples/greater_manchester/generate.py --seed 20 --out DIR``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bank import load_bank
from boroughs import load_boroughs
from catalogue import load_catalogue
from layout import typeset
from plan import Plan, compose
from records import initiatives, truth, write_readme, write_register, write_rows
from timeline import adopt


def generate(out: Path, *, seed: int, limit: int | None = None) -> int:
    """Write the plans, the register, the truth and a readme, and return the number of plans.

    Parameters
    ----------
    out : Path
        Folder to write to; made if it is not there.
    seed : int
        The same seed gives the same files.
    limit : int, optional
        Only the first so many boroughs.
    """
    bank, catalogue = load_bank(), load_catalogue()
    plans: list[Plan] = []
    rows: list[dict[str, object]] = []
    (out / "plans").mkdir(parents=True, exist_ok=True)
    for borough in load_boroughs()[:limit]:
        adoptions = adopt(bank, Random(f"{seed}:{borough.code}"))
        for assignment in catalogue.assignments:
            if assignment.borough != borough.name:
                continue
            rng = Random(f"{seed}:{assignment.file}")
            plan = compose(assignment, borough, adoptions, bank=bank, catalogue=catalogue, rng=rng)
            made = typeset(plan, rng)
            (out / assignment.file).write_bytes(made.pdf)
            found = truth(plan, made.pages)
            print(f"{assignment.file}: {len(made.pdf) // 1024} KiB, {len(found)} planted passages", file=sys.stderr)
            plans.append(plan)
            rows += found
    write_register(plans, out / "register.csv")
    write_rows(rows, out / "truth.jsonl")
    write_rows(initiatives(plans), out / "initiatives.jsonl")
    write_readme(seed, out / "README.txt")
    return len(plans)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(description="Make synthetic plans of the Greater Manchester boroughs.")
    parser.add_argument("--seed", type=int, default=20, help="the same seed gives the same files (20)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--boroughs", type=int, default=None, metavar="N", help="only the first N boroughs")
    options = parser.parse_args(arguments)
    generate(options.out, seed=options.seed, limit=options.boroughs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
