"""The blueprint to which every view of the page belongs; the modules with views are listed in `shell`."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("admin", __name__, static_folder="static", static_url_path="/static", template_folder="templates")
