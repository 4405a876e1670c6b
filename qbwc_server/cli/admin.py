"""`qbwc admin ...`: the people who may use the page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from qbwc_server import accounts
from qbwc_server.accounts import Actor, Hasher, Person, Role
from qbwc_server.cli import output
from qbwc_server.cli.runtime import ACTOR, chance, clock, json_option, ready_database
from qbwc_server.config import Settings, load_settings
from qbwc_server.db import Database

BY = Actor(ACTOR)
_roles = click.Choice([role.value for role in Role])
_stdin = click.option("--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def admin() -> None:
    """Add the people who may use the page, and change what they may do."""


@admin.command()
@click.argument("email")
@click.option("--role", type=_roles, default=Role.ADMIN.value, show_default=True, help="What they may do.")
@_stdin
@json_option
def add(email: str, role: str, from_stdin: bool, as_json: bool) -> None:
    """Add somebody; asks for their password twice."""
    with ready_database() as db:
        password = _password(from_stdin=from_stdin)
        with db.write() as c:
            person = accounts.add(c, email, Role(role), by=BY, clock=clock)
            person = accounts.set_password(c, person, password, Hasher(), by=BY)
    _print_line(person, as_json=as_json)
    output.message(f"{person.email} may sign in as {person.role}.")


@admin.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List everybody who may use the page."""
    with ready_database() as db, db.read() as c:
        found = accounts.all_people(c)
    if as_json:
        output.json_lines(_line(person) for person in found)
    elif found:
        rows = [[each.email, each.role, _state(each), each.created_at] for each in found]
        output.table(["e-mail", "role", "state", "since"], rows)
    else:
        output.message("Nobody may use the page yet; start with `qbwc admin add` or `qbwc admin setup-link`.")


@admin.command()
@click.argument("email")
@_stdin
@json_option
def password(email: str, from_stdin: bool, as_json: bool) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    with ready_database() as db:
        with db.read() as c:
            accounts.get(c, email)
        chosen = _password(from_stdin=from_stdin)
        with db.write() as c:
            person = accounts.set_password(c, accounts.get(c, email), chosen, Hasher(), by=BY)
    _print_line(person, as_json=as_json)
    output.message(f"{person.email} has a new password.")


@admin.command()
@click.argument("email")
@click.argument("role", type=_roles)
@json_option
def role(email: str, role: str, as_json: bool) -> None:
    """Make somebody an admin or a viewer; they have to sign in again."""
    with ready_database() as db, db.write() as c:
        person = accounts.change_role(c, accounts.get(c, email), Role(role), by=BY)
    _print_line(person, as_json=as_json)
    output.message(f"{person.email} is {person.role} now.")


@admin.command()
@click.argument("email")
@json_option
def disable(email: str, as_json: bool) -> None:
    """Let somebody sign in no more; they are out at once."""
    with ready_database() as db, db.write() as c:
        person = accounts.disable(c, accounts.get(c, email), by=BY, clock=clock)
    _print_line(person, as_json=as_json)
    output.message(f"{person.email} is disabled.")


@admin.command()
@click.argument("email")
@json_option
def enable(email: str, as_json: bool) -> None:
    """Let somebody sign in again, with the password they had."""
    with ready_database() as db, db.write() as c:
        person = accounts.enable(c, accounts.get(c, email), by=BY)
    _print_line(person, as_json=as_json)
    output.message(f"{person.email} may sign in.")


@admin.command("setup-link")
@json_option
def setup_link(as_json: bool) -> None:
    """Print a link with which the first admin chooses a password, once, within 24 hours."""
    settings = load_settings()
    with ready_database() as db, db.write() as c:
        secret = accounts.first_admin_link(c, clock=clock, chance=chance)
    address = link_address(settings, secret)
    if as_json:
        output.json_lines([{"link": address}])
    else:
        click.echo(address)
    output.message("Through a web server in front, put your https address in place of the beginning.")


def announce_link(db: Database, settings: Settings) -> None:
    """At the start of a server without an admin: says how to become one."""
    with db.write() as c:
        if accounts.has_admin(c):
            return
        secret = accounts.first_admin_link(c, clock=clock, chance=chance)
    output.message("Nobody can sign in to the page yet. To become its admin, open this link within 24 hours:")
    output.message(f"    {link_address(settings, secret)}")
    output.message("Through a web server in front, put your https address in place of the beginning.")


def link_address(settings: Settings, secret: str) -> str:
    """The link as it works on this machine."""
    host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/admin/set-up/{secret}"


def _password(*, from_stdin: bool) -> str:
    """A password from a hidden prompt, twice, or the first line of standard input as it is."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    hint = f"Password (at least {accounts.SHORTEST} characters, better {accounts.RECOMMENDED})"
    typed: str = click.prompt(hint, hide_input=True, confirmation_prompt="The same password again", err=True)
    return typed


def _state(person: Person) -> str:
    if not person.enabled:
        return "disabled"
    return "active" if person.has_password else "has not used the link yet"


def _print_line(person: Person, *, as_json: bool) -> None:
    if as_json:
        output.json_lines([_line(person)])


def _line(person: Person) -> Mapping[str, Any]:
    return {"email": person.email, "role": person.role, "state": _state(person), "since": person.created_at}
