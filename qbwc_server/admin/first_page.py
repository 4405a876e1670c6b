"""The first page."""

from __future__ import annotations

from flask import render_template

from qbwc_server.admin.blueprint import pages


@pages.get("/")
def home() -> str:
    """Where everybody starts."""
    return render_template("home.html")
