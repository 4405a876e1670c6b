"""Addresses of pages that several others lead to."""

from __future__ import annotations

from typing import Any

from flask import url_for

from qbwc_server.desk import JobFilter, write_filter


def jobs_url(wanted: JobFilter) -> str:
    """The list of the jobs that a filter finds."""
    filters: dict[str, Any] = {**write_filter(wanted)}
    return url_for("admin.jobs", **filters)


def job_url(number: int) -> str:
    """One job."""
    return url_for("admin.job", number=number)
