"""One job: the document it stands for, what happened to it, what is wrong and what can be done about that.

While it is under way the page looks for news by itself; a job that waits for a person is left alone, so that nothing
that is typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from qbwc_server import desk
from qbwc_server.admin import job_parts, questions
from qbwc_server.admin.access import background
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import parts
from qbwc_server.admin.fields import Errors
from qbwc_server.admin.paper import paper
from qbwc_server.admin.plain import told
from qbwc_server.desk import Estimate, Receipt, Story, XmlParts
from qbwc_server.errors import Problem, UnknownJob
from qbwc_server.jobs import Status

_KEY = re.compile(r"[\w.-]{1,64}", re.ASCII)
_DONE = {
    "queued": "The job is queued. It goes out at the Web Connector's next visit.",
    "there": "This job was there already; nothing was queued a second time.",
    "corrected": "The job is corrected and queued again.",
    "retried": "It is tried again at the Web Connector's next visit.",
    "cancelled": "The job is cancelled. Nothing was changed in QuickBooks.",
    "answered": "Your answer is recorded.",
}
_WAITS = (Status.QUEUED, Status.SENT, Status.RETRYING)


@pages.get("/jobs/<int:number>")
def job(number: int) -> str:
    """The page."""
    return job_page(number)


@pages.get("/jobs/<int:number>/news")
@background
def job_news(number: int) -> ResponseReturnValue:
    """The part of the page that changes by itself; once the job is not under way any more, the page loads anew."""
    story, receipt, waiting = _read(number)
    fragment = render_template("_job.html", is_news=True, **_shown(story, receipt, waiting))
    answer = make_response(fragment)
    if story.job.status not in job_parts.UNDER_WAY:
        answer.headers["HX-Refresh"] = "true"
    return answer


@pages.get("/jobs/<int:number>/xml/<key>")
def job_xml(number: int, key: str) -> str:
    """What was sent for it and came back, in one set; for a script only the part that is shown in the page."""
    found = _xml(number, key)
    template = "_job_xml.html" if "HX-Request" in request.headers else "job_xml.html"
    return render_template(template, number=number, key=key, found=found)


@pages.get("/jobs/<int:number>/xml/<key>/<part>")
def download_xml(number: int, key: str, part: str) -> Response:
    """The same as a file, never shown as a page."""
    found = _xml(number, key)
    text = {"request": found.request, "answer": found.answer}.get(part)
    if not text:
        raise NotFound
    return Response(
        text.encode(),
        content_type="text/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="job-{number}-{part}.xml"'},
    )


def job_page(
    number: int, *, problem: str = "", typed: Mapping[str, str] | None = None, errors: Errors | None = None
) -> str:
    """The page of a job; with what was typed and why it was not taken. Raises UnknownJob."""
    story, receipt, waiting = _read(number)
    box = questions.box(story, typed or {}, errors or {})
    return render_template(
        "job.html",
        is_live=story.job.status in job_parts.UNDER_WAY and not problem,
        notice="" if problem or errors else _notice(story),
        problem=problem,
        errors=errors or {},
        box=box,
        choices=[asdict(choice) for choice in box.choices] if box is not None else [],
        **_shown(story, receipt, waiting),
    )


def _notice(story: Story) -> str:
    """What was done just now, as long as the job is where that left it: an address may be opened again much later."""
    done = request.args.get("done", "")
    fits = {"cancelled": story.job.status is Status.CANCELLED, "there": True, "answered": True}
    return _DONE.get(done, "") if fits.get(done, story.job.status in job_parts.UNDER_WAY) else ""


def story_of(number: int) -> Story:
    """Everything about a job. Raises UnknownJob, in words for a page."""
    return _read(number)[0]


def _read(number: int) -> tuple[Story, Receipt | None, Estimate | None]:
    with parts().db.read() as c:
        try:
            story = desk.story(c, number)
        except UnknownJob:
            raise UnknownJob(unknown(number)) from None
        receipt = desk.receipt(c, story.job)
        waits = story.job.status in _WAITS
        waiting = desk.estimate(c, story.company, parts().clock.now()) if waits else None
    return story, receipt, waiting


def unknown(number: int) -> Problem:
    """What is said of a number that no job has."""
    return Problem(f"There is no job {number}.", remedy="Look for it in the list of jobs.")


def _shown(story: Story, receipt: Receipt | None, waiting: Estimate | None) -> dict[str, object]:
    rows, added = job_parts.receipt_rows(receipt, story.document) if receipt is not None else ([], [])
    return {
        "story": story,
        "job": story.job,
        "callout": job_parts.callout(story),
        "paper": paper(story.document, story.company, receipt.number if receipt is not None else None),
        "events": job_parts.happened(story.timeline),
        "exchanges": job_parts.exchanges(story.timeline),
        "receipt": receipt,
        "says": job_parts.receipt_says(receipt, rows) if receipt is not None else "",
        "rows": rows,
        "added": added,
        "estimate": waiting,
        "told": told,
        "seen": seen(story),
    }


def seen(story: Story) -> str:
    """What a form says about the job that was looked at, to tell whether somebody was faster."""
    return f"{story.job.status}:{story.job.question or ''}"


def _xml(number: int, key: str) -> XmlParts:
    if not (0 < number < 2**63 and _KEY.fullmatch(key)):
        raise NotFound
    with parts().db.read() as c:
        found = desk.xml_parts(c, number, key)
    if found is None:
        raise NotFound
    return found
