"""`qbwc simulate`: a Web Connector with a QuickBooks company file behind it, against any server."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from qbwc_server import simulator
from qbwc_server.cli import output
from qbwc_server.errors import SimulationFailed


def _crash(
    context: click.Context,  # noqa: ARG001 - click's signature
    parameter: click.Parameter,  # noqa: ARG001
    value: str | None,
) -> tuple[simulator.Point, int] | None:
    try:
        return None if value is None else simulator.parse_crash(value)
    except SimulationFailed as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--qwc",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The .qwc file; stamps the company file.",
)
@click.option("--url", help="The AppURL instead of a .qwc file; without a path /qbwc is appended.")
@click.option("--username", metavar="U", help="The user name that belongs to --url.")
@click.option(
    "--password",
    metavar="P",
    required=True,
    envvar="QBWC_SIMULATE_PASSWORD",
    help="The password; better in QBWC_SIMULATE_PASSWORD, where no other user of this machine sees it.",
)
@click.option(
    "--books",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The simulated company file (SQLite); runs follow one another in it.",
)
@click.option("--machine", default="", help="Windows name of the simulated PC; by default this computer's.")
@click.option(
    "--crash",
    metavar="POINT[@N]",
    callback=_crash,
    help="The PC stops: after-authenticate, after-send, partly-booked, after-booked or after-receive, "
    "at the Nth message set that writes.",
)
@click.option("--show-xml", is_flag=True, help="Print every request and answer.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the outcome as one JSON object; the transcript moves aside."
)
def simulate(
    qwc: Path | None,
    url: str | None,
    username: str | None,
    password: str,
    books: Path | None,
    machine: str,
    crash: tuple[simulator.Point, int] | None,
    show_xml: bool,
    as_json: bool,
) -> None:
    """Run one update of a simulated Web Connector. Exit code 1 if the session did not come to its regular end.

    With --crash the PC stops there: it calls nothing more, and what QuickBooks has booked stays booked.
    """
    if (qwc is None) == (url is None):
        raise click.UsageError("Give either --qwc or --url.")
    if url is not None and username is None:
        raise click.UsageError("--url needs --username.")
    faults = simulator.ScriptedFaults()
    if crash is not None:
        faults.crash_at(*crash)
    outcome = simulator.simulate(
        simulator.Options(
            password=password,
            qwc=qwc,
            url=url,
            username=username,
            books=books,
            machine=machine,
            show_xml=show_xml,
            faults=faults,
            console=Console(stderr=True) if as_json else None,
        )
    )
    if as_json:
        output.json_lines([asdict(outcome)])
    if faults.is_crash_due:
        output.message("The PC did not stop: the run ended before it came to that.")
    if not outcome.ok:
        if not as_json and not (sys.stdout.isatty() and sys.stderr.isatty()):  # there the transcript has just said it
            output.message(f"Error: {' '.join(outcome.status.split())}")
        click.get_current_context().exit(1)
