"""A file that is no JSON lines at all is told so once."""

from __future__ import annotations

import json

import pytest

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs import read_lines

JOB = {"kind": "customer", "operation": "add", "external_id": "C-9", "payload": {"name": "Small"}}
LINE = json.dumps(JOB)
ROWS = "\n".join(f"customer,add,C-{number},Name {number}" for number in range(200))


def refused(content: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(PayloadRefused) as caught:
        read_lines(content)
    return caught.value.problems


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"kind,operation,external_id,name\r\n{ROWS}", "looks like CSV"),
        (f'"kind";"operation";"external_id"\n{ROWS.replace(",", ";")}', "looks like CSV"),
        (f"\ufeffkind\toperation\n{ROWS}", "looks like CSV"),
        (json.dumps([JOB] * 50, indent=2), "looks like one JSON value over many lines"),
        ("[\n" + ",\n".join([LINE] * 50) + "\n]", "looks like one JSON value over many lines"),
        ("[" + ",\n".join([LINE] * 50) + "]", "looks like one JSON value over many lines"),
        (json.dumps(JOB, indent=4), "looks like one JSON value over many lines"),
        ("<jobs>\n<job/>\n</jobs>\n", "no line of the file begins with a brace"),
    ],
)
def test_what_a_file_looks_like_is_said_once_and_not_for_each_line(content: str, words: str) -> None:
    for form in (content, content.encode()):
        [problem] = refused(form)
        assert words in problem.message
        assert "One JSON object per line" in problem.remedy
        assert problem.line is None


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00\n\x06\x00", b"\xd0\xcf\x11\xe0\xa1\n\xb1"])
def test_a_spreadsheet_is_told_as_what_it_is(content: bytes) -> None:
    [problem] = refused(content)
    assert problem.message == "the file is a spreadsheet or an archive"


def test_a_broken_line_among_json_lines_is_told_by_its_number() -> None:
    for broken in ('{"kind": "customer', "customer,add,C-1", "["):
        assert [problem.line for problem in refused(f"{LINE}\n{broken}\n")] == [2]
    assert [problem.line for problem in refused(f'{{"kind": "customer\n{LINE}')] == [1]


def test_null_is_called_null() -> None:
    assert [problem.message for problem in refused(f"{LINE}\nnull")] == ["must be an object, this is null."]
