"""Addresses of pages that several others lead to; none while this server does not have the page."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from qbwc_server.desk import JobFilter, write_filter


def jobs_url(wanted: JobFilter) -> str | None:
    """The list of the jobs that a filter finds."""
    filters: dict[str, Any] = {**write_filter(wanted)}
    return url_for("admin.jobs", **filters) if _has("admin.jobs") else None


def job_url(number: int) -> str | None:
    """One job."""
    return url_for("admin.job", number=number) if _has("admin.job") else None


def _has(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
