"""The admin page: Flask, server-rendered, for the people who look after the exchange."""

from qbwc_server.admin.context import Parts
from qbwc_server.admin.shell import PATH, create, mount

__all__ = ["PATH", "Parts", "create", "mount"]
