"""Home: how it stands with every company, what is queued, and what waits for a person."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from qbwc_server import desk
from qbwc_server.admin import company_rows as rows
from qbwc_server.admin.access import background
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import parts
from qbwc_server.admin.links import job_url, jobs_url
from qbwc_server.desk import JobFilter

FEW = 10
"""Up to so many companies, Home says of each when its jobs are through; with more, the page of the company does."""


@pages.get("/")
def home() -> str:
    """Where everybody starts."""
    return render_template("home.html", **_standing())


@pages.get("/news")
@background
def home_news() -> str:
    """The same without its frame, for a page that is open."""
    return render_template("_home.html", **_standing())


def _standing() -> dict[str, Any]:
    now, number = parts().clock.now(), request.args.get("page", 1, type=int)
    with parts().db.read() as c:
        found = desk.overview(c, now)
        part = rows.part(rows.worst_first(found.cards), number)
        soon = [card.company for card in part.cards] if len(found.cards) <= FEW else []
        estimates = {company.id: desk.estimate(c, company.name, now) for company in soon}
    alone = found.cards[0] if len(found.cards) == 1 else None
    return {
        "part": part,
        "alone": rows.standing(alone, found.waiting, estimates[alone.company.id], jobs_url) if alone else None,
        "companies": [rows.row(card, jobs_url) for card in part.cards],
        "estimates": estimates,
        "figures": rows.figures(found.cards, jobs_url),
        "lead": rows.lead(found.cards),
        "waiting": found.waiting[: rows.NEWEST],
        "all_waiting": jobs_url(JobFilter(needs_person=True)),
        "job_url": job_url,
    }
