"""Every part of the page with sample data, served without the program behind it: for eyes, for axe and for the tests.

`python -m tests.browser.preview FOLDER` writes a screenshot of each page, light and dark, at three widths.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, flash, render_template
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from qbwc_server.admin import filters
from tests.browser.samples import samples
from tests.support import chromium

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGES = ("components", "job", "document", "jobs", "new", "connect", "home", "bare")
WIDTHS = (390, 1024, 1920)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def make_app() -> Flask:
    """The templates, the stylesheet and the script as the program serves them, under the policy it serves them with."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "preview_pages"), static_folder=None)
    app.secret_key = "preview"
    app.jinja_env.trim_blocks = False
    blueprint = Blueprint(
        "admin", "qbwc_server.admin", template_folder="templates", static_folder="static", static_url_path="/static"
    )
    filters.register(blueprint, lambda: ZoneInfo("America/Chicago"))
    for name in ("home", "jobs", "new", "companies", "people", "account"):
        blueprint.add_url_rule(f"/{name}", name, lambda name=name: render(f"{name if name in PAGES else 'home'}.html"))
    blueprint.add_url_rule("/logout", "logout", lambda: render("bare.html"), methods=["POST"])
    blueprint.add_url_rule("/choices", "choices", lambda: render_template("entry_choices.html", found=[("Birch", "")]))
    blueprint.add_url_rule("/live", "live", lambda: '<p>Renewed. <a href="#stay">Stay</a></p>')
    for name in set(PAGES) - {"home", "jobs", "new"}:
        blueprint.add_url_rule(f"/{name}", name, lambda name=name: render(f"{name}.html"))
    app.register_blueprint(blueprint)

    @app.context_processor
    def shell() -> dict[str, Any]:
        person = SimpleNamespace(email="anna.carpenter@carpenter-and-sons.example", role="admin", is_admin=True)
        return {"current_person": person, "csrf_token": lambda: "token", "version": "0.1.0", "help_url": "#"}

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


def render(template: str) -> str:
    if template == "components.html":
        flash("Job 1042 was queued again.", "note")
        flash("The password is not the one we know.", "error")
    return render_template(f"preview_{template}", **samples())


@contextmanager
def served() -> Iterator[str]:
    """The preview on a port of its own; yields its base URL."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def screenshots(folder: Path, pages: tuple[str, ...] = PAGES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.ARGUMENTS)
        for scheme in SCHEMES:
            for width in WIDTHS:
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 500
                )
                for name in pages:
                    page.goto(f"{base}/{name}")
                    page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
                page.close()
        page = browser.new_page(viewport={"width": 700, "height": 990})
        page.emulate_media(media="print", color_scheme="light")
        page.goto(f"{base}/document")
        page.screenshot(path=folder / "document-print.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    screenshots(Path(sys.argv[1]), tuple(sys.argv[2:]) or PAGES)
