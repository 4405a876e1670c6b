"""The WSGI application as a whole: health, errors, and what reaches the log."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask

from qbwc_server import logs
from qbwc_server.app import create_app
from qbwc_server.config import Settings
from qbwc_server.errors import ConfigurationError

CANARY = "s3cret-" + "canary"


class Serve(Protocol):
    """Makes the application for a database."""

    def __call__(self, database_url: str | None = None) -> Flask: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Applications whose databases are closed at the end."""
    made: list[Flask] = []

    def make(database_url: str | None = None) -> Flask:
        made.append(create_app(Settings(database_url=database_url) if database_url else None))
        return made[-1]

    yield make
    for app in made:
        app.extensions["qbwc_database"].close()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server writes to its log."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Formatter())
    logging.root.addHandler(handler)
    yield written
    logging.root.removeHandler(handler)


def test_the_health_check_says_ok_on_a_database_of_this_version(serve: Serve, database_url: str) -> None:
    answer = serve(database_url).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_the_health_check_fails_on_a_database_that_was_never_made(serve: Serve, empty_database_url: str) -> None:
    answer = serve(empty_database_url).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "the database is not of this version; run qbwc init"},
    )


def test_the_health_check_tells_nobody_where_the_database_is(serve: Serve) -> None:
    answer = serve("postgresql://user:s3cret@127.0.0.1:1/none").test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "the database cannot be reached"})


def test_the_application_is_made_from_the_environment(
    serve: Serve, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", database_url)
    assert serve().test_client().get("/support").status_code == 200
    monkeypatch.setenv("QBWC_PORT", "abc")
    with pytest.raises(ConfigurationError, match="QBWC_PORT"):
        serve()


def test_an_error_of_our_own_shows_the_client_nothing_and_the_log_where_it_was(
    serve: Serve, tmp_path: Path, log: io.StringIO
) -> None:
    app = serve(f"sqlite:///{tmp_path}/q.db")

    @app.get("/broken")
    def broken() -> str:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"could not convert {CANARY}") from error

    page = app.test_client()
    answer = page.get("/broken")
    assert (answer.status_code, answer.json) == (500, {"error": "Internal Server Error"})
    browser = page.get("/broken", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (browser.status_code, browser.content_type) == (500, "text/html; charset=utf-8")
    told = log.getvalue()
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR qbwc_server\.app: unexpected error in GET /broken\n", told
    )
    assert ", in broken" in told
    assert "KeyError\nwhich led to\n" in told
    assert "\nValueError\n" in told
    assert CANARY not in told + answer.text + browser.text


def test_a_wrong_method_is_told_in_one_word(serve: Serve, tmp_path: Path) -> None:
    answer = serve(f"sqlite:///{tmp_path}/q.db").test_client().delete("/healthz")
    assert (answer.status_code, answer.json) == (405, {"error": "Method Not Allowed"})


def test_logging_that_somebody_set_up_is_left_alone() -> None:
    before = list(logging.root.handlers)
    logs.set_up("debug")
    assert before
    assert logging.root.handlers == before
    assert logging.getLogger("qbwc_server").level == logging.DEBUG
