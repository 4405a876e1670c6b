"""`qbwc demo`, as `make demo` runs it: real server, real HTTP, real commands."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from qbwc_server.cli import demo_stage
from qbwc_server.errors import DemoFailed
from tests.support import processes

QBWC = [sys.executable, "-c", "from qbwc_server.cli import main; main()"]
HEAR_SIGINT = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
ATTENTIVE = [sys.executable, "-c", HEAR_SIGINT + QBWC[2]]
"""As from a terminal: what a shell starts in the background is deaf to SIGINT, and so is what that starts."""
SAMPLES = ["C-1", "C-2", "I-1", "I-2", "INV-1", "INV-2", "INV-3", "P-1", "P-2", "P-3"]


def demo(folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*ATTENTIVE, "demo", "--folder", str(folder)],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """One demonstration to its end, with settings of the user's around that must not count."""
    folder = tmp_path_factory.mktemp("demo")
    process = demo(folder, QBWC_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing", QBWC_PORT="1")
    out, error = process.communicate(timeout=120)
    return subprocess.CompletedProcess([], process.returncode, out, error), folder


Played = tuple[subprocess.CompletedProcess[str], Path]


def test_every_sample_job_ends_done_with_its_id_and_the_document_in_the_company_file(played: Played) -> None:
    done, _ = played
    rows = {
        row.split()[1]: row for row in done.stdout.splitlines() if len(row.split()) > 3 and row.split()[1] in SAMPLES
    }

    assert done.returncode == 0, done.stderr
    assert list(rows) == SAMPLES
    assert all(re.search(r" done +[0-9A-F]+-[0-9]+ ", row) for row in rows.values())
    assert "10 of 10 stand in the company file under the ID that was recorded." in done.stdout


def test_the_payments_have_paid_the_invoices_in_the_company_file(played: Played) -> None:
    done, _ = played

    assert re.search(r"INV-2 .* 1002, 2340\.00, 0\.00 open", done.stdout)
    assert re.search(r"P-3 .* CHK 79, 1590\.00, 0\.00 unused", done.stdout)


def test_the_queue_can_be_looked_at_afterwards(played: Played) -> None:
    done, folder = played
    url = re.search(r"QBWC_DATABASE_URL=(\S+)", done.stdout)
    assert url is not None

    jobs = subprocess.run(
        [*QBWC, "jobs"], env=os.environ | {"QBWC_DATABASE_URL": url[1]}, capture_output=True, text=True, check=True
    )

    assert jobs.stdout.count("done") == len(SAMPLES)
    assert (folder / "session.log").stat().st_size > 0


def test_the_page_with_these_jobs_is_one_command_away(played: Played, tmp_path: Path) -> None:
    """The command as it is printed, with `qbwc` as this very program and a port that is free."""
    done, _ = played
    command = done.stdout.partition("\nThe page\n")[2].splitlines()[0]
    url, _, typed = command.partition(" ")
    assert typed.split()[-1] == "serve"

    with processes.server(tmp_path, **dict([url.split("=", 1)])) as server:
        link = re.search(r"http://localhost:\d+(/admin/set-up/\S+)", server.log)
        assert link is not None, server.log
        status, _, page = server.get(link[1])

    assert status == 200
    assert "You become the first admin" in page


def test_the_second_demonstration_in_a_folder_starts_afresh_and_leaves_other_files_alone(
    played: Played, tmp_path: Path
) -> None:
    _, folder = played
    mine = folder / "mine.txt"
    mine.write_text("mine")

    out, error = demo(folder).communicate(timeout=120)

    assert "10 of 10" in out, error
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demonstration_that_is_ended_early_leaves_no_server_behind(tmp_path: Path, number: signal.Signals) -> None:
    process = demo(tmp_path)
    base = _address(process)
    assert _answers(base)

    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode != 0
    assert not _answers(base)


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_stage, "_QBWC", [sys.executable, "-c", "import sys; sys.exit('no room left')"])
    stage = demo_stage.Stage(tmp_path)

    with pytest.raises(DemoFailed) as failure, stage.server():
        pass

    assert str(failure.value) == f"the server ended at once, with status 1. The server's log is {stage.server_log}."
    assert stage.server_log.read_text().strip() == "no room left"


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    _, error = demo(tmp_path / "file" / "demo").communicate(timeout=60)

    assert error.startswith("Error: ")
    assert len(error.splitlines()) == 1


def _address(process: subprocess.Popen[str]) -> str:
    """The server's base URL, printed as soon as it is up."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"--url (http://localhost:\d+)", line):
            return found[1]
    raise AssertionError("the demonstration ended before its server was up")


def _answers(base: str) -> bool:
    try:
        with urlopen(f"{base}/support", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
