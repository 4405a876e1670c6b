"""`qbwc demo`: sample jobs from the queue through the real server into a simulated QuickBooks, for all to see."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from qbwc_server.cli import output
from qbwc_server.cli.demo_stage import Stage
from qbwc_server.errors import DemoFailed, Problem
from qbwc_server.jobs import KINDS, Status

if TYPE_CHECKING:
    from qbwc_server.simulator import Document

COMPANY = "Demo Company"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample job, as the queue says and as the company file shows."""

    job: Mapping[str, Any]
    """An object of `qbwc jobs --json`."""
    document: Document | None
    """What stands in the company file under the recorded ID; None if nothing of that kind does."""

    @property
    def is_booked(self) -> bool:
        """Done, with an ID under which the company file has it."""
        return self.job["status"] == Status.DONE and self.document is not None


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the demo's database, books and logs go.",
)
def demo(folder: Path) -> None:
    """Watch sample jobs travel through the real server into a simulated QuickBooks."""
    stage = Stage(folder)
    with _ended_by_signals_as_by_ctrl_c():
        outcomes, account = _play(stage)
    click.echo()
    _print_table(outcomes)
    _print_account(outcomes, account, stage)
    missing = [outcome for outcome in outcomes if not outcome.is_booked]
    if missing or not outcomes:
        raise DemoFailed(*map(_problem, missing) if missing else ("no job came back",))


def _play(stage: Stage) -> tuple[list[Outcome], str]:
    """Plays the whole story; returns what became of the jobs, and the Web Connector's own account of its visit."""
    _step("a folder for the demo", str(stage.folder))
    stage.clear()
    with resources.as_file(resources.files("qbwc_server") / "samples" / "demo.jsonl") as samples:
        shutil.copyfile(samples, stage.jobs)
    _step("the server, with a new database", "qbwc serve")
    with stage.server() as base:
        _step("a company", f'qbwc company add "{COMPANY}" --url {base}')
        credentials = json.loads(stage.qbwc("company", "add", COMPANY, "--url", base, "--json"))
        _step("its file for the Web Connector", f'qbwc company qwc "{COMPANY}" > {stage.qwc.name}')
        stage.qwc.write_text(stage.qbwc("company", "qwc", COMPANY), encoding="utf-8")
        _step("jobs into the queue", f'qbwc enqueue "{COMPANY}" {stage.jobs.name}')
        stage.qbwc("enqueue", COMPANY, stage.jobs.name, "--json")
        _step("a visit of the Web Connector", f"qbwc simulate --qwc {stage.qwc.name} --books {stage.books.name}")
        visit = ["simulate", "--qwc", stage.qwc.name, "--books", stage.books.name, "--show-xml"]
        transcript = stage.qbwc(*visit, password=credentials["password"], transcript=stage.session_log)
        _step("what became of the jobs", f'qbwc jobs --company "{COMPANY}"')
        jobs = [json.loads(line) for line in stage.qbwc("jobs", "--company", COMPANY, "--json").splitlines()]
    return _found_in_books(jobs, stage.books), transcript.rstrip().rpartition("\n\n")[2]


def _found_in_books(jobs: list[Mapping[str, Any]], books: Path) -> list[Outcome]:
    """Looks every recorded ID up in the company file itself, past the server that recorded it."""
    from qbwc_server.simulator import Books  # noqa: PLC0415  no other command needs to wait for its import

    with closing(Books(books)) as company_file:
        documents = {(document.type, document.id): document for document in company_file.documents()}
    return [
        Outcome(job, documents.get((KINDS[job["kind"]].request.removesuffix("Add"), job["list_id"] or job["txn_id"])))
        for job in jobs
    ]


def _print_table(outcomes: list[Outcome]) -> None:
    output.table(
        ["kind", "external id", "status", "ListID or TxnID", "in the company file"],
        [
            [
                outcome.job["kind"],
                outcome.job["external_id"],
                outcome.job["status"],
                outcome.job["list_id"] or outcome.job["txn_id"],
                _in_words(outcome),
            ]
            for outcome in outcomes
        ],
        folds="in the company file",
    )


def _in_words(outcome: Outcome) -> str:
    document = outcome.document
    if document is None:
        return outcome.job["error"] or "not there"
    amounts = [str(document.total)] if document.total is not None else []
    if document.balance is not None:
        amounts.append(f"{document.balance} {'unused' if document.type == 'ReceivePayment' else 'open'}")
    return ", ".join([document.name, *amounts])


def _print_account(outcomes: list[Outcome], account: str, stage: Stage) -> None:
    statuses = Counter(outcome.job["status"] for outcome in outcomes)
    booked = sum(outcome.is_booked for outcome in outcomes)
    output.heading("The Web Connector's visit")
    click.echo(account)
    output.heading("Compared")
    click.echo(f"The queue says: {', '.join(f'{count} {status}' for status, count in statuses.items())}.")
    click.echo(f"{booked} of {len(outcomes)} stand in the company file under the ID that was recorded.")
    output.heading("Look around")
    click.echo(f"export QBWC_DATABASE_URL={stage.database_url}")
    click.echo(f"{_own_name()} jobs")
    click.echo(f"{_own_name()} job {outcomes[-1].job['id'] if outcomes else 1}")
    click.echo(f"less {stage.session_log}")
    output.heading("The page")
    click.echo(f"QBWC_DATABASE_URL={stage.database_url} {_own_name()} serve")
    click.echo("It prints a link: open it in a browser, choose a password, and look at these jobs.")


def _own_name() -> str:
    """The program as it was called, so that a line can be copied."""
    return sys.argv[0] if Path(sys.argv[0]).stem == "qbwc" else "qbwc"


def _problem(outcome: Outcome) -> Problem:
    job = outcome.job
    name = f"{job['kind']} {job['external_id']}"
    if job["status"] != Status.DONE:
        return Problem(f"{name} is {job['status']}, not done: {job['error'] or 'no reason is recorded'}")
    return Problem(f"{name} is done, but the company file has nothing under {job['list_id'] or job['txn_id']}")


def _step(what: str, how: str) -> None:
    click.echo(f"{what:34}{click.style(how, dim=True)}")


@contextmanager
def _ended_by_signals_as_by_ctrl_c() -> Iterator[None]:
    """Being told to stop, or losing the terminal, leaves no server behind either."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
