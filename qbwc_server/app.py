"""The Flask application: the Web Connector's service, the admin page, the support page, the health check."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from qbwc_server import admin, logs, soap
from qbwc_server.accounts import Hasher
from qbwc_server.clock import Clock, SystemChance, SystemClock
from qbwc_server.config import Settings, load_settings, networks
from qbwc_server.db import Database
from qbwc_server.errors import DatabaseAway, DatabaseNotReady
from qbwc_server.exchange import Exchange, Limits
from qbwc_server.qbxml import Renderer

_log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None, hasher: Hasher | None = None) -> Flask:
    """The whole server as a WSGI application; without `settings` those of the environment and `.env`.

    Connects to nothing yet, so it may be made before or after a fork; each process opens its own connections.
    `clock` and `hasher` are the admin page's, for tests. Raises ConfigurationError.
    """
    settings = settings or load_settings()
    logs.set_up(settings.log_level)
    database = Database(settings.database_url)
    app = Flask("qbwc_server", static_folder=None)
    app.config[soap.SUPPORT_CONTACT] = settings.support_contact
    app.extensions["qbwc_database"] = database
    app.register_blueprint(soap.support)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        """Whether this process reaches a database that it can use."""
        status, code = _health(database)
        return jsonify(status=status), code

    @app.get("/")
    def first() -> AnyResponse:
        """Whoever types the server's name means the admin page."""
        return redirect(f"{admin.PATH}/")

    limits = Limits(session=timedelta(minutes=settings.session_minutes), round_trips=settings.session_round_trips)
    renderer = Renderer(settings.templates)
    exchange = Exchange(database, renderer, limits=limits)
    soap.mount(app, exchange, settings.max_body_bytes)
    parts = admin.Parts(
        db=database,
        clock=clock or SystemClock(),
        chance=SystemChance(),
        hasher=hasher or Hasher(),
        renderer=renderer,
        proxies=networks(settings.trusted_proxies),
    )
    page = app.extensions["qbwc_admin"] = admin.create(parts)
    admin.mount(app, page)
    return app


def _health(database: Database) -> tuple[str, HTTPStatus]:
    try:
        database.check_ready()
    except DatabaseAway:
        return "the database cannot be reached", HTTPStatus.SERVICE_UNAVAILABLE
    except DatabaseNotReady:
        return "the database is not of this version; run qbwc init", HTTPStatus.SERVICE_UNAVAILABLE
    return "ok", HTTPStatus.OK


def _refused(error: HTTPException) -> Response:
    return _short_answer(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, error.name)


def _failed(error: Exception) -> Response:
    """A defect of ours: the details go to the log, never to the client."""
    _log.error("unexpected error in %s %s", request.method, request.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _short_answer(status, status.phrase)


def _short_answer(status: int, phrase: str) -> Response:
    """JSON, or a line of HTML for a browser."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        page = f"<!DOCTYPE html><html lang=en><title>{phrase}</title><p>{status} {phrase}</p></html>\n"
        return Response(page, status, content_type="text/html; charset=utf-8")
    answer = jsonify(error=phrase)
    answer.status_code = status
    return answer
