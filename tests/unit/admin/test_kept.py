from __future__ import annotations

import json

import pytest
from werkzeug.datastructures import MultiDict

from qbwc_server.admin import kept


def test_what_was_typed_comes_back_in_order_and_as_often_as_it_stood_there() -> None:
    typed = [("line", "1"), ("line", "2"), ("memo", "  two\r\nlines \u202e<b>\x00 "), ("empty", "")]
    assert kept.unpack(kept.pack(MultiDict(typed))) == typed


@pytest.mark.parametrize("name", ["password", "old_password", "PASSWORD2", "csrf_token", "show_again"])
def test_passwords_and_the_shells_own_fields_are_never_carried(name: str) -> None:
    assert kept.unpack(kept.pack(MultiDict([(name, "s3cret"), ("memo", "x")]))) == [("memo", "x")]
    assert kept.unpack(json.dumps([[name, "s3cret"]])) == []


def test_what_is_longer_than_a_megabyte_is_not_kept() -> None:
    assert kept.pack(MultiDict([("memo", "x" * 999_000)]))
    assert kept.pack(MultiDict([("memo", "x" * 1_000_000)])) == ""
    assert kept.unpack(json.dumps([["memo", "x" * 1_000_000]])) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "1", '"ab"', "[1]", '[["a"]]', '[["a", 1]]', '[["a", "b", "c"]]', "[" * 5000, '[{"a": "b"}]'],
)
def test_what_somebody_else_made_up_is_no_input(text: str) -> None:
    assert kept.unpack(text) == []
