"""Puts the Web Connector's service into a Flask application."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from qbwc_server.soap.guard import Guard
from qbwc_server.soap.protocol import spyne_application
from qbwc_server.soap.service import Exchange

PATH = "/qbwc"


def mount(flask_app: Flask, exchange: Exchange, max_body_bytes: int) -> None:
    """Serves the SOAP operations of `exchange` at /qbwc and everything below it, with or without a slash at the end.

    `max_body_bytes` is the longest request that is accepted. Call it once for an application; WSGI middleware that
    should see these requests too (one that reads X-Forwarded headers, say) goes around the application afterwards.
    """
    guard = Guard(spyne_application(exchange), max_body_bytes)
    flask_app.wsgi_app = DispatcherMiddleware(flask_app.wsgi_app, {PATH: guard})  # type: ignore[method-assign]
