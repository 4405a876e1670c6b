"""What an admin does to one job: retry, cancel, answer. Whoever comes second is told what the first one did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

import sqlalchemy as sa
from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qbwc_server import exchange, jobs
from qbwc_server.admin import questions
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts
from qbwc_server.admin.fields import Errors
from qbwc_server.admin.job import job_page, seen, story_of
from qbwc_server.admin.job_parts import who_was_faster
from qbwc_server.admin.plain import all_told, told
from qbwc_server.errors import JobRefused, PayloadRefused, Problem, QbwcError


@pages.post("/jobs/<int:number>/retry")
def retry_job(number: int) -> ResponseReturnValue:
    """Tries it again; where QuickBooks may have it already, QuickBooks is asked."""

    def retry(c: sa.Connection) -> object:
        return exchange.retry(c, [number], parts().clock, actor=actor().name)

    return _do(number, retry, "retried")


@pages.post("/jobs/<int:number>/cancel")
def cancel_job(number: int) -> ResponseReturnValue:
    """Takes it back, and if so wished what waits for it."""
    along = request.form.get("with_dependents") == "1"

    def cancel(c: sa.Connection) -> object:
        return jobs.cancel(c, [number], parts().clock, with_dependents=along, actor=actor().name)

    return _do(number, cancel, "cancelled")


@pages.post("/jobs/<int:number>/answer")
def answer_job(number: int) -> ResponseReturnValue:
    """Answers what is asked about it."""
    story_of(number)
    given, errors = questions.read_answer(request.form)
    if given is None:
        return _again(number, errors)

    def answer(c: sa.Connection) -> object:
        _is_still_asked(c, number)
        return exchange.answer(
            c,
            [number],
            given.verb,
            given.values,
            parts().clock,
            whole_set=given.whole_set,
            with_dependents=given.with_dependents,
            actor=actor().name,
        )

    return _do(number, answer, "answered")


def _do(number: int, deed: Callable[[sa.Connection], object], done: str) -> ResponseReturnValue:
    story_of(number)
    try:
        with parts().db.write() as c:
            deed(c)
    except PayloadRefused as refusal:
        return _again(number, {questions.NAME: all_told(refusal)})
    except JobRefused as refusal:
        return _refused(number, refusal)
    return redirect(url_for("admin.job", number=number, done=done), HTTPStatus.SEE_OTHER)


def _is_still_asked(c: sa.Connection, number: int) -> None:
    """An answer is to the question that was looked at: another one may have come in its place meanwhile."""
    (job,) = jobs.locked(c, [number])
    asked = request.form.get("question", job.question)
    if job.question is not None and asked != job.question:
        raise JobRefused(Problem("Another question is asked by now.", remedy="Read it before you answer."))


def _refused(number: int, refusal: QbwcError) -> ResponseReturnValue:
    story = story_of(number)
    if request.form.get("seen", seen(story)) == seen(story):
        errors = {questions.field_of(request.form): " ".join(told(each) for each in refusal.problems)}
        return _again(number, errors) if "answer" in request.form else _shown(number, all_told(refusal), {}, {})
    first = who_was_faster(story.timeline)
    by = f" {first.who} was faster: {first.what}." if first is not None else ""
    return _shown(number, f"Nothing was changed.{by} {all_told(refusal)}", {}, {})


def _again(number: int, errors: Errors) -> ResponseReturnValue:
    """The form as it was filled in, with what is wrong at its field."""
    return _shown(number, "Nothing was changed yet.", request.form, errors, HTTPStatus.UNPROCESSABLE_ENTITY)


def _shown(
    number: int, problem: str, typed: Mapping[str, str], errors: Errors, status: HTTPStatus = HTTPStatus.CONFLICT
) -> ResponseReturnValue:
    return make_response(job_page(number, problem=problem, typed=typed, errors=errors), status)
