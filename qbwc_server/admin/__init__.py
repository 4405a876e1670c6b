"""The admin page: Flask, server-rendered, for the people who look after the exchange."""

from qbwc_server.admin.access import admins_only, background, for_everybody, keeps_input, public
from qbwc_server.admin.context import Parts
from qbwc_server.admin.shell import PATH, create, mount

__all__ = [
    "PATH",
    "Parts",
    "admins_only",
    "background",
    "create",
    "for_everybody",
    "keeps_input",
    "mount",
    "public",
]
