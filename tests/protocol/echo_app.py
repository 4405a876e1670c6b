"""The application that the tests serve with a real web server."""

from __future__ import annotations

from flask import Flask

from qbwc_server import soap
from tests.protocol.wire import EchoExchange

LIMIT = 32 * 1024 * 1024

app = Flask("echo")
app.register_blueprint(soap.support)
soap.mount(app, EchoExchange(), LIMIT)
