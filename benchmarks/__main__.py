"""`python -m benchmarks`: measures everything and writes it into docs/performance.md. `make bench` is this."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.report import report, write
from benchmarks.workloads import Bench, Measured
from tests.support import databases

_DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> None:
    """Runs with the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how much of everything; 1 is what is documented")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], action="append", help="only this one")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="the folder of performance.md")
    given = parser.parse_args()
    wanted = given.database or ["SQLite", "PostgreSQL"]
    if "PostgreSQL" in wanted and (reason := databases.why_no_postgres()):
        wanted.remove("PostgreSQL")
        _tell(f"PostgreSQL is left out: {reason}")
    measured = run(wanted, given.scale)
    _tell(report(measured, given.scale))
    write(measured, given.scale, given.docs)


def run(wanted: list[str], scale: float) -> list[Measured]:
    """Measures on these databases, and says on the way what it is at."""
    began = time.monotonic()

    def told(what: str) -> None:
        _tell(f"{time.monotonic() - began:5.0f} s  {what}")

    return [line for database in wanted for line in Bench(database, scale, told).measured()]


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
