"""`qbwc serve` and other commands as real processes."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qbwc_server.db import Database
from qbwc_server.errors import DatabaseNotReady
from tests.support import processes
from tests.support.command_line import CommandLine

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """Settings of a process: a SQLite file that is not there yet."""
    return {"QBWC_DATABASE_URL": f"sqlite:///{tmp_path}/qbwc.db"}


@pytest.mark.parametrize("kind", [pytest.param("gunicorn", marks=UNIX), "waitress"])
def test_serve_creates_a_sqlite_database_and_answers(tmp_path: Path, settings: dict[str, str], kind: str) -> None:
    with processes.server(tmp_path, "--server", kind, QBWC_SUPPORT_CONTACT="Jane Doe", **settings) as server:
        assert server.get("/healthz")[0] == 200
        assert json.loads(server.get("/healthz")[2]) == {"status": "ok"}
        status, content_type, page = server.get("/support")
        assert (status, content_type, "Jane Doe" in page) == (200, "text/html; charset=utf-8", True)
        (link,) = re.findall(
            rf"^ +http://localhost:{server.port}(/admin/set-up/[0-9a-f]{{32}})$", server.log, re.MULTILINE
        )
        assert (server.get("/admin/")[0], server.get(link)[0]) == (403, 200)
        assert server.get("/qbwc")[0] == 200
        assert 'name="QBWebConnectorSvc"' in server.get("/qbwc?wsdl")[2]
        added = processes.run(
            "company", "add", "Acme", "--url", "https://sync.example.com", "--json", folder=tmp_path, **settings
        )
        assert added.returncode == 0
        log = server.log
    assert "Traceback" not in log
    assert "Warning" not in log


@UNIX
def test_serve_ends_in_order_when_it_is_asked_to(tmp_path: Path, settings: dict[str, str]) -> None:
    with processes.server(tmp_path, "--workers", "1", **settings) as server:
        assert server.stop() == 0
        assert "Traceback" not in server.log


@UNIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waitress_too_stops_when_it_is_asked_to_and_the_port_is_free_again(
    tmp_path: Path, settings: dict[str, str], number: signal.Signals
) -> None:
    with processes.server(tmp_path, "--server", "waitress", **settings) as server:
        server.process.send_signal(number)
        server.process.wait(processes.STOP_SECONDS)
        assert "Traceback" not in server.log
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", server.port))


@UNIX
def test_unknown_pages_are_short_and_in_the_form_that_was_asked_for(tmp_path: Path, settings: dict[str, str]) -> None:
    with processes.server(tmp_path, "--workers", "1", **settings) as server:
        status, content_type, text = server.get("/nothing")
        assert (status, content_type, json.loads(text)) == (404, "application/json", {"error": "Not Found"})
        status, content_type, text = server.get("/nothing", {"Accept": "text/html"})
        assert (status, content_type) == (404, "text/html; charset=utf-8")
        assert len(text) < 200


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_serve_never_migrates_postgresql(empty_database_url: str, tmp_path: Path) -> None:
    result = processes.run("serve", folder=tmp_path, QBWC_DATABASE_URL=empty_database_url)
    assert (result.returncode, result.stdout) == (1, "")
    assert "qbwc init" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    database = Database(empty_database_url)
    with pytest.raises(DatabaseNotReady, match="no tables yet"):
        database.check_ready()
    database.close()


@pytest.mark.parametrize("kind", [pytest.param("gunicorn", marks=UNIX), "waitress"])
def test_a_port_that_is_taken_is_refused_in_one_line(tmp_path: Path, settings: dict[str, str], kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = processes.run("serve", "--server", kind, "--port", port, folder=tmp_path, **settings)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: port {port} on 127.0.0.1 is in use by another program. Choose another port with --port or QBWC_PORT.\n"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "2001:db8::1", "x" * 200])
def test_a_host_that_is_not_this_machine_is_refused_in_one_line(host: str, tmp_path: Path) -> None:
    qbwc = CommandLine(QBWC_DATABASE_URL=f"sqlite:///{tmp_path}/qbwc.db")
    (line,) = qbwc.refused("serve", "--host", host, "--port", processes.free_port())
    assert line.startswith(f"{host} is no address of this machine. ")
    assert "--host or QBWC_HOST" in line


def test_ctrl_c_while_the_program_is_loaded_ends_without_a_traceback(tmp_path: Path) -> None:
    code = """
import importlib.abc, os, signal, sys

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "sqlalchemy":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupt())
from qbwc_server.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"],
        cwd=tmp_path,
        env=processes.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Aborted!\n")


def test_a_port_out_of_range_is_wrong_usage(tmp_path: Path, settings: dict[str, str]) -> None:
    assert processes.run("serve", "--port", "70000", folder=tmp_path, **settings).returncode == 2


def test_settings_come_from_the_env_file_of_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"QBWC_DATABASE_URL=sqlite:///{tmp_path}/from-env.db\n")
    assert processes.run("init", folder=tmp_path).returncode == 0
    assert (tmp_path / "from-env.db").is_file()


def test_data_goes_to_standard_output_and_messages_to_standard_error(tmp_path: Path, settings: dict[str, str]) -> None:
    init = processes.run("init", folder=tmp_path, **settings)
    assert (init.returncode, init.stdout) == (0, "")
    assert "is ready" in init.stderr
    added = processes.run(
        "company", "add", "Müller", "--url", "https://sync.example.com", "--json", folder=tmp_path, **settings
    )
    assert json.loads(added.stdout)["name"] == "Müller"
    qwc = processes.run("company", "qwc", "Müller", folder=tmp_path, **settings)
    assert "<AppName>Müller - qbwc-server</AppName>" in qwc.stdout
    refused = processes.run("company", "show", "Nobody", folder=tmp_path, **settings)
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)


def test_a_name_that_the_terminal_cannot_show_ends_no_command(tmp_path: Path, settings: dict[str, str]) -> None:
    processes.run("init", folder=tmp_path, **settings)
    for name in ("Zoë", "株式"):
        processes.run("company", "add", name, "--url", "https://sync.example.com", folder=tmp_path, **settings)
    listed = processes.run(
        "company", "list", folder=tmp_path, PYTHONIOENCODING="latin-1", encoding="latin-1", **settings
    )
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "Zoë" in listed.stdout
    assert "\\u682a\\u5f0f" in listed.stdout


def test_a_reader_that_goes_away_early_is_no_error_to_speak_of(tmp_path: Path, settings: dict[str, str]) -> None:
    processes.run("init", folder=tmp_path, **settings)
    process = processes.start("company", "list", "--json", folder=tmp_path, **settings)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=30)
    assert b"Traceback" not in errors


def test_importing_the_package_alone_costs_a_program_nothing(tmp_path: Path) -> None:
    code = "import sys, qbwc_server; qbwc_server.connect; print({'sqlalchemy', 'pydantic', 'lxml'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=processes.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
