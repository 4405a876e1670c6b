"""The command line: `qbwc`."""

from __future__ import annotations

import io
import sys

import click

from qbwc_server import __version__
from qbwc_server.cli.admin import admin
from qbwc_server.cli.answer import answer
from qbwc_server.cli.company import company
from qbwc_server.cli.database import backup, init
from qbwc_server.cli.demo import demo
from qbwc_server.cli.jobs import cancel, enqueue, job, jobs, retry
from qbwc_server.cli.release import release
from qbwc_server.cli.runtime import Group
from qbwc_server.cli.serve import serve
from qbwc_server.cli.simulate import simulate

__all__ = ["cli", "main"]


@click.group(cls=Group)
@click.version_option(__version__, prog_name="qbwc-server")
def cli() -> None:
    """Carry jobs from a SQL queue into QuickBooks Desktop through Intuit's Web Connector.

    Settings come from QBWC_... variables and from .env. Exit codes: 0, 1 for a refusal, 2 for wrong usage.
    """


for command in (
    init,
    company,
    enqueue,
    jobs,
    job,
    retry,
    answer,
    release,
    cancel,
    serve,
    admin,
    simulate,
    demo,
    backup,
):
    cli.add_command(command)


def main() -> None:
    """Runs the command that was typed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show must not end a command
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="qbwc")
