"""The service in the test's own process, with an exchange that remembers; and once for the session behind gunicorn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qbwc_server import soap
from tests.protocol.wire import RecordingExchange

MAX_BODY_BYTES = 64 * 1024 * 1024
START_SECONDS = 120
STOP_SECONDS = 90
"""Patience with a machine that runs other tests at the same time."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def exchange() -> RecordingExchange:
    return RecordingExchange()


@pytest.fixture
def client(exchange: RecordingExchange) -> FlaskClient:
    """Talks to the service as it is mounted in a Flask application."""
    app = Flask("tests")
    app.register_blueprint(soap.support)
    soap.mount(app, exchange, MAX_BODY_BYTES)
    return app.test_client()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_gunicorn(folder: Path, port: int, *application: str, **variables: str) -> subprocess.Popen[bytes]:
    """Gunicorn with our own configuration, listening when this returns. Its log is `folder`/gunicorn.log."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QBWC_")} | variables
    environment |= {
        "QBWC_PORT": str(port),
        "QBWC_WORKERS": "1",
        "QBWC_THREADS": "8",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), *application]
    with (folder / "gunicorn.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    server.kill()
    server.wait()
    raise AssertionError((folder / "gunicorn.log").read_text(errors="replace"))


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ends a server as an administrator does, and at last by force."""
    server.terminate()
    try:
        server.wait(timeout=STOP_SECONDS)
    finally:
        server.kill()


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running gunicorn that serves an EchoExchange, with a body limit of 32 MiB."""
    number = free_port()
    server = start_gunicorn(tmp_path_factory.mktemp("gunicorn"), number, "tests.protocol.echo_app:app")
    yield number
    stop(server)
