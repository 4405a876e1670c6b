"""What a user can type, set or meet is written down, and what is written down is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from lxml import etree

import qbwc_server
from qbwc_server import companies
from qbwc_server.cli import cli
from qbwc_server.config import OTHER_VARIABLES, setting_facts
from qbwc_server.db import Database
from qbwc_server.jobs import Status, read_lines
from tests.support.doubles import ManualClock, SeededChance

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
DOCS = "\n".join(file.read_text(encoding="utf-8") for file in sorted((PROJECT / "docs").glob("*.md")))
ALL = README + DOCS

SETTINGS = [fact.variable for fact in setting_facts()]


def make_targets() -> list[str]:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE)


def commands(group: click.Group = cli, name: str = "qbwc") -> Iterator[tuple[str, click.Command]]:
    """Every command by what a user types, `qbwc company add` for instance."""
    for part, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


def options() -> list[tuple[str, str]]:
    """Every visible long option with its command."""
    return [
        (name, option)
        for name, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in parameter.opts
        if option.startswith("--")
    ]


def table_rows(text: str) -> dict[str, list[str]]:
    """The rows of all tables by the word in code in their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]
    return {row[0].strip("` "): row for row in rows}


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("target", make_targets())
def test_every_make_target_is_in_the_readme(target: str) -> None:
    assert re.search(rf"\bmake {target}\b", README) or target == "help"


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_a_row_in_the_readmes_table(name: str) -> None:
    assert any(re.match(rf"{name}(?![\w-])", row) for row in table_rows(README))


@pytest.mark.parametrize(("name", "option"), options())
def test_every_option_is_in_the_readme_with_its_command(name: str, option: str) -> None:
    paragraphs = [part for part in re.split(r"\n\n|\n(?=\|)", README) if re.search(rf"{name}(?![\w-])", part)]

    assert option == "--json" or any(re.search(rf"{option}(?![\w-])", part) for part in paragraphs)


def test_every_command_that_the_documents_name_exists() -> None:
    known = {name for name, _ in commands()}
    groups = {" ".join(name.split()[:2]) for name in known if len(name.split()) > 2}
    typed = re.findall(r"(?:^|`|/bin/|\\Scripts\\)(qbwc [a-z][a-z-]*)(?: ([a-z][a-z-]*))?", ALL, flags=re.MULTILINE)

    named = {f"{first} {second}" if first in groups else first for first, second in typed}

    assert named - known == set()


@pytest.mark.parametrize("fact", setting_facts(), ids=SETTINGS)
def test_every_setting_is_in_the_readme_as_it_is(fact: object) -> None:
    wanted = next(each for each in setting_facts() if each == fact)

    _, default, allowed, meaning = table_rows(README)[wanted.variable]

    assert default.strip("`") == wanted.default
    assert allowed == wanted.allowed
    assert meaning == wanted.description


def test_every_setting_is_in_the_example_file() -> None:
    lines = (PROJECT / ".env.example").read_text(encoding="utf-8").splitlines()

    assert set(re.findall(r"^#?(QBWC_\w+)=", "\n".join(lines), flags=re.MULTILINE)) == set(SETTINGS)


def test_every_setting_that_the_documents_and_deployment_files_name_exists() -> None:
    files = [file for file in (PROJECT / "deploy").iterdir() if file.is_file()]
    texts = [ALL, *(file.read_text(encoding="utf-8") for file in files)]
    own_to_compose = {"QBWC_DATABASE_PASSWORD"}

    named = {name for text in texts for name in re.findall(r"\bQBWC_[A-Z_]+\b", text)}

    assert named - set(SETTINGS) - OTHER_VARIABLES - own_to_compose == set()


@pytest.mark.parametrize("status", Status)
def test_every_job_status_is_explained_in_the_readme(status: Status) -> None:
    assert len(table_rows(README)[status]) == 3


def test_no_link_in_the_documents_leads_nowhere() -> None:
    files = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]

    broken = [
        (file.name, link)
        for file in files
        for link in re.findall(r"\]\(([^)#\s]+)\)", file.read_text(encoding="utf-8"))
        if not link.startswith("http") and not (file.parent / link).exists()
    ]

    assert broken == []


def test_the_jobs_in_the_readme_are_accepted_as_they_stand() -> None:
    (block,) = code_blocks("json")

    assert [job.external_id for job in read_lines(block)] == ["C-1", "I-1", "INV-1", "P-1"]


def test_the_python_in_the_readme_runs(tmp_path: Path, clock: ManualClock, chance: SeededChance) -> None:
    (block,) = code_blocks("python")
    url = f"sqlite:///{tmp_path / 'qbwc.db'}"
    database = Database(url, durable=False)
    database.migrate()
    with database.write() as connection:
        companies.add(connection, name="Acme", base_url="http://localhost:8000", clock=clock, chance=chance)

    exec(compile(re.sub(r"sqlite:[^\"]+", url, block), "README.md", "exec"), {})

    with qbwc_server.connect(url) as queue:
        assert [job.external_id for job in queue.jobs(company="Acme")] == ["C-7"]
    database.close()


def test_the_example_qwc_has_the_elements_of_a_real_one(
    tmp_path: Path, clock: ManualClock, chance: SeededChance
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'qbwc.db'}", durable=False)
    database.migrate()
    with database.write() as connection:
        companies.add(connection, name="Acme", base_url="https://sync.example.com", clock=clock, chance=chance)
        real = etree.fromstring(companies.qwc_file(companies.get(connection, "Acme")))
    database.close()
    example = etree.fromstring((PROJECT / "app.qwc.example").read_bytes())
    own = {"UserName", "OwnerID", "FileID"}

    def elements(root: etree._Element) -> list[tuple[str, str | None]]:
        return [(str(node.tag), None if node.tag in own else node.text) for node in root.iter(etree.Element)]

    assert elements(example) == elements(real)


def test_the_samples_of_the_demo_are_what_the_readme_promises() -> None:
    jobs = read_lines((PROJECT / "qbwc_server" / "samples" / "demo.jsonl").read_bytes())
    payloads = [json.loads(job.payload_json) for job in jobs]
    paid = [len(payload["applied_to"]) for job, payload in zip(jobs, payloads, strict=True) if job.kind == "payment"]

    assert sorted(job.kind for job in jobs) == (
        ["customer"] * 2 + ["invoice"] * 3 + ["item_non_inventory", "item_service"] + ["payment"] * 3
    )
    assert sum("parent_ref" in payload for payload in payloads) == 1
    assert sorted(paid) == [1, 1, 2]
