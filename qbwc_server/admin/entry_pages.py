"""The forms in which jobs are typed, shown: empty, filled, with what is wrong, with how the job would look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import sqlalchemy as sa
from flask import Response, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qbwc_server import companies, desk, jobs
from qbwc_server.admin import entry
from qbwc_server.admin.context import parts, viewer_zone
from qbwc_server.admin.entry import Shown, Written
from qbwc_server.admin.paper import paper
from qbwc_server.clock import token
from qbwc_server.desk import Draft
from qbwc_server.errors import Problem, UnknownCompany
from qbwc_server.jobs import KINDS, HandIn, Job

NOTHING = Shown({}, ())
NO_AMOUNT = Shown(
    {"total_amount": "Type the amount first, then spread it."},
    (("f-total_amount", "Amount received: type the amount first, then spread it."),),
)
MOST_PROBLEMS = 300
"""Shown of one hand-in; whoever has more has one mistake in every line."""
_OWN_NUMBER_BITS = 80
TABS = (
    ("invoice", "Invoice"),
    ("payment", "Payment"),
    ("customer", "Customer"),
    ("item_service", "Service"),
    ("item_non_inventory", "Non-inventory item"),
    ("item_inventory", "Inventory item"),
    ("lines", "JSON lines"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks say to a form that was filled in."""

    handed: HandIn
    problems: tuple[Problem, ...]
    draft: Draft | None


def fresh_values(kind: str, company: str) -> MultiDict[str, str]:
    """What an empty form is filled with: today, and a number of its own by which a second sending is recognised."""
    values: MultiDict[str, str] = MultiDict()
    with parts().db.read() as c:
        names = [each.name for each in companies.all_companies(c)]
    values["company"] = company if company in names else names[0] if len(names) == 1 else ""
    values["external_id"] = f"web-{token(parts().chance, _OWN_NUMBER_BITS)}"
    if kind in {"invoice", "payment"}:
        values["txn_date"] = parts().clock.now().astimezone(viewer_zone()).date().isoformat()
    values["expect"] = "1"
    return values


def judged(c: sa.Connection, company_id: int, written: Written, *, preview: bool) -> Judged:
    """Everything for which the job of a form would be refused, and on demand how it would look."""
    handed = jobs.survey_dicts([written.job])
    problems = (
        *entry.misnamed(c, company_id, written.called),
        *jobs.why_not_enqueued(c, company_id, handed.jobs, refused=handed.refused),
    )
    draft = None
    if preview and handed.jobs:
        draft = desk.draft(c, company_id, handed.jobs[0], parts().renderer)
        problems = (*problems, *(each for each in draft.problems if each not in problems))
    return Judged(handed, problems, draft)


def show_entry(
    kind: str,
    values: Mapping[str, str],
    *,
    shown: Shown = NOTHING,
    notice: str = "",
    draft: Draft | None = None,
    job: Job | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """A kind's form; `job` is the one that is corrected."""
    with parts().db.read() as c:
        every = companies.all_companies(c)
        company = _company(c, values.get("company", ""), job)
        rows = entry.rows_of(values) if kind == "invoice" else []
        offers, items, there = {}, [], None
        if company is not None:
            families = {each.path: each.family for each in entry.boxes_of(kind) if each.family}
            offers = {
                path: entry.offered(c, company, family, values.get(path, "")) for path, family in families.items()
            }
            items = entry.offered_items(c, company, rows) if kind == "invoice" else []
            if kind == "payment":
                there = entry.invoices_of(c, company, values.get("customer_ref", ""), job.id if job else None)
    pay = entry.pay_rows(values, there) if kind == "payment" else []
    page = render_template(
        "entry.html",
        kind=kind,
        title=KINDS[kind].title,
        tabs=None if job else tabs(kind),
        parts=entry.FORMS[kind],
        has_values=entry.has_values,
        values=values,
        errors=shown.errors,
        summary=shown.summary[:MOST_PROBLEMS],
        notice=notice,
        draft=draft,
        sheet=paper(draft.document, company or "") if draft else None,
        companies=[each.name for each in every],
        company=company,
        job=job,
        rows=rows,
        offers=offers,
        items=items,
        there=there,
        pay=pay,
        rest=entry.rest_of(values.get("total_amount", ""), pay),
        kept=entry.kept_words(values),
    )
    return make_response(page, status)


def show_lines(
    values: Mapping[str, str],
    *,
    problems: tuple[Problem, ...] = (),
    notice: str = "",
    job: Job | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The box for JSON lines; for one job that is corrected, if `job` is given."""
    with parts().db.read() as c:
        every = companies.all_companies(c)
        company = _company(c, values.get("company", ""), job)
    at_company = [problem for problem in problems if problem.path == "company"]
    page = render_template(
        "entry_lines.html",
        values=values,
        tabs=None if job else tabs("lines"),
        problems=[(_field(problem), str(problem)) for problem in problems[:MOST_PROBLEMS]],
        left_out=max(0, len(problems) - MOST_PROBLEMS),
        company_error=at_company[0].message if at_company else "",
        notice=notice,
        companies=[each.name for each in every],
        company=company,
        job=job,
    )
    return make_response(page, status)


def tabs(current: str) -> list[dict[str, object]]:
    """The links to all forms."""
    return [{"label": label, "href": url_for(f"admin.new_{name}"), "current": name == current} for name, label in TABS]


def at_the_company(refusal: UnknownCompany) -> tuple[Problem, ...]:
    """What is wrong with the company that was chosen, or that none was."""
    return tuple(Problem("choose one of the list.", "company") for _ in refusal.problems[:1])


def spread_over(values: MultiDict[str, str], job: Job | None = None) -> MultiDict[str, str] | None:
    """The payment's amount given to the customer's invoices, the oldest first; None if it is no amount."""
    there = None
    with parts().db.read() as c:
        company = _company(c, values.get("company", ""), job)
        if company is not None:
            there = entry.invoices_of(c, company, values.get("customer_ref", ""), job.id if job else None)
    fields = entry.spread(
        values.get("total_amount", ""), there.invoices if there else (), entry.pay_rows(values, there)
    )
    if fields is None:
        return None
    filled = values.copy()
    for name, text in fields.items():
        filled[name] = text
    return filled


def with_company(written: Written) -> Written:
    """The same, with the place for what is wrong with the company."""
    fields = {**written.fields, "company": "company"}
    return Written(written.job, fields, {**written.labels, "company": "Company"}, written.called)


def to_the_job(number: int, done: str) -> ResponseReturnValue:
    """To the job's own page, which says what was done."""
    if "admin.job" in current_app.view_functions:
        return redirect(url_for("admin.job", number=number, done=done), HTTPStatus.SEE_OTHER)
    return redirect(url_for("admin.new", job=number, done=done), HTTPStatus.SEE_OTHER)


def _company(c: sa.Connection, name: str, job: Job | None) -> str | None:
    """The company's own spelling of its name; None if none is chosen yet."""
    try:
        return (companies.by_id(c, job.company_id) if job is not None else companies.get(c, name)).name
    except UnknownCompany:
        return None


def _field(problem: Problem) -> str:
    return "f-company" if problem.path == "company" and problem.line is None else "f-lines"
