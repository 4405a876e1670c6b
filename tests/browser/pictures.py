"""`make screenshots`: the page with the demo's jobs and some in every other state, for eyes and for the README.

`python -m tests.browser.pictures FOLDER` takes pictures of the pages that people see most, in both schemes at three
widths; a second folder, docs/images, gets the README's. Text is as good as the fonts that are installed: Debian's
fonts-noto-core has every letter that is shown.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from qbwc_server import companies, jobs
from qbwc_server.simulator import Point
from tests.browser import site
from tests.browser.looking import WIDTHS
from tests.browser.preview import SCHEMES
from tests.browser.site import ADA, CHANCE, CLOCK, PASSWORD, Office, Site, customer, invoice, payment
from tests.support import chromium

NAME = "Demo Company"
ZONE = "America/New_York"
IN_THE_README: dict[str, tuple[Literal["light", "dark"], int]] = {
    "home": ("light", 1090),
    "question": ("light", 890),
    "invoice": ("dark", 910),
}
"""With the scheme, and how many pixels are shown from the top: each stays below 150 kB."""


def pages_of(running: Site) -> dict[str, str]:
    """A company with the demo's jobs and what people have to do with, one that is fine, one that was never seen."""
    office = running.office(NAME)
    _refused_and_locked(office)
    samples = resources.files("qbwc_server").joinpath("samples", "demo.jsonl").read_bytes()
    with running.db.write() as c:
        done = jobs.enqueue(c, office.company.id, jobs.read_lines(samples), CLOCK, CHANCE, actor="the demo")
    with office.pc.at_the_keyboard() as person:
        person.type_customer("Birch & Daughters", Email="office@birch.example", Phone="555-0142")
    office.pc.visit()
    held = _waiting_for_a_person(office)
    _under_way(office)
    running.office("Harbor Street Bakery")
    with running.db.write() as c:
        companies.add(c, name="Lindqvist Roofing", base_url="https://sync.example.com", clock=CLOCK, chance=CHANCE)
        new = companies.get(c, "Lindqvist Roofing").id
    return {
        "home": "/admin/",
        "connect": f"/admin/companies/{new}",
        "company": f"/admin/companies/{office.company.id}",
        "jobs": "/admin/jobs?company=Demo%20Company",
        "question": f"/admin/jobs/{held}",
        "invoice": f"/admin/jobs/{done[5].id}",
        "new-invoice": "/admin/new/invoice?company=Demo%20Company",
    }


def take(folder: Path, readme: Path | None) -> None:
    """One picture for each page, scheme and width, and the README's."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as stage,
        site.running(Path(stage)) as running,
        sync_playwright() as playwright,
    ):
        running.person(ADA)
        paths = pages_of(running)
        browser = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.ARGUMENTS)
        page = browser.new_page(base_url=running.base, timezone_id=ZONE)
        page.goto("/admin/log-in")
        page.get_by_label("E-mail").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        for name, path in paths.items():
            page.goto(path)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
            if readme is not None and name in IN_THE_README:
                scheme, height = IN_THE_README[name]
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": 1024, "height": height})
                page.screenshot(path=readme / f"page-{name}.png")
        browser.close()


def _refused_and_locked(office: Office) -> None:
    office.enqueue(customer("Old Mill Café", phone="555-0199 or 555-0198"), customer("Marsh Street School"))
    office.pc.faults.fail_next(3070, 'The string "555-0199 or 555-0198" in the field Phone is too long.')
    office.pc.faults.fail_next(3175, "There was an error when using the customer list: it is in use by another user.")
    office.pc.visit()


def _waiting_for_a_person(office: Office) -> int:
    """The number of the job with a question."""
    acme = {"external_id": "C-1"}
    held, *_ = office.enqueue(
        customer("Birch & Daughters", phone="555-0142"),
        invoice("1004", {"external_id": "Birch & Daughters"}, "Labor", "16"),
        invoice("1005", acme, "Gutter, 5 inch", "12"),
        invoice("1006", acme, "Labor", "3", expected_total="180.01"),
        payment("CHK 80", acme, "180.00", "1006"),
    )
    office.pc.visit()
    return held


def _under_way(office: Office) -> None:
    office.enqueue(invoice("1007", {"external_id": "C-2"}, "Shingles", "20"))
    office.pc.faults.crash_at(Point.AFTER_SEND)
    office.pc.visit()
    office.enqueue(customer("Tall Pines Motel"), invoice("1008", {"external_id": "Tall Pines Motel"}, "Labor", "4"))
    (not_needed,) = office.enqueue(invoice("1009", {"external_id": "C-1"}, "Labor", "1"))
    with office.site.db.write() as c:
        jobs.cancel(c, [not_needed], CLOCK, actor=ADA)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
