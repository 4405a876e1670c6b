"""Spyne comes in on every Python, without a warning and without leaving anything behind."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from qbwc_server.soap import compat

ROOT = Path(__file__).resolve().parents[3]


def run(code: str) -> str:
    """Runs `code` in a fresh interpreter in which every warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_spyne_is_imported_without_a_warning() -> None:
    assert run("import qbwc_server.soap.compat as c; print(c.rpc.__module__)") == "spyne.decorator"


def test_the_stand_in_for_cgi_is_gone_after_the_import() -> None:
    assert run("import qbwc_server.soap.compat, sys; print('cgi' in sys.modules)") == "False"


def test_a_cgi_that_somebody_else_had_imported_is_still_his() -> None:
    code = (
        "import sys, types; mine = sys.modules['cgi'] = types.ModuleType('cgi'); "
        "import qbwc_server.soap.compat; print(sys.modules['cgi'] is mine)"
    )
    assert run(code) == "True"


def test_modules_of_the_standard_library_keep_their_identity() -> None:
    code = (
        "import qbwc_server.soap.compat, sys; from spyne.util.six.moves import http_cookies; "
        "from spyne.util.six.moves.urllib.parse import quote; import http.cookies, urllib.parse; "
        "print(http_cookies is http.cookies, http.cookies.__spec__.name, quote is urllib.parse.quote, "
        "urllib.parse.__spec__.name)"
    )
    assert run(code) == "True http.cookies True urllib.parse"


def test_no_finder_of_the_old_kind_is_left_to_warn_at_other_imports() -> None:
    code = (
        "import qbwc_server.soap.compat, sys, importlib.util; "
        "print(all(hasattr(f, 'find_spec') for f in sys.meta_path), importlib.util.find_spec('no_such_module'))"
    )
    assert run(code) == "True None"


@pytest.mark.parametrize("name", ["spyne", "spyne.application", "spyne.protocol.soap.soap11.invalid"])
def test_nothing_that_spyne_says_reaches_a_handler_of_ours(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """T7."""
    logging.getLogger(name).critical("the whole request")
    assert caplog.text == ""


def test_everything_spyne_gives_us_is_there() -> None:
    assert all(getattr(compat, name) is not None for name in compat.__all__)
