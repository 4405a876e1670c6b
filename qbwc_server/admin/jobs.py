"""Jobs: what was asked of QuickBooks and how it stands, to be found, looked through, and tried again or cancelled."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request

from qbwc_server import companies, desk
from qbwc_server.admin.addresses import address
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import parts, viewer_zone
from qbwc_server.admin.fields import Errors, sentence
from qbwc_server.admin.job_tabs import tabs
from qbwc_server.admin.plain import told
from qbwc_server.desk import Count, Estimate, JobFilter, Page
from qbwc_server.errors import UnknownCompany
from qbwc_server.jobs import KINDS, Status

MOST_COMPANIES = 50
"""Companies offered in a list to choose from; where there are more, the name is typed."""
_NOTHING = Page((), None, None, None, False)


@pages.get("/jobs")
def jobs() -> str:
    """The newest jobs of the filter in the address, or those before or after one of them."""
    wanted, problems = desk.read_filter(request.args, viewer_zone())
    errors = {problem.path: sentence(problem) for problem in problems}
    with parts().db.read() as c:
        names = [company.name for company in companies.all_companies(c)]
        try:
            before, after = _cursor("before"), _cursor("after")
            found = desk.page(c, wanted, before=before, after=after)
            newest = found.lines if before is after is None else desk.page(c, wanted, size=1).lines
            counted = desk.counts(c, wanted.company)
            waiting = desk.estimate(c, wanted.company, parts().clock.now()) if wanted.company else None
        except UnknownCompany as refusal:
            errors["company"] = told(refusal.problems[0])
            found, newest, waiting = _NOTHING, (), None
            counted = desk.counts(c)
    if errors:
        newest = ()  # what was typed is not what is shown: nothing is done to all of it
    return _page(wanted, found, newest[0].id if newest else 0, errors, waiting, names, counted)


def _page(
    wanted: JobFilter,
    found: Page,
    up_to: int,
    errors: Errors,
    waiting: Estimate | None,
    names: list[str],
    counted: Mapping[Status, Count],
) -> str:
    query = desk.write_filter(wanted)
    return render_template(
        "jobs.html",
        found=found,
        wanted=wanted,
        query=query,
        up_to=up_to,
        zone=str(wanted.zone),
        errors=errors,
        values=request.args,
        estimate=waiting,
        offered=[(name, name) for name in names[:MOST_COMPANIES]],
        has_many=len(names) > MOST_COMPANIES,
        kinds=[(name, kind.title) for name, kind in KINDS.items()],
        tabs=[(tab, address("admin.jobs", tab.query)) for tab in tabs(wanted, counted)],
    )


def _cursor(name: str) -> int | None:
    """A job's number in the address; anything else is none, and shows the first page."""
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    return number if 0 < number < 2**63 else None
