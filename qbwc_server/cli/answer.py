"""`qbwc answer`: what a person says about jobs that are held with a question."""

from __future__ import annotations

from collections.abc import Sequence

import click

from qbwc_server import exchange
from qbwc_server.cli import output
from qbwc_server.cli.jobs import print_changed
from qbwc_server.cli.runtime import ACTOR, clock, json_option, ready_database
from qbwc_server.exchange import Verb


def _numbers(_ctx: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, ...]:
    """One job's number, or several with commas between."""
    parts = [each.strip() for each in value.split(",")]
    if not all(each.isascii() and each.isdecimal() and 1 <= int(each[:20]) < 2**63 for each in parts):
        raise click.BadParameter(f"{value!r} is not a job's number, nor several with commas between.")
    return tuple(map(int, parts))


@click.command()
@click.argument("numbers", metavar="JOB[,JOB...]", callback=_numbers)
@click.argument("verb", metavar="ANSWER", type=click.Choice([verb.value for verb in Verb]))
@click.argument("value", metavar="[ID|NAME]", required=False)
@click.option("--set", "whole_set", is_flag=True, help="For all jobs of its message set with the same question.")
@click.option("--with-dependents", is_flag=True, help="With skip: also the jobs that wait for them.")
@json_option
def answer(
    numbers: tuple[int, ...],
    verb: str,
    value: str | None,
    whole_set: bool,
    with_dependents: bool,
    as_json: bool,
) -> None:
    """Answer the question that a held job waits with. All or none.

    ANSWER is one of: link ID, rename NAME, credit, accept, skip, booked ID, not-booked. For several jobs, link and
    booked take as many IDs, in the same order, with commas between.
    """
    with ready_database() as db, db.write() as c:
        changed = exchange.answer(
            c,
            numbers,
            Verb(verb),
            _values(numbers, value),
            clock,
            whole_set=whole_set,
            with_dependents=with_dependents,
            actor=ACTOR,
        )
    print_changed(changed, as_json=as_json)
    output.message("Answered.")


def _values(numbers: Sequence[int], value: str | None) -> list[str]:
    """A name may hold commas; IDs never do, and there are several of them only for several jobs."""
    if value is None:
        return []
    return [each.strip() for each in value.split(",")] if len(numbers) > 1 else [value]
