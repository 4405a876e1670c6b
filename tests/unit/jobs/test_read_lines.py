"""A file of jobs: what a line must be, and that all its errors come at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs import KINDS, NewJob, read_lines

EXAMPLES = Path(__file__).with_name("examples.jsonl").read_bytes()
ROOF = EXAMPLES.decode().splitlines()[1]
SMALL = '{"kind":"customer","operation":"add","external_id":"C-9","payload":{"name":"Small"}}'


def refused(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(PayloadRefused) as caught:
        read_lines(text)
    return caught.value.problems


def one_problem(text: str | bytes) -> Problem:
    [problem] = refused(text)
    return problem


def with_key(key: str, value: str) -> str:
    """SMALL with one key of the job set to a piece of JSON."""
    given = {
        "kind": '"customer"',
        "operation": '"add"',
        "external_id": '"C-9"',
        "payload": '{"name":"Small"}',
        key: value,
    }
    return "{" + ",".join(f'"{name}":{piece}' for name, piece in given.items()) + "}"


def test_the_five_examples_of_the_documentation_are_accepted_as_they_stand() -> None:
    jobs = read_lines(EXAMPLES)
    assert [(job.kind, job.operation, job.external_id, job.line, job.priority) for job in jobs] == [
        ("customer", "add", "C-1", 1, 0),
        ("customer", "add", "C-2", 2, 0),
        ("item_service", "add", "I-1", 3, 0),
        ("invoice", "add", "INV-1", 4, 0),
        ("payment", "add", "P-1", 5, 0),
    ]
    assert [KINDS[job.kind].label(job.payload) for job in jobs] == [
        "Customer Acme Hardware",
        "Customer Roof",
        "Service item Labor",
        "Invoice 1001",
        "Payment CHK 77",
    ]


def test_a_byte_order_mark_and_windows_line_ends_and_blank_lines_are_accepted() -> None:
    text = f"\ufeff{SMALL}\r\n\r\n   \r\n{ROOF}\r\n"
    for form in (text, text.encode()):
        assert [(job.external_id, job.line) for job in read_lines(form)] == [("C-9", 1), ("C-2", 4)]


def test_a_line_separator_inside_a_text_does_not_end_the_line() -> None:
    problem = one_problem(SMALL.replace("Small", "a\u2028b"))
    assert (problem.line, problem.path) == (1, "name")


@pytest.mark.parametrize("text", ["", b"", "\n \r\n\t\n", b"\xef\xbb\xbf", "\ufeff"])
def test_a_file_without_jobs_is_refused(text: str | bytes) -> None:
    assert one_problem(text).message == "there are no jobs in the file."


def test_all_problems_of_all_lines_come_at_once_and_name_their_lines() -> None:
    lines = [
        SMALL,
        with_key("kind", '"custmer"'),
        "not json",
        with_key("payload", '{"name":"a:b","phone":5}'),
    ]
    assert [(problem.line, problem.path) for problem in refused("\n".join(lines))] == [
        (2, "kind"),
        (3, ""),
        (4, "name"),
        (4, "phone"),
    ]


def test_a_problem_reads_as_line_path_rule_and_remedy() -> None:
    problem = one_problem("\n" + with_key("payload", '{"name":"x","phone":5550100}'))
    assert str(problem) == 'line 2: phone: must be a text, not a number. Write it in quotes: "5550100".'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"kind": "\xe9"}', "is not UTF-8 at byte 11. Save the file as UTF-8."),
        ("\ufeff{}".encode("utf-16-le"), "the file is written in UTF-16."),
        ("[1]", "must be an object, this is a list."),
        ('"add"', 'must be an object, this is "add".'),
        ("{", "is not one whole JSON object: expecting property name enclosed in double quotes at character 2."),
        (f"{SMALL} {SMALL}", f"is not one whole JSON object: extra data at character {len(SMALL) + 2}."),
        ('{"kind":"a","kind":"b"}', 'has the key "kind" twice in one object.'),
        (with_key("payload", '{"name":"a","name":"b"}'), 'has the key "name" twice in one object.'),
        ("[" * 100_000, "is nested too deeply."),
        ('{"payload":' * 90_000, "is nested too deeply."),
        ('"' + "x" * 1024 * 1024 + '"', "the line is 1048578 bytes long, at most 1048576 are allowed."),
        ("\0", "is not one whole JSON object: expecting value at character 1."),
    ],
)
def test_a_line_that_is_no_job_is_refused_in_plain_words(text: str | bytes, message: str) -> None:
    assert one_problem(text).message == message


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("kind", "null", "kind: is required."),
        ("kind", '""', "kind: is required."),
        ("kind", "7", 'kind: must be a text. Write it in quotes: "7".'),
        ("kind", '"invoce"', 'kind: "invoce" is not a kind of job. Did you mean "invoice"?'),
        ("kind", '"zzz"', 'kind: "zzz" is not a kind of job. Known kinds: customer, item_service, '),
        ("operation", "null", "operation: is required."),
        ("operation", '"void"', 'operation: "void" is not offered yet for customer. Use add.'),
        ("operation", '"ad"', 'operation: "ad" is not an operation. Did you mean "add"?'),
        ("operation", '"zzz"', 'operation: "zzz" is not an operation. Use add.'),
        ("external_id", "null", "external_id: is required."),
        ("external_id", '""', "external_id: is required."),
        ("external_id", "17", 'external_id: must be a text. Write it in quotes: "17".'),
        ("external_id", "true", "external_id: must be a text."),
        ("external_id", '" C-1"', "external_id: begins or ends with a blank."),
        ("external_id", '"C\\n1"', "external_id: holds a control character (U+000A) at position 2."),
        ("external_id", '"\\ud800"', "external_id: holds a control character (U+D800) at position 1."),
        ("external_id", f'"{"x" * 256}"', "external_id: has 256 characters, at most 255 are allowed."),
        ("payload", "null", "payload: is required."),
        ("payload", '"x"', 'payload: must be an object, this is "x".'),
        ("payload", "[]", "payload: must be an object, this is a list."),
        ("priority", "1001", "priority: must be a whole number from -1000 to 1000, this is 1001."),
        ("priority", "1.5", "priority: must be a whole number from -1000 to 1000, this is 1.5."),
        ("priority", '"5"', 'priority: must be a whole number from -1000 to 1000, this is "5".'),
        ("priority", "true", "priority: must be a whole number from -1000 to 1000, this is true."),
        ("priority", "NaN", "priority: must be a whole number from -1000 to 1000, this is NaN."),
        ("priority", "1e999999999", "priority: must be a whole number from -1000 to 1000, this is 1E+999999999."),
        ("payloda", "{}", 'payloda: is not a known field. Did you mean "payload"?'),
        ("zzz", "null", "zzz: is not a known field. A job has kind, operation, external_id, payload, priority;"),
    ],
)
def test_a_wrong_key_of_a_job_is_refused_with_its_rule(key: str, value: str, text: str) -> None:
    problem = one_problem(with_key(key, value))
    assert str(problem).startswith(f"line 1: {text}")


@pytest.mark.parametrize(("value", "priority"), [("0", 0), ("-1000", -1000), ("1000", 1000), ("null", 0), ("5.0", 5)])
def test_a_priority_in_range_is_taken(value: str, priority: int) -> None:
    [job] = read_lines(with_key("priority", value))
    assert job.priority == priority


@pytest.mark.parametrize("external_id", ["x", "x" * 255, "Größe 7", "🧾", "a b"])
def test_an_external_id_may_be_any_text_of_one_line(external_id: str) -> None:
    [job] = read_lines(with_key("external_id", json.dumps(external_id)))
    assert job.external_id == external_id


def test_the_payload_is_checked_even_if_the_operation_is_wrong() -> None:
    text = with_key("payload", '{"name":""}').replace('"add"', '"void"')
    assert [problem.path for problem in refused(text)] == ["operation", "name"]


def _worst(entry: str, count: int) -> str:
    line = (
        '{"kind":"invoice","operation":"add","external_id":"x","payload":{"lines":[' + ",".join([entry] * count) + "]}}"
    )
    assert len(line) <= 1024 * 1024
    return line


@pytest.mark.parametrize(
    "text",
    [
        _worst("7", 500_000),
        _worst('{"rtae":1}', 90_000),
        with_key("payload", "{" + ",".join(f'"n{number}":1' for number in range(80_000)) + "}"),
        with_key("payload", '{"name":"x","credit_limit":' + "9" * 1_000_000 + "}"),
        with_key("payload", '{"name":"x","credit_limit":1e-999999999}'),
        with_key("payload", '{"name":"x","credit_limit":1e99999999999999999999}'),
        with_key("payload", '{"name":"x","notes":"' + "ł" * 1_000_000 + '"}'),
        with_key("payload", '{"name":"x","' + "n" * 1_000_000 + '":1}'),
        with_key("priority", "1." + "0" * 1_000_000 + "1"),
    ],
)
def test_the_worst_line_of_allowed_length_is_refused_quickly_and_briefly(text: str) -> None:
    started = time.perf_counter()
    problems = refused(text)
    assert time.perf_counter() - started < 5
    assert len("\n".join(map(str, problems))) < 20_000


def test_a_zero_with_an_exponent_beyond_measure_is_zero() -> None:
    jobs: list[NewJob] = []
    for zero in ("0e999999999", "0e-999999999", "-0.00", "0"):
        jobs += read_lines(with_key("payload", f'{{"name":"x","credit_limit":{zero}}}'))
    assert {job.payload_json for job in jobs} == {'{"credit_limit":"0","name":"x"}'}
