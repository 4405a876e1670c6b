"""The stage of the demonstration: a folder of its own, the real server, and commands typed as a user would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from qbwc_server.errors import DemoFailed, Problem

START_SECONDS = 30
COMMAND_SECONDS = 120
STOP_SECONDS = 15

_QBWC = [sys.executable, "-P", "-c", "from qbwc_server.cli import main; main()"]
"""This very program, found without help from the PATH."""


class Stage:
    """A folder in which nothing of the user's own settings counts, and what the demonstration leaves there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.database = self.folder / "qbwc.sqlite3"
        self.books = self.folder / "books.sqlite3"
        self.jobs = self.folder / "jobs.jsonl"
        self.qwc = self.folder / "demo.qwc"
        self.server_log = self.folder / "server.log"
        self.session_log = self.folder / "session.log"

    @property
    def database_url(self) -> str:
        """For a user who wants to look around afterwards."""
        return f"sqlite:///{self.database}"

    def clear(self) -> None:
        """Makes the folder, and takes out what an earlier demonstration left; touches no other file."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for file in (self.database, self.books, self.jobs, self.qwc, self.server_log, self.session_log):
                for suffix in ("", "-wal", "-shm", "-journal"):
                    file.with_name(file.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise DemoFailed(Problem(f"{error.filename} cannot be used: {error.strerror}.")) from None

    def qbwc(self, *arguments: str, password: str = "", transcript: Path | None = None) -> str:
        """What a command wrote to standard output, also kept in the file `transcript` if one is given.

        Raises DemoFailed with the command's last words if it did not succeed.
        """
        command = f"`qbwc {' '.join(arguments[:2])}`" if arguments[0] == "company" else f"`qbwc {arguments[0]}`"
        try:
            done = subprocess.run(
                [*_QBWC, *arguments],
                cwd=self.folder,
                env=self._environment(password),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._failed(f"{command} was not done after {COMMAND_SECONDS} seconds.") from None
        if transcript is not None:
            transcript.write_text(done.stdout, encoding="utf-8")
        if done.returncode != 0:
            words = (done.stderr.strip() or done.stdout.strip() or "it gave no reason").splitlines()
            raise self._failed(f"{command} failed: {words[-1].removeprefix('Error: ')}")
        return done.stdout

    @contextmanager
    def server(self) -> Iterator[str]:
        """The real server on a free port of this machine; gives its base URL, and stops it whatever happens."""
        port = _free_port()
        base = f"http://localhost:{port}"
        with self.server_log.open("wb") as log:
            process = subprocess.Popen(
                [*_QBWC, "serve", "--host", "127.0.0.1", "--port", str(port)],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, which ends as a whole
            )
            try:
                self._wait_for(process, base)
                yield base
            finally:
                _stop(process)

    def _wait_for(self, process: subprocess.Popen[bytes], base: str) -> None:
        give_up = time.monotonic() + START_SECONDS
        while reason := _why_no_answer(f"{base}/support"):
            if process.poll() is not None:
                raise self._failed(f"the server ended at once, with status {process.returncode}.")
            if time.monotonic() > give_up:
                raise self._failed(f"the server gave no answer at {base} for {START_SECONDS} seconds: {reason}.")
            time.sleep(0.05)

    def _environment(self, password: str = "") -> dict[str, str]:
        """The user's environment without the settings, which could send the samples into a real queue.

        COLUMNS: what the transcript shows is not folded to the width of a terminal that is not there.
        """
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("QBWC_")}
        settings = {"QBWC_DATABASE_URL": self.database_url, "PYTHONUTF8": "1", "COLUMNS": "200"}
        return kept | settings | ({"QBWC_SIMULATE_PASSWORD": password} if password else {})

    def _failed(self, message: str) -> DemoFailed:
        """With the logs there are to look into."""
        logs = {"The server's log is": self.server_log, "What the Web Connector saw is in": self.session_log}
        told = [f"{what} {log}." for what, log in logs.items() if log.is_file() and log.stat().st_size > 0]
        return DemoFailed(Problem(message, remedy=" ".join(told)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _why_no_answer(url: str) -> str:
    """Empty if the page is there. Asks past any proxy of the user's: the server is on this machine."""
    try:
        build_opener(ProxyHandler({})).open(url, timeout=2).close()
    except URLError as error:
        return str(error.reason)
    except OSError as error:
        return str(error)
    return ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server and, should it not end in time, its workers with it: they would answer on for a while."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
