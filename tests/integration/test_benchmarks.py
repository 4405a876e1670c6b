"""`make bench` at a tiny scale: that it measures, not what. No time is ever asserted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.__main__ import run
from benchmarks.chart import chart
from benchmarks.queues import Given, Queue, customer, invoice, payment
from benchmarks.report import BEGIN, END, write
from benchmarks.served import Kind, served
from benchmarks.visits import HttpCaller, visit
from benchmarks.workloads import PHASES, Measured

ORDER: list[Given] = [customer("A"), invoice("A", "C-A", 2), payment("A", "C-A")]


@pytest.fixture(scope="module")
def measured() -> list[Measured]:
    return run(["SQLite"], 0.002)


def test_every_kind_of_work_is_measured_beside_the_floor(measured: list[Measured]) -> None:
    assert [each.unit for each in measured] == ["answer", "job", "job", "job", "poll", "claim", "claim"]
    assert all(each.server.cpu > 0 and each.floor.cpu > 0 and each.ratio > 0 for each in measured)
    divided = [each for each in measured if each.unit != "claim"]
    assert all(sum(each.shares[phase] for phase in PHASES) == pytest.approx(1) for each in divided)
    assert all(0 < each.exactly_once < 1 for each in divided if each.unit == "job")


def test_the_run_writes_its_table_and_chart_between_the_marks(measured: list[Measured], tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")
    write(measured, 0.002, tmp_path)
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert page.startswith(f"Before.\n{BEGIN}\n")
    assert page.endswith(f"{END}\nAfter.\n")
    assert "old" not in page
    assert all(f"| {each.name}" in page for each in measured)
    assert re.search(r"\d{4}-\d\d-\d\d, \d+ cores? \(.+\), Python 3\.\d+\.\d+, commit \w+, at a scale of 0.002", page)


def test_the_chart_is_svg_with_words_and_colours_for_light_and_dark(measured: list[Measured]) -> None:
    root = etree.fromstring(chart(measured).encode())
    words = " ".join(map(str, root.itertext()))
    assert all(phase in words for phase in PHASES)
    assert "prefers-color-scheme: dark" in words


def test_the_floor_sends_the_same_bytes_and_leaves_the_same_rows(tmp_path: Path) -> None:
    sent, left = {}, {}
    for kind in (Kind.SERVER, Kind.FLOOR):
        folder = tmp_path / kind
        folder.mkdir()
        queue = Queue(f"sqlite:///{folder}/bench.db")
        with served(kind, queue.url, folder) as server:
            queue.enqueue(ORDER)
            before = queue.counts()
            caller = HttpCaller(server.port)
            tally = visit(caller, queue.login, queue.quickbooks)
            caller.close()
        writes = [request for request in tally.requests if "AddRq" in request]
        keyless = (re.sub(r'requestID="\w+\.|<QBXMLMsgsRq[^>]*>|<\?xml.*?\?>', "", request) for request in writes)
        sent[kind] = list(keyless)
        tables = ("job_event", "message_set_item", "record", "session")
        left[kind] = {name: queue.counts()[name] - before[name] for name in tables}
        queue.close()
    assert len(sent[Kind.SERVER]) == 3
    assert sent[Kind.FLOOR] == sent[Kind.SERVER]
    assert left[Kind.FLOOR] == left[Kind.SERVER]
    assert left[Kind.FLOOR]["record"] == len(ORDER) + 3
