"""`qbwc enqueue`, `jobs`, `job`, `retry` and `cancel`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any, TypeVar

import click

from qbwc_server import companies, desk, exchange
from qbwc_server import jobs as queue
from qbwc_server.cli import output
from qbwc_server.cli.job_story import print_story, story_json
from qbwc_server.cli.runtime import ACTOR, chance, clock, json_option, ready_database
from qbwc_server.desk import JobLine
from qbwc_server.errors import Problem
from qbwc_server.jobs import Job, JobRow, Status

Command = TypeVar("Command", bound=Callable[..., Any])
_MOST_SHOWN = 10
"""Jobs left as they are that are named."""
JOB_NUMBER = click.IntRange(1, 2**63 - 1)


@click.command()
@click.argument("company")
@click.argument("file", type=click.File("rb"))
@json_option
def enqueue(company: str, file: IO[bytes], as_json: bool) -> None:
    """Put jobs into COMPANY's queue: one JSON object a line from FILE, or - for standard input. All or none."""
    with ready_database() as db:
        with db.read() as c:
            company_id = companies.get(c, company).id
        given = queue.survey_lines(file.read())
        with db.write() as c:
            results = queue.enqueue(c, company_id, given.jobs, clock, chance, actor=ACTOR, refused=given.refused)
    if as_json:
        output.json_lines(
            {"id": each.id, "external_id": each.external_id, "status": each.status, "created": each.created}
            for each in results
        )
    elif results:
        rows = [[each.id, each.external_id, each.status, "yes" if each.created else "was there"] for each in results]
        output.table(["id", "external id", "status", "created"], rows)
    created = sum(each.created for each in results)
    there = len(results) - created
    output.message(f"{created} enqueued" + (f", {there} there already" if there else "") + ".")


def _filter_options(command: Command) -> Command:
    """The options by which jobs are chosen, as the list on a page has them."""
    options = (
        click.option("--company", metavar="NAME", help="Only jobs of this company."),
        click.option("--kind", metavar="KIND", help="Only jobs of this kind, such as invoice."),
        click.option(
            "--status", type=click.Choice([status.value for status in Status]), help="Only jobs in this state."
        ),
        click.option(
            "--text", metavar="TEXT", help="Only jobs whose number, name, customer, external id or ID begins with it."
        ),
        click.option("--error", metavar="CODE", help="Only jobs with this error code, such as 3140."),
        click.option("--since", metavar="DAY", help="Only jobs enqueued on this day (2026-11-02, UTC) or later."),
        click.option("--until", metavar="DAY", help="Only jobs enqueued on this day (UTC) or earlier."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_filter_options
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="The newest so many.")
@json_option
def jobs(limit: int, as_json: bool, **given: str | None) -> None:
    """List jobs, the newest last."""
    wanted, problems = desk.read_filter({name: value for name, value in given.items() if value is not None})
    if problems:
        raise click.UsageError(" ".join(f"--{problem}" for problem in problems))
    with ready_database() as db, db.read() as c:
        found = desk.page(c, wanted, size=limit)
    rows = found.lines[::-1]
    if as_json:
        output.json_lines({name: getattr(row, name) for name in JobRow.__dataclass_fields__} for row in rows)
    elif rows:
        titles = ["id", "company", "kind", "operation", "external id", "status", "ListID or TxnID", "error"]
        output.table(titles, [_cells(row) for row in rows], folds="error")
    else:
        output.message("No jobs.")
    if found.is_broad:
        output.message("More jobs match than were looked at: give more of the text.")
    if found.searched_to is not None:
        output.message(f"Only the jobs from {found.searched_to} on were looked at: give a company, a state or days.")


def _cells(row: JobLine) -> list[object]:
    return [row.id, row.company, row.kind, row.operation, row.external_id, row.status, row.qb_id, row.error]


@click.command()
@click.argument("number", metavar="ID", type=JOB_NUMBER)
@json_option
def job(number: int, as_json: bool) -> None:
    """Show everything about a job: what was asked, its history, the XML both ways."""
    with ready_database() as db, db.read() as c:
        story = queue.job_story(c, number)
    if as_json:
        output.json_lines([story_json(story)])
    else:
        print_story(story)


@click.command()
@click.argument("numbers", metavar="[ID]...", nargs=-1, type=JOB_NUMBER)
@click.option("--code", metavar="CODE", help="All jobs with this error code, such as 3140.")
@click.option("--company", metavar="NAME", help="All failed, retrying and blocked jobs of this company.")
@json_option
def retry(numbers: tuple[int, ...], code: str | None, company: str | None, as_json: bool) -> None:
    """Try failed, blocked, held or cancelled jobs again, by number: all or none; or by error code and company."""
    if bool(numbers) == (code is not None or company is not None):
        raise click.UsageError("Give either the numbers of jobs, or --code, --company or both.")
    left: list[Problem] = []
    chosen: Sequence[int] = numbers
    with ready_database() as db, db.write() as c:
        if not numbers:
            company_id = None if company is None else companies.get(c, company).id
            chosen, left = queue.retryable(c, company_id, code)
        changed = exchange.retry(c, chosen, clock, actor=ACTOR)
    if changed or as_json:
        print_changed(changed, as_json=as_json)
    if not numbers:
        output.message(f"{len(changed)} tried again" + (f", {len(left)} left as they are:" if left else "."))
    for problem in left[:_MOST_SHOWN]:
        output.message(f"  {problem}")


@click.command()
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, type=JOB_NUMBER)
@click.option("--with-dependents", is_flag=True, help="Also the jobs that wait for them.")
@json_option
def cancel(numbers: tuple[int, ...], with_dependents: bool, as_json: bool) -> None:
    """Take jobs back before they reach the books. All or none."""
    with ready_database() as db, db.write() as c:
        changed = queue.cancel(c, numbers, clock, with_dependents=with_dependents, actor=ACTOR)
    print_changed(changed, as_json=as_json)


def print_changed(changed: list[Job], *, as_json: bool) -> None:
    """Jobs as they are after a person changed them."""
    if as_json:
        output.json_lines({"id": each.id, "external_id": each.external_id, "status": each.status} for each in changed)
        return
    rows = [[each.id, each.label, each.external_id, each.status] for each in changed]
    output.table(["id", "job", "external id", "status"], rows)
