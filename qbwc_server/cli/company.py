"""`qbwc company ...`: registering company files and looking after them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from qbwc_server import companies, jobs
from qbwc_server.cli import output
from qbwc_server.cli.company_facts import facts, facts_json
from qbwc_server.cli.runtime import chance, clock, json_option, ready_database
from qbwc_server.companies import Company, Credentials
from qbwc_server.errors import CompanyRefused, Problem
from qbwc_server.jobs import Status


@click.group()
def company() -> None:
    """Register QuickBooks company files and look after them."""


@company.command()
@click.argument("name")
@click.option("--url", required=True, metavar="BASE", help="Public base of this server, e.g. https://sync.example.com")
@click.option("--file", "path", default="", metavar="PATH", help=r"Company file, e.g. C:\Books\Acme.qbw")
@click.option("--every", "minutes", default=15, show_default=True, metavar="MINUTES", help="Schedule in the .qwc.")
@json_option
def add(name: str, url: str, path: str, minutes: int, as_json: bool) -> None:
    """Register a company; prints its user name and, this once, its password."""
    with ready_database() as db, db.write() as c:
        credentials = companies.add(
            c, name=name, base_url=url, company_file=path, run_every_minutes=minutes, clock=clock, chance=chance
        )
        added = companies.get(c, credentials.name)
    _print_credentials(credentials, as_json=as_json)
    output.message("Keep the password: it is shown only now. The Web Connector asks for it.")
    refusals = companies.qbwc_refusals(added.base_url)
    for problem in refusals:
        output.message(f"Note: {problem} Change it with `qbwc company set`.")
    if not refusals:
        output.message(f'Next: qbwc company qwc "{added.name}" > {companies.qwc_file_name(added)}')


@company.command("set")
@click.argument("name")
@click.argument("policies", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--url", metavar="BASE", help="Public base of this server.")
@click.option("--file", "path", metavar="PATH", help="Company file; '' for whatever file is open.")
@click.option("--every", "minutes", type=int, metavar="MINUTES", help="Schedule in the .qwc.")
@json_option
def set_(
    name: str, policies: tuple[str, ...], url: str | None, path: str | None, minutes: int | None, as_json: bool
) -> None:
    """Change what was given when the company was added, or its policies, which `show` lists."""
    if url is None and path is None and minutes is None and not policies:
        raise click.UsageError("Give a policy as KEY=VALUE, or at least one of --url, --file and --every.")
    with ready_database() as db, db.write() as c:
        changed = companies.change(
            c, name, base_url=url, company_file=path, run_every_minutes=minutes, policies=policies
        )
    _print_line(changed, as_json=as_json)
    if url is not None or minutes is not None:
        output.message("Load the new .qwc into the Web Connector: qbwc company qwc.")


@company.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the companies."""
    with ready_database() as db, db.read() as c:
        found = [(each, jobs.counts(c, each.id, list(Status))) for each in companies.all_companies(c)]
    if as_json:
        output.json_lines({**_line(each), "jobs": numbers} for each, numbers in found)
        return
    if not found:
        output.message("No company is registered yet; start with `qbwc company add`.")
        return
    titles = ["name", "user name", "state", "last contact", "queued", "needs attention", "reason"]
    rows = [
        [
            each.name,
            each.username,
            each.state,
            each.last_contact_at or "never",
            numbers[Status.QUEUED],
            sum(numbers[status] for status in (Status.IN_DOUBT, Status.BLOCKED, Status.HELD, Status.FAILED)),
            each.stop_reason or each.pause_reason,
        ]
        for each, numbers in found
    ]
    output.table(titles, rows, folds="reason")


@company.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show all that is known of a company, except its password."""
    with ready_database() as db, db.read() as c:
        found = companies.get(c, name)
        numbers = jobs.counts(c, found.id, list(Status))
    if as_json:
        output.json_lines([facts_json(found, numbers)])
    else:
        output.fields(facts(found, numbers))


@company.command()
@click.argument("name")
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@json_option
def qwc(name: str, file: Path | None, as_json: bool) -> None:
    """Print the .qwc file that the user loads into the Web Connector."""
    with ready_database() as db, db.read() as c:
        found = companies.get(c, name)
    content = companies.qwc_file(found)
    if file is not None:
        try:
            file.write_bytes(content)
        except OSError as error:
            raise CompanyRefused(Problem(f"{file} cannot be written: {error.strerror}.")) from None
        output.message(f"Written to {file}.")
    elif as_json:
        output.json_lines([{"name": found.name, "file_name": companies.qwc_file_name(found), "qwc": content.decode()}])
    else:
        click.echo(content, nl=False)


@company.command()
@click.argument("name")
@json_option
def password(name: str, as_json: bool) -> None:
    """Make a new password and print it, this once; the old one stops working."""
    with ready_database() as db, db.write() as c:
        credentials = companies.new_password(c, name, chance)
    _print_credentials(credentials, as_json=as_json)
    output.message("Keep the password: it is shown only now. Type it into the Web Connector.")


@company.command("accept-file")
@click.argument("name")
@json_option
def accept_file(name: str, as_json: bool) -> None:
    """Say that the company file that was open last is the right one."""
    with ready_database() as db, db.write() as c:
        accepted = companies.accept_file(c, name)
    _print_line(accepted, as_json=as_json)
    seen = accepted.seen_company_name or accepted.seen_legal_name
    output.message(f"{accepted.name} goes on with the company file{f' of {seen}' if seen else ''}.")


@company.command()
@click.argument("name")
@click.option("--reason", default="paused on the command line", show_default=True, help="Shown to whoever looks.")
@json_option
def pause(name: str, reason: str, as_json: bool) -> None:
    """Let nothing go out until `resume`; jobs are still accepted."""
    with ready_database() as db, db.write() as c:
        paused = companies.pause(c, name, output.cell(reason))
    _print_line(paused, as_json=as_json)
    output.message(f"{paused.name} is paused.")


@company.command()
@click.argument("name")
@json_option
def resume(name: str, as_json: bool) -> None:
    """Let jobs go out again after a pause."""
    with ready_database() as db, db.write() as c:
        resumed = companies.resume(c, name)
    _print_line(resumed, as_json=as_json)
    output.message(f"{resumed.name} is active.")
    if resumed.stop_reason:
        output.message(f"Note: {resumed.stop_reason}")


def _print_credentials(credentials: Credentials, *, as_json: bool) -> None:
    values = {"name": credentials.name, "username": credentials.username, "password": credentials.password}
    if as_json:
        output.json_lines([values])
    else:
        output.fields(values.items())


def _print_line(found: Company, *, as_json: bool) -> None:
    if as_json:
        output.json_lines([_line(found)])


def _line(found: Company) -> Mapping[str, Any]:
    return {
        "name": found.name,
        "username": found.username,
        "url": found.base_url,
        "file": found.company_file or None,
        "every_minutes": found.run_every_minutes,
        "policies": found.policies,
        "state": found.state,
        "pause_reason": found.pause_reason,
        "stop_reason": found.stop_reason,
        "last_contact": found.last_contact_at,
    }
