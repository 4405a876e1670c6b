"""gunicorn -c deploy/gunicorn.conf.py

Address, port, workers and threads come from QBWC_HOST, QBWC_PORT, QBWC_WORKERS and QBWC_THREADS, in the environment or
in .env; all other settings, each with its reason, stand in qbwc_server/serving.py. Options on gunicorn's own command
line go before both.
"""
# ruff: noqa: INP001 - gunicorn reads this file by its path

from qbwc_server.config import load_settings
from qbwc_server.errors import ConfigurationError
from qbwc_server.serving import gunicorn_options

try:
    _settings = load_settings()
except ConfigurationError as error:
    raise SystemExit(str(error)) from None

globals().update(
    gunicorn_options(
        host=_settings.host,
        port=_settings.port,
        workers=_settings.workers,
        threads=_settings.threads,
        proxies=_settings.trusted_proxies,
    )
)
