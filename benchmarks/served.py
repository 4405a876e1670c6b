"""A server to be measured, as a process of its own: `qbwc serve` with the meter around the application it makes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks import floor, meter, phases
from qbwc_server import app, cli

_START_SECONDS = 30
_PROJECT = Path(__file__).resolve().parents[1]


class Kind(StrEnum):
    """What is served."""

    SERVER = "server"
    """The program as it is."""
    PHASES = "phases"
    """The same, its phases counted, which costs time of its own: only the shares are taken from it."""
    FLOOR = "floor"
    """The same exchange written by hand for this measurement, in the same web server."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a server has used since it was started."""

    cpu: float
    """Seconds of the processor."""
    peak: int
    """Bytes of memory at the highest."""
    calls: list[tuple[str, float]]
    """The operations called since this was asked last, with the processor's seconds of each in the application."""
    shares: Mapping[str, Mapping[str, float]]
    """Seconds of the processor by phase, where the phases are counted."""

    def less(self, before: Used) -> Used:
        """What was used between then and now."""
        shares = {
            kind: {phase: seconds - before.shares[kind].get(phase, 0.0) for phase, seconds in phases.items()}
            for kind, phases in self.shares.items()
        }
        return Used(self.cpu - before.cpu, self.peak, self.calls, shares)


class Served:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def used(self) -> Used:
        """What was used until now."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", meter.PATH)
            told: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        calls = [(str(operation), float(seconds)) for operation, seconds in told["calls"]]
        return Used(told["cpu"], told["peak"], calls, told["shares"])


@contextmanager
def served(kind: Kind, url: str, folder: Path) -> Iterator[Served]:
    """A server on a free port, once it answers; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("QBWC_")}
    environment = {**kept, "QBWC_DATABASE_URL": url, "PYTHONPATH": str(_PROJECT)}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.served", kind, str(port)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Served(port)
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _wait(server: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.used()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server to be measured did not start in {_START_SECONDS} s")


def main(kind: Kind, port: str) -> None:
    """`qbwc serve` with one worker; the application it makes is put into the meter."""
    shares: Mapping[str, meter.Shares] = {}
    make: Any = app.create_app
    if kind is Kind.PHASES:
        shares = phases.install()
    elif kind is Kind.FLOOR:
        make = floor.create_app
    patched: Any = app
    patched.create_app = lambda settings: meter.Meter(make(settings), shares)
    cli.cli(["serve", "--port", port, "--workers", "1"])


if __name__ == "__main__":
    main(Kind(sys.argv[1]), sys.argv[2])
