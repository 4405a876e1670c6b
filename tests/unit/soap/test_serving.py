from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from gunicorn.util import load_class
from gunicorn.workers.gthread import ThreadWorker

from qbwc_server.serving import gunicorn_options, waitress_options

ROOT = Path(__file__).resolve().parents[3]
CONFIGURATION = ROOT / "deploy" / "gunicorn.conf.py"


def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> subprocess.CompletedProcess[str]:
    """What gunicorn itself understands of our configuration."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "gunicorn", "-c", str(CONFIGURATION), "--print-config", "flask:Flask"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)


def test_gunicorn_reads_every_setting_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = printed(tmp_path, monkeypatch, QBWC_HOST="0.0.0.0", QBWC_PORT="9001", QBWC_WORKERS="3", QBWC_THREADS="7")
    assert done.returncode == 0, done.stderr
    lines = (line.partition("=") for line in done.stdout.splitlines())
    understood = {name.strip(): value.strip() for name, _, value in lines}
    for name, value in gunicorn_options(host="0.0.0.0", port=9001, workers=3, threads=7).items():
        if name == "bind":
            assert understood[name] == "['0.0.0.0:9001']"
        elif name == "forwarder_headers":
            assert understood[name] == "[]"
        elif name == "forwarded_allow_ips":
            assert understood[name] == "['127.0.0.1', '::1']"
        else:
            assert understood[name] == str(value)


def test_a_bad_setting_stops_gunicorn_with_its_name_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = printed(tmp_path, monkeypatch, QBWC_PORT="many")
    assert done.returncode != 0
    assert "QBWC_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_https_is_believed_from_the_same_proxies_by_gunicorn_as_by_the_page() -> None:
    told = [
        gunicorn_options(host="x", port=1, workers=1, threads=1, proxies=proxies)["forwarded_allow_ips"]
        for proxies in ("10.0.0.0/8,::1", "none")
    ]
    assert told == ["10.0.0.0/8,::1", ""]


def test_an_address_of_ip_version_6_is_put_in_brackets() -> None:
    assert gunicorn_options(host="::1", port=1, workers=1, threads=1)["bind"] == "[::1]:1"
    assert gunicorn_options(host="localhost", port=1, workers=1, threads=1)["bind"] == "localhost:1"


def test_a_silent_connection_is_kept_longer_than_dotnet_and_the_usual_proxy_need() -> None:
    """T15."""
    options = gunicorn_options(host="x", port=1, workers=1, threads=1)
    assert issubclass(load_class(options["worker_class"]), ThreadWorker)
    assert options["keepalive"] == 75
    timeout = waitress_options(host="x", port=1, threads=1, max_body_bytes=1)["channel_timeout"]
    assert isinstance(timeout, int)
    assert timeout >= 75
