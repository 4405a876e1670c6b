"""Retry and cancel for the ticked jobs or for all that match: first what would happen, then the deed, then what was.

The preview changes nothing and is a GET, so that it can be looked at again. The deed is done in chunks and stops after
MOST_AT_ONCE jobs, for nobody waits minutes for a page; what is left is offered on the page that says what was done.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qbwc_server import desk
from qbwc_server.admin import selections
from qbwc_server.admin.access import admins_only
from qbwc_server.admin.addresses import address
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import actor, parts, viewer_zone
from qbwc_server.admin.plain import all_told, told
from qbwc_server.desk import Chunk, Deed, Preview, Selection
from qbwc_server.errors import JobRefused, UnknownCompany, UnknownJob

MOST_AT_ONCE = 2000
"""Jobs that one press of the button looks at: some seconds."""
_REFUSALS = (JobRefused, UnknownCompany, UnknownJob)


@pages.get("/jobs/change")
@admins_only
def preview_change() -> ResponseReturnValue:
    """What would happen, and to how many jobs."""
    try:
        deed, _ = selections.read_deed(request.args)
        selection = selections.read_selection(request.args, viewer_zone())
        with parts().db.read() as c:
            found = desk.preview(c, deed, selection, with_dependents=_along(request.args))
    except _REFUSALS as refusal:
        return _refused(all_told(refusal), selections.shown_filter(request.args))
    return _page("change.html", deed, selection, _along(request.args), preview=found)


@pages.post("/jobs/change")
def change_jobs() -> ResponseReturnValue:
    """Does it to the jobs that were previewed, as far as they are still what they were."""
    left: dict[int, None] = {}

    def note(chunk: Chunk) -> None:
        left.update((stay.job.id, None) for stay in chunk.stayed)
        for job in chunk.changed:
            left.pop(job.id, None)

    try:
        deed, _ = selections.read_deed(request.form)
        selection = selections.read_selection(request.form, viewer_zone())
        result = desk.carry_out(
            parts().db,
            deed,
            selection,
            parts().clock,
            with_dependents=_along(request.form),
            actor=actor().name,
            most=MOST_AT_ONCE,
            each=note,
        )
    except _REFUSALS as refusal:
        return _refused(all_told(refusal), selections.shown_filter(request.form))
    so_far = _count(request.form, "changed") + result.changed
    told_again = {
        **selections.write_selection(deed, selection),
        "changed": str(so_far),
        "stayed": str(len(left)),
        "left": ",".join(map(str, list(left)[: selections.MOST_TICKED])),
        "goes_on": "1" if result.is_unfinished and result.changed else "",
        "is_stuck": "1" if result.is_unfinished and not result.changed else "",
        "with_dependents": "1" if _along(request.form) else "",
    }
    return redirect(address("admin.jobs_changed", told_again), HTTPStatus.SEE_OTHER)


@pages.get("/jobs/changed")
@admins_only
def jobs_changed() -> ResponseReturnValue:
    """What was done. Of the jobs that stayed as they are, the reasons are read anew: they may have gone meanwhile."""
    try:
        deed, _ = selections.read_deed(request.args)
        selection = selections.read_selection(request.args, viewer_zone())
        stays = _stays(deed) if request.args.get("left") else None
    except _REFUSALS as refusal:
        return _refused(all_told(refusal), selections.shown_filter(request.args))
    counts = {name: _count(request.args, name) for name in ("changed", "stayed")}
    marks = {name: name in request.args for name in ("goes_on", "is_stuck")}
    return _page("changed.html", deed, selection, _along(request.args), preview=stays, **counts, **marks)


def _stays(deed: Deed) -> Preview:
    with parts().db.read() as c:
        ids = selections.read_ids(request.args, "left")
        return desk.preview(c, deed, Selection(ids), with_dependents=_along(request.args))


def _page(template: str, deed: Deed, selection: Selection, along: bool, **more: object) -> ResponseReturnValue:
    matching = selection.matching
    return render_template(
        template,
        deed=deed,
        verb=deed.capitalize(),
        selection=selection,
        fields=selections.write_selection(deed, selection) | ({"with_dependents": "1"} if along else {}),
        along=along,
        words=selections.in_words(matching) if matching is not None else [],
        back=address("admin.jobs", selections.shown_filter(request.args)),
        told=told,
        most_at_once=MOST_AT_ONCE,
        most_previewed=desk.MOST_PREVIEWED,
        **more,
    )


def _refused(why: str, query: dict[str, str]) -> ResponseReturnValue:
    page = render_template("not_changed.html", why=why, back=address("admin.jobs", query))
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _along(given: MultiDict[str, str]) -> bool:
    """Whether what waits for the jobs is cancelled with them."""
    return given.get("with_dependents") == "1"


def _count(given: MultiDict[str, str], name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
