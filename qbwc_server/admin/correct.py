"""Correct: a job that failed, is blocked, held or cancelled, in its own form, handed in again under its own number."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qbwc_server import desk, jobs
from qbwc_server.admin import entry
from qbwc_server.admin.access import admins_only, keeps_input
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts
from qbwc_server.admin.entry_pages import NO_AMOUNT, judged, show_entry, show_lines, spread_over, to_the_job
from qbwc_server.admin.new import AS_JSON
from qbwc_server.errors import JobRefused, PayloadRefused, Problem, UnknownJob
from qbwc_server.jobs import Job, NewJob

_TOO_MUCH_FOR_THE_FORM = "This job has more than the form can show, so it is corrected as JSON."
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@pages.get("/jobs/<int:number>/correct")
@admins_only
def correct(number: int) -> ResponseReturnValue:
    """The job's form, filled with what it is now."""
    try:
        job = _job(number)
    except UnknownJob as unknown:
        return _cannot(unknown.problems[0], None)
    with parts().db.read() as c:
        problem = desk.actions(c, job).correct
    if problem is not None:
        return _cannot(problem, job)
    payload = desk.payload_of(job.payload)
    if job.kind not in entry.FORMS or not entry.fits(job.kind, payload):
        return show_lines(_as_json(job, payload), notice=_TOO_MUCH_FOR_THE_FORM, job=job)
    return show_entry(job.kind, _values(job, payload), job=job)


def _again(values: MultiDict[str, str], notice: str = "", *, number: int) -> ResponseReturnValue:
    try:
        job = _job(number)
    except UnknownJob as unknown:
        return _cannot(unknown.problems[0], None)
    return show_lines(values, notice=notice, job=job) if "lines" in values else _show(job, values, notice=notice)


@pages.post("/jobs/<int:number>/correct")
@keeps_input(_again)
def correct_now(number: int) -> ResponseReturnValue:
    """Hands it in again, or tries it again if nothing was changed."""
    job, values = _job(number), request.form
    if "lines" in values:
        return _from_json(job, values)
    action = values.get("action", "")
    if "more" in values or action in {"find", "spread"}:
        return _filled_further(job, values, action)
    try:
        written = entry.write(job.kind, values, job.external_id or "")
    except PayloadRefused as refusal:
        return _show(job, values, problems=refusal.problems)
    if action == "json":
        line = {"lines": entry.json_line(written.job), "seen": values.get("seen", "")}
        return show_lines(MultiDict(line), notice=AS_JSON, job=job)
    with parts().db.read() as c:
        found = judged(c, job.company_id, written, preview=action == "preview")
    problems = found.problems
    if not problems and action != "preview":
        try:
            return _handed_in(job, list(found.handed.jobs), values)
        except (PayloadRefused, JobRefused) as refusal:
            problems = refusal.problems
    return _show(job, values, problems=problems, written=written, draft=found.draft)


def _from_json(job: Job, values: MultiDict[str, str]) -> ResponseReturnValue:
    try:
        return _handed_in(job, jobs.read_lines(values.get("lines", "")), values)
    except (PayloadRefused, JobRefused) as refusal:
        return show_lines(values, problems=refusal.problems, job=job, status=_UNPROCESSABLE)


def _handed_in(job: Job, new: list[NewJob], values: MultiDict[str, str]) -> ResponseReturnValue:
    """Raises PayloadRefused and JobRefused."""
    with parts().db.write() as c:
        desk.correct(c, job, new, parts().clock, parts().chance, seen=values.get("seen", ""), actor=actor().name)
    is_same = new[0].content_hash == job.content_sha256
    return to_the_job(job.id, "retried" if is_same else "corrected")


def _filled_further(job: Job, values: MultiDict[str, str], action: str) -> ResponseReturnValue:
    if action != "spread":
        return _show(job, entry.with_a_row(values) if "more" in values else values)
    filled = spread_over(values, job)
    if filled is None:
        return show_entry(job.kind, values, shown=NO_AMOUNT, job=job, status=_UNPROCESSABLE)
    return _show(job, filled)


def _show(
    job: Job,
    values: MultiDict[str, str],
    *,
    notice: str = "",
    problems: tuple[Problem, ...] = (),
    written: entry.Written | None = None,
    draft: desk.Draft | None = None,
) -> ResponseReturnValue:
    shown = entry.shown_problems(problems, written)
    status = _UNPROCESSABLE if problems else HTTPStatus.OK
    if job.kind not in entry.FORMS:  # the form was for another kind
        return show_lines(values, notice=notice, job=job, problems=problems, status=status)
    return show_entry(job.kind, values, notice=notice, shown=shown, draft=draft, job=job, status=status)


def _values(job: Job, payload: dict[str, Any]) -> MultiDict[str, str]:
    ids = set(entry.external_ids(payload))
    with parts().db.read() as c:
        keys = {(family, external_id) for family in ("customer", "item") for external_id in ids}
        names = {key: str(each) for key, each in desk.named(c, job.company_id, keys).items()}
    values = entry.values_of(job.kind, payload, names)
    values["external_id"], values["seen"] = job.external_id or "", job.content_sha256
    return values


def _as_json(job: Job, payload: dict[str, Any]) -> MultiDict[str, str]:
    whole = {"kind": job.kind, "operation": job.operation, "external_id": job.external_id, "payload": payload}
    return MultiDict({"lines": entry.json_line(whole), "seen": job.content_sha256})


def _job(number: int) -> Job:
    """Raises UnknownJob."""
    with parts().db.read() as c:
        found = jobs.by_ids(c, [number]) if 0 < number < 2**63 else []
    if not found:
        raise UnknownJob(jobs.unknown_job(number))
    return found[0]


def _cannot(problem: Problem, job: Job | None) -> ResponseReturnValue:
    page = render_template("correct_not.html", problem=problem, job=job)
    return make_response(page, HTTPStatus.NOT_FOUND if job is None else HTTPStatus.CONFLICT)
