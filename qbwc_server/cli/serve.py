"""`qbwc serve`: the server in this process, with the settings the Web Connector needs."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Any

import click

from qbwc_server import serving
from qbwc_server.cli import output
from qbwc_server.cli.admin import announce_link
from qbwc_server.cli.database import prepare
from qbwc_server.cli.runtime import ready_database
from qbwc_server.config import Settings, load_settings, sqlite_file
from qbwc_server.errors import ConfigurationError, Problem


@click.command()
@click.option("--host", help="Address to listen on; default QBWC_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default QBWC_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Server processes; default QBWC_WORKERS, else 2.")
@click.option(
    "--server",
    type=click.Choice(["gunicorn", "waitress"]),
    default="waitress" if sys.platform == "win32" else "gunicorn",
    hidden=True,
)
def serve(host: str | None, port: int | None, workers: int | None, server: str) -> None:
    """Start the server. Creates or migrates a SQLite database first; PostgreSQL needs `qbwc init`."""
    given = {"host": host, "port": port, "workers": workers}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    if sqlite_file(settings.database_url) is not None:
        prepare(settings.database_url)
    else:
        with ready_database():
            pass
    _refuse_unless_free(settings.host, settings.port)
    with ready_database() as db:
        announce_link(db, settings)
    output.message(f"Serving on {settings.host} port {settings.port}; stop with Ctrl-C.")
    (_waitress if server == "waitress" else _gunicorn)(settings)


def _refuse_unless_free(host: str, port: int) -> None:
    """Raises ConfigurationError if nobody could listen there: the servers say so in many lines, or try for long."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":  # there it would allow what is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError, OverflowError) as error:
        raise ConfigurationError(_not_free(host, port, error)) from None


def _not_free(host: str, port: int, error: Exception) -> Problem:
    number = getattr(error, "errno", None)
    choose_port = "Choose another port with --port or QBWC_PORT."
    if number == errno.EADDRINUSE:
        return Problem(f"port {port} on {host} is in use by another program", remedy=choose_port)
    if number in (errno.EACCES, errno.EPERM):
        return Problem(f"this user may not listen on port {port}", remedy=choose_port)
    remedy = "Choose one of its addresses, 127.0.0.1 or 0.0.0.0 for instance, with --host or QBWC_HOST."
    return Problem(f"{host} is no address of this machine", remedy=remedy)


def _gunicorn(settings: Settings) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415  it cannot be imported on Windows

    from qbwc_server.app import create_app  # noqa: PLC0415  most commands need no Flask

    options = serving.gunicorn_options(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        threads=settings.threads,
        proxies=settings.trusted_proxies,
    )

    class Server(BaseApplication):
        """Gunicorn with our options; the application is made in each worker, after the fork."""

        def load_config(self) -> None:
            known: dict[str, Any] = self.cfg.settings
            for name, value in {**options, "loglevel": settings.log_level.value}.items():
                if name in known:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            return create_app(settings)

    Server().run()


def _waitress(settings: Settings) -> None:
    import waitress  # noqa: PLC0415

    from qbwc_server.app import create_app  # noqa: PLC0415

    options: dict[str, Any] = serving.waitress_options(
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        max_body_bytes=settings.max_body_bytes,
    )
    waitress.serve(create_app(settings), **options)
