"""What the page needs comes with the package: no build step, no foreign host, and htmx as its makers published it."""

from __future__ import annotations

import hashlib
import re
from importlib import resources

import pytest

ADMIN = resources.files("qbwc_server.admin")
HTMX_VERSION = "2.0.11"
HTMX_SHA256 = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
"""Of dist/htmx.min.js in the npm package htmx.org of that version."""

OURS = ["templates/_document.html", "templates/_macros.html", "templates/base.html", "templates/bare.html"]


def text(path: str) -> str:
    return ADMIN.joinpath(path).read_text(encoding="utf-8")


def test_htmx_is_unmodified_and_has_its_licence_beside_it() -> None:
    script = ADMIN.joinpath("static/htmx.min.js").read_bytes()

    assert hashlib.sha256(script).hexdigest() == HTMX_SHA256
    assert f'version:"{HTMX_VERSION}"' in script.decode()
    assert text("static/htmx.LICENSE.txt").startswith("Zero-Clause BSD")


@pytest.mark.parametrize("path", [*OURS, "static/page.css", "static/page.js", "static/favicon.svg"])
def test_nothing_of_ours_comes_from_another_host(path: str) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[a-z][\w.-]*\.\w+", text(path)))

    assert addresses <= {"http://www.w3.org"}, "an SVG names its namespace; nothing else is named"


@pytest.mark.parametrize("path", OURS)
def test_no_template_has_a_style_or_script_of_its_own(path: str) -> None:
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|\|\s*safe\b", text(path)) == []


def test_the_stylesheet_overrules_nothing_by_force() -> None:
    assert "!important" not in text("static/page.css")
