"""`qbwc release`: a person says that a name is in QuickBooks now."""

from __future__ import annotations

import click

from qbwc_server import companies
from qbwc_server import jobs as queue
from qbwc_server.cli import output
from qbwc_server.cli.jobs import print_changed
from qbwc_server.cli.runtime import ACTOR, clock, json_option, ready_database
from qbwc_server.errors import JobRefused, Problem


@click.command()
@click.argument("company")
@click.option(
    "--missing", "names", metavar="LIST:NAME", multiple=True, required=True, help='For instance "Item:Labor".'
)
@json_option
def release(company: str, names: tuple[str, ...], as_json: bool) -> None:
    """Queue the jobs of COMPANY that are blocked on a name missing in QuickBooks, because it is there now."""
    with ready_database() as db, db.write() as c:
        found = companies.lock(c, companies.get(c, company).id)
        there = {queue.missing_key(name): name for name in queue.missing_names(c, found.id)}
        unknown = [name for name in names if queue.missing_key(name) not in there]
        if unknown:
            remedy = f"Missing are {', '.join(there.values())}." if there else "No job misses a name."
            raise JobRefused(
                *(Problem(f"no job of {found.name} is blocked on {name!r}", "", remedy) for name in unknown)
            )
        reason = "a person says that the name it missed is in QuickBooks now"
        freed = queue.release_missing(c, found.id, names, reason, now=clock.now(), actor=ACTOR)
        changed = queue.by_ids(c, [job.id for job in freed])
    print_changed(changed, as_json=as_json)
    output.message(f"{len(changed)} released.")
