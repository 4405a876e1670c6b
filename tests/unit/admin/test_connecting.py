"""The steps of connecting, and the policies as fields of a form."""

from __future__ import annotations

import pytest

from qbwc_server.admin.connecting import policy_fields, shown_steps
from qbwc_server.companies import POLICIES, suggested_base
from qbwc_server.desk import Step


@pytest.mark.parametrize(
    ("done", "shown"),
    [
        ([None, None, False, False, None], ["current", "todo", "todo", "todo", "todo"]),
        ([None, True, True, False, None], ["done", "done", "done", "current", "todo"]),
        ([True, True, True, True, None], ["done", "done", "done", "done", "current"]),
        ([True, True, True, False, None], ["done", "done", "done", "current", "todo"]),
    ],
)
def test_a_step_that_cannot_be_seen_from_here_counts_as_done_once_a_later_one_is(
    done: list[bool | None], shown: list[str]
) -> None:
    steps = [Step(str(n), f"Step {n}", "", each) for n, each in enumerate(done)]
    assert [step.state for step in shown_steps(steps)] == shown


def test_every_policy_is_a_field_whose_values_are_said_in_words() -> None:
    fields = {field.name: field for field in policy_fields()}
    assert list(fields) == list(POLICIES)
    for name, field in fields.items():
        assert [value for value, _ in field.options] == list(POLICIES[name].values)
        assert all(" " in words for _, words in field.options), name
        assert " " in field.label, name


@pytest.mark.parametrize(
    ("seen", "offered"),
    [
        ("https://sync.example.com", "https://sync.example.com"),
        ("https://sync.example.com:8443", "https://sync.example.com:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("http://[::1]", "http://localhost"),
        ("http://sync.example.com", ""),
        ("https://10.0.0.5", ""),
        ("http://127.0.0.100:8000", ""),
        ("https://a b", ""),
    ],
)
def test_an_address_is_offered_only_if_the_web_connector_would_take_it(seen: str, offered: str) -> None:
    assert suggested_base(seen) == offered
