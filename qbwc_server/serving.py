"""How the server is run: the options of gunicorn, and of waitress on Windows, each with its reason.

`deploy/gunicorn.conf.py` and `qbwc serve` both take them from here: one place says what QBWC needs of a web server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

APPLICATION = "qbwc_server.app:create_app()"

KEEP_ALIVE_SECONDS = 75
"""A connection may be silent this long. QBWC opens one and then lets QuickBooks write 20 MB before it sends; with
gunicorn's 2 seconds the connection was closed under it every time (facts/spyne.md, T15). Also longer than the 60
seconds of the usual proxies, so that the proxy closes first."""

TIMEOUT_SECONDS = 120
"""A worker whose main loop is silent this long is replaced. Calls run in threads and do not count against it; it is
longer than the 100 seconds for which .NET waits for an answer (facts/qbwc-protocol.md section 1.4)."""

STOP_SECONDS = 60
"""A call that runs when the server is stopped may finish: it may be the one that hands over a page of invoices."""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - no file of ours; gunicorn makes one that nobody else can name


def gunicorn_options(
    *, host: str, port: int, workers: int, threads: int, proxies: str = "127.0.0.1,::1"
) -> dict[str, Any]:
    """Gunicorn's settings by their names. A name that an older gunicorn does not know can be left out."""
    options: dict[str, Any] = {
        "wsgi_app": APPLICATION,
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        # One silent connection would hold a whole sync worker; a gthread worker keeps those aside and serves others.
        # This one is a gthread worker that does not wait for ever for the rest of a request, and answers without HTML.
        "worker_class": "qbwc_server.soap.worker.Worker",
        "threads": threads,
        "keepalive": KEEP_ALIVE_SECONDS,
        "timeout": TIMEOUT_SECONDS,
        "graceful_timeout": STOP_SECONDS,
        # A longer request line or header never reaches the application; 8190 is gunicorn's highest.
        "limit_request_line": 8190,
        "limit_request_field_size": 16380,
        # Otherwise a caller from this machine could move the application by a header called SCRIPT_NAME.
        "forwarder_headers": "",
        # Who may say that the browser spoke https (X-Forwarded-Proto): the same as QBWC_TRUSTED_PROXIES, none being "".
        "forwarded_allow_ips": "" if proxies == "none" else proxies,
        # Each worker makes its own database connections; they do not survive a fork.
        "preload_app": False,
        # Nothing here is managed through gunicorn's socket, and it would lie in the user's home.
        "control_socket_disable": True,
        "errorlog": "-",
    }
    if _SHARED_MEMORY.is_dir():
        # The sign of life of a worker is a file; on a slow disk touching it can take longer than the time-out.
        options["worker_tmp_dir"] = str(_SHARED_MEMORY)
    return options


def waitress_options(*, host: str, port: int, threads: int, max_body_bytes: int) -> dict[str, Any]:
    """Waitress' arguments for `waitress.serve`, for Windows, where gunicorn does not run."""
    return {
        "host": host,
        "port": port,
        "threads": threads,
        "channel_timeout": max(KEEP_ALIVE_SECONDS, TIMEOUT_SECONDS),
        # Above the limit waitress answers by itself, in plain text; so that we can, its limit is higher than ours.
        "max_request_body_size": 16 * max_body_bytes,
        "ident": None,
        # Whose X-Forwarded headers count is a setting of ours; the page looks at who sent them.
        "clear_untrusted_proxy_headers": False,
    }
