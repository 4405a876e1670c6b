"""What is installed is complete: a file that is forgotten in pyproject.toml is missing only on the user's machine."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CONFIGURATION = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", ["qbwc_server", "qbxml_templates"])
def test_every_file_of_the_packages_is_installed(package: str) -> None:
    patterns = ["*.py", *CONFIGURATION["tool"]["setuptools"]["package-data"]["*"]]
    files = [file for file in (PROJECT / package).rglob("*") if file.is_file() and "__pycache__" not in file.parts]

    forgotten = [str(file) for file in files if not any(fnmatch(file.name, pattern) for pattern in patterns)]

    assert files
    assert forgotten == []


def test_spyne_alone_is_pinned() -> None:
    pinned = [name for name in CONFIGURATION["project"]["dependencies"] if "==" in name or "<" in name]

    assert pinned == ["spyne==2.14.0"]
