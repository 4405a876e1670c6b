"""The rules of the house on imports: a layer may use those below it, and goes in by a folder's `__init__`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "qbwc_server"
TEMPLATES = PACKAGE.parent / "qbxml_templates"

BOTTOM = {"errors", "clock", "config", "logs"}
STACK = ["db", "companies", "records", "jobs", "exchange", "desk"]
"""Each may use what stands before it, what is at the bottom, and qbxml."""

MAY_USE: dict[str, set[str]] = {
    "errors": set(),
    "clock": {"errors"},
    "config": {"errors"},
    "logs": {"errors"},
    "serving": set(),
    "qbxml": {"errors"},
    "simulator": {"qbxml", "errors"},
    "accounts": {"db", *BOTTOM},
    **{layer: {*STACK[:height], *BOTTOM, "qbxml"} for height, layer in enumerate(STACK)},
    **{face: {*STACK, *BOTTOM, "qbxml"} for face in ("soap", "api")},
    "admin": {*STACK, *BOTTOM, "qbxml", "accounts"},
}
WIRING = {"app", "cli", "client", "__main__", "__init__"}
"""These put the parts together and may use them all."""

Exports = Mapping[str, frozenset[str]]


def imports(module: str, *, is_package: bool, source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each imported module by its full name, with the names taken from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, frozenset()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                start = parts[: len(parts) - node.level + is_package]
                base = ".".join([*start, *filter(None, [node.module])])
            yield base, frozenset(alias.name for alias in node.names)


def broken_rules(module: str, source: str, exports: Exports, *, is_package: bool = False) -> list[str]:
    """What the imports of one module of ours break, in words; `exports` holds each folder's public names."""
    here = [*module.split("."), "__init__"][1]
    broken = []
    for target, names in imports(module, is_package=is_package, source=source):
        root, _, rest = target.partition(".")
        if root == "spyne" and here != "soap":
            broken.append(f"{module} uses spyne, which is soap's alone")
        if root != "qbwc_server":
            continue
        if not rest:  # `from qbwc_server import jobs` takes the folder itself
            broken += _wrong_direction(module, here, names - {"__version__"})
            continue
        part, _, inside = rest.partition(".")
        broken += _wrong_direction(module, here, {part})
        if part == here or part not in exports:
            continue
        if inside:
            broken.append(f"{module} reaches past qbwc_server/{part}/__init__.py into {target}")
        broken += [
            f"{module} takes {name}, which qbwc_server/{part}/__init__.py does not export"
            for name in sorted(names - exports[part])
            if not inside
        ]
    return broken


def _wrong_direction(module: str, here: str, parts: frozenset[str] | set[str]) -> list[str]:
    if here in WIRING:
        return []
    allowed = {here, *MAY_USE.get(here, set())}
    return [f"{module} may not use {part}" for part in sorted(parts - allowed)]


def exported(folder: Path) -> frozenset[str]:
    """The names in a folder's `__all__`."""
    init = folder / "__init__.py"
    for node in ast.parse(init.read_text(encoding="utf-8")).body if init.is_file() else []:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_every_import_follows_the_rules_of_the_house() -> None:
    exports = {folder.name: exported(folder) for folder in PACKAGE.iterdir() if folder.is_dir()}

    broken = [
        rule
        for file in modules()
        for rule in broken_rules(
            module_name(file), file.read_text(encoding="utf-8"), exports, is_package=file.name == "__init__.py"
        )
    ]

    assert broken == []


def test_every_part_of_the_package_has_its_place_in_the_house() -> None:
    parts = {file.relative_to(PACKAGE).parts[0].removesuffix(".py") for file in modules()}

    assert parts - WIRING - MAY_USE.keys() == set()


def test_the_templates_are_data_and_import_nothing() -> None:
    sources = [file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.py")]

    assert [found for source in sources for found in imports("qbxml_templates", is_package=True, source=source)] == []


EXAMPLE_EXPORTS: Exports = {
    "db": frozenset({"Database", "tables"}),
    "jobs": frozenset({"enqueue"}),
    "exchange": frozenset({"Exchange"}),
    "qbxml": frozenset({"parse_xml"}),
}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("qbwc_server.exchange.plan", "from qbwc_server.jobs import enqueue"),
        ("qbwc_server.exchange.plan", "from qbwc_server.exchange.session import Session"),
        ("qbwc_server.exchange.plan", "from .session import Session"),
        ("qbwc_server.jobs.queue", "from qbwc_server.db import Database, tables"),
        ("qbwc_server.soap.service", "import spyne\nfrom qbwc_server.errors import Problem"),
        ("qbwc_server.simulator.books", "from qbwc_server.qbxml import parse_xml"),
        ("qbwc_server.cli.main", "from qbwc_server.exchange import Exchange"),
        ("qbwc_server.app", "from qbwc_server.exchange import Exchange"),
    ],
)
def test_an_import_of_a_lower_layer_by_its_door_is_allowed(module: str, source: str) -> None:
    assert broken_rules(module, source, EXAMPLE_EXPORTS) == []


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("qbwc_server.jobs.queue", "from qbwc_server.exchange import Exchange", "may not use exchange"),
        ("qbwc_server.jobs.queue", "from qbwc_server import exchange", "may not use exchange"),
        ("qbwc_server.jobs.queue", "import qbwc_server.exchange", "may not use exchange"),
        ("qbwc_server.jobs.queue", "from ..exchange import Exchange", "may not use exchange"),
        ("qbwc_server.jobs.queue", "def f():\n    from qbwc_server.soap import mount", "may not use soap"),
        ("qbwc_server.qbxml.read", "from qbwc_server.db import Database", "may not use db"),
        ("qbwc_server.simulator.books", "from qbwc_server.jobs import enqueue", "may not use jobs"),
        ("qbwc_server.jobs.queue", "from qbwc_server.db.engine import Database", "reaches past qbwc_server/db/"),
        ("qbwc_server.cli.main", "import qbwc_server.jobs.queue", "reaches past qbwc_server/jobs/"),
        ("qbwc_server.cli.main", "from qbwc_server.jobs import _secret", "does not export"),
        ("qbwc_server.exchange.cycle", "from spyne import Unicode", "uses spyne"),
    ],
)
def test_an_import_upwards_or_past_the_door_is_found(module: str, source: str, reason: str) -> None:
    (found,) = broken_rules(module, source, EXAMPLE_EXPORTS)

    assert reason in found


def test_a_relative_import_in_a_folders_own_init_is_read_from_that_folder() -> None:
    assert list(imports("qbwc_server.db", is_package=True, source="from .engine import Database")) == [
        ("qbwc_server.db.engine", frozenset({"Database"}))
    ]
