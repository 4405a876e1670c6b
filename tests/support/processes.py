"""`qbwc` as processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 30
QBWC = [sys.executable, "-m", "qbwc_server"]


def environment(**settings: str) -> dict[str, str]:
    """This process' environment without its settings, with `settings` and with this very program on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("QBWC_")}
    return {**kept, "PYTHONPATH": str(PROJECT), "PYTHONWARNINGS": "default", **settings}


def run(*arguments: str, folder: Path, encoding: str = "utf-8", **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, without standard input."""
    return subprocess.run(
        [*QBWC, *arguments],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding=encoding,
        timeout=START_SECONDS,
        check=False,
    )


def start(*arguments: str, folder: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Starts a command whose output the caller reads."""
    return subprocess.Popen(
        [*QBWC, *arguments],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    log_file: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Status, content type and text of a page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
        finally:
            connection.close()

    def stop(self) -> int:
        """Asks it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(encoding="utf-8")


@contextmanager
def server(folder: Path, *arguments: str, **settings: str) -> Iterator[Server]:
    """`qbwc serve` on a free port, once it answers; stopped at the end."""
    port = free_port()
    log_file = folder / f"server-{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*QBWC, "serve", "--port", str(port), *arguments],
            cwd=folder,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_heed_ctrl_c if os.name == "posix" else None,  # noqa: PLW1509 - this process has one thread
        )
    started = Server(port, process, log_file)
    try:
        _wait(started)
        yield started
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _heed_ctrl_c() -> None:
    """A shell lets what it starts in the background ignore SIGINT, and so would the server that a test stops by it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(started: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert started.process.poll() is None, started.log
        try:
            started.get("/healthz")
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not answer in {START_SECONDS} s:\n{started.log}")
