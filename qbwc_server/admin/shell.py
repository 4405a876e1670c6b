"""The page as an application of its own under /admin.

Being one of its own, it has its own limits, headers and error pages, and nothing of it reaches /qbwc, /support and
/healthz. Views stand in modules of their own and belong to `blueprint.pages`; whoever adds one lists it here.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from qbwc_server import __version__
from qbwc_server.admin import (
    account,
    bulk,
    companies,
    company,
    correct,
    entrance,
    filters,
    first_page,
    job,
    job_deeds,
    jobs,
    new,
    people,
    refusals,
)
from qbwc_server.admin.blueprint import pages
from qbwc_server.admin.context import PageRequest, Parts, keep_parts, maybe_person, viewer_zone
from qbwc_server.admin.cookie import csrf_token, write_cookie
from qbwc_server.admin.guard import guard
from qbwc_server.admin.headers import VERSION_ARGUMENT, file_version, protect

PATH = "/admin"
LARGEST_REQUEST = 2 * 1024 * 1024
VIEWS = (first_page, entrance, account, companies, company, people, jobs, bulk, job, job_deeds, new, correct)
"""The modules whose views are part of the page; importing them here is what makes them so."""


def create(parts: Parts) -> Flask:
    """The application behind /admin; connects to nothing yet."""
    app = Flask("qbwc_server.admin", static_folder=None)
    app.request_class = PageRequest
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    keep_parts(parts, app.extensions)
    app.before_request(guard)
    app.after_request(_finish)
    app.url_defaults(_name_the_version)
    app.context_processor(_for_templates)
    filters.register(app, viewer_zone)
    refusals.register(app)
    app.register_blueprint(pages)
    return app


def mount(main: Flask, page: Flask) -> None:
    """Puts the page under /admin of the whole server."""
    main.wsgi_app = DispatcherMiddleware(main.wsgi_app, {PATH: page})  # type: ignore[method-assign]


def _finish(response: Response) -> Response:
    write_cookie(response)
    if response.location and response.location.startswith(request.host_url):  # a Host that anybody may have written
        response.location = f"/{response.location.removeprefix(request.host_url)}"
    return protect(response)


def _name_the_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "admin.static" and "filename" in values:
        values.setdefault(VERSION_ARGUMENT, file_version(values["filename"]))


def _for_templates() -> dict[str, Any]:
    return {"csrf_token": csrf_token, "current_person": maybe_person(), "has_page": _has_page, "version": __version__}


def _has_page(section: str) -> bool:
    return f"admin.{section}" in current_app.view_functions
