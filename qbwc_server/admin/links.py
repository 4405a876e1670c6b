"""Addresses of pages that several others lead to; none while this server does not have the page."""

from __future__ import annotations

from flask import current_app, url_for

from qbwc_server.desk import JobFilter, write_filter


def jobs_url(wanted: JobFilter) -> str | None:
    """The list of the jobs that a filter finds."""
    return _url("admin.jobs", **write_filter(wanted))


def job_url(number: int) -> str | None:
    """One job."""
    return _url("admin.job", number=number)


def _url(endpoint: str, **values: str | int) -> str | None:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
