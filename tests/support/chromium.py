"""The browser that tests look at pages with: the system's Chromium, as Debian installs it."""

from __future__ import annotations

from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox",)
"""In a container there is no other user to hand the pages to, and they are our own."""


def why_no_chromium() -> str:
    """Empty if there is a browser to test with, else the reason."""
    return "" if CHROMIUM.is_file() else f"no Chromium at {CHROMIUM} (Debian: apt-get install chromium)"
