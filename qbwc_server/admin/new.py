"""New: a customer, an item, an invoice or a payment typed into a form, or any jobs as JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qbwc_server import companies, jobs
from qbwc_server.admin import entry
from qbwc_server.admin.access import admins_only, keeps_input
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts
from qbwc_server.admin.entry_pages import (
    NO_AMOUNT,
    at_the_company,
    fresh_values,
    judged,
    show_entry,
    show_lines,
    spread_over,
    tabs,
    to_the_job,
    with_company,
)
from qbwc_server.errors import PayloadRefused, UnknownCompany
from qbwc_server.jobs import NewJob

AS_JSON = "This is what you typed, as JSON. Change or add any field, then queue it here. Nothing is queued yet."


@pages.get("/new")
@admins_only
def new() -> str:
    """What can be made, and what was made last."""
    with parts().db.read() as c:
        is_empty = not companies.all_companies(c)
    return render_template("new.html", tabs=tabs(""), is_empty=is_empty, notice=_notice())


@pages.get("/new/choices")
@admins_only
def new_choices() -> str:
    """Customers or items that begin with what is being typed, as the options of a box."""
    family = request.args.get("family", "")
    given = {name: text for name, text in request.args.items() if name not in {"family", "company"}}
    found: list[tuple[str, str]] = []
    if family in {"customer", "item"}:
        try:
            with parts().db.read() as c:
                found = entry.offered(c, request.args.get("company", ""), family, next(iter(given.values()), ""))
        except UnknownCompany:
            found = []
    return render_template("entry_choices.html", found=found)


@pages.get("/new/lines")
@admins_only
def new_lines() -> ResponseReturnValue:
    """The box for JSON lines."""
    return show_lines(fresh_values("lines", request.args.get("company", "")))


def _lines_again(values: MultiDict[str, str], notice: str = "") -> ResponseReturnValue:
    return show_lines(values, notice=notice)


@pages.post("/new/lines")
@keeps_input(_lines_again)
def enter_lines() -> ResponseReturnValue:
    """Queues all of them, or none and says what is wrong with each."""
    try:
        given = jobs.survey_lines(request.form.get("lines", ""))
        with parts().db.write() as c:
            company = companies.get(c, request.form.get("company", ""))
            done = jobs.enqueue(
                c,
                company.id,
                given.jobs,
                parts().clock,
                parts().chance,
                actor=actor().name,
                refused=given.refused,
            )
    except UnknownCompany as refusal:
        return show_lines(request.form, problems=at_the_company(refusal), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except PayloadRefused as refusal:
        return show_lines(request.form, problems=refusal.problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    created = sum(each.created for each in done)
    if len(done) == 1:
        return to_the_job(done[0].id, "queued" if created else "there")
    return redirect(
        url_for("admin.new", done="lines", created=created, there=len(done) - created), HTTPStatus.SEE_OTHER
    )


def _register(kind: str) -> None:
    """The two views of a kind's form."""

    @admins_only
    def show() -> ResponseReturnValue:
        return show_entry(kind, fresh_values(kind, request.args.get("company", "")))

    def again(values: MultiDict[str, str], notice: str = "") -> ResponseReturnValue:
        return show_entry(kind, values, notice=notice)

    @keeps_input(again)
    def enter() -> ResponseReturnValue:
        return _entered(kind)

    pages.add_url_rule(f"/new/{kind}", f"new_{kind}", show, methods=["GET"])
    pages.add_url_rule(f"/new/{kind}", f"enter_{kind}", enter, methods=["POST"])


for _kind in entry.FORMS:
    _register(_kind)


def _entered(kind: str) -> ResponseReturnValue:
    values, action = request.form, request.form.get("action", "")
    if "more" in values or action in {"find", "spread"}:
        return _filled_further(kind, values, action)
    try:
        written = with_company(entry.write(kind, values, values.get("external_id", "").strip()))
    except PayloadRefused as refusal:
        shown = entry.shown_problems(refusal.problems, None)
        return show_entry(kind, values, shown=shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if action == "json":
        line = {"company": values.get("company", ""), "lines": entry.json_line(written.job)}
        return show_lines(MultiDict(line), notice=AS_JSON)
    draft = None
    try:
        with parts().db.read() as c:
            company = companies.get(c, values.get("company", ""))
            found = judged(c, company.id, written, preview=action == "preview")
        problems, draft = found.problems, found.draft
        if action != "preview" and not problems:
            return _queued(company.id, found.handed.jobs)
    except UnknownCompany as refusal:
        problems = (*at_the_company(refusal), *jobs.survey_dicts([written.job]).refused.problems)
    except PayloadRefused as refusal:
        problems = refusal.problems
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return show_entry(kind, values, shown=entry.shown_problems(problems, written), draft=draft, status=status)


def _queued(company_id: int, new: Sequence[NewJob]) -> ResponseReturnValue:
    """Raises PayloadRefused."""
    with parts().db.write() as c:
        (done,) = jobs.enqueue(c, company_id, new, parts().clock, parts().chance, actor=actor().name)
    return to_the_job(done.id, "queued" if done.created else "there")


def _filled_further(kind: str, values: MultiDict[str, str], action: str) -> ResponseReturnValue:
    """The form with another row, with the amount spread, or with what was found."""
    if action != "spread":
        return show_entry(kind, entry.with_a_row(values) if "more" in values else values)
    filled = spread_over(values)
    if filled is None:
        return show_entry(kind, values, shown=NO_AMOUNT, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return show_entry(kind, filled)


def _notice() -> str:
    done, number = request.args.get("done", ""), request.args.get("job", 0, type=int)
    created, there = request.args.get("created", 0, type=int), request.args.get("there", 0, type=int)
    if done == "lines":
        words = f"{created:,} queued" if created else "Nothing new was queued"
        return f"{words}, {there:,} there already." if there else f"{words}."
    return {
        "queued": f"Queued as job {number}.",
        "there": f"This is job {number} already; nothing was queued a second time.",
        "corrected": f"Job {number} is corrected and queued again.",
        "retried": f"Nothing was changed; job {number} is tried again.",
    }.get(done, "")
