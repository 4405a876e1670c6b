from __future__ import annotations

import logging

import pytest

from qbwc_server.soap.boundary import log_error

logger = logging.getLogger(__name__)


def logged(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    log_error(logger, "It failed.", error)
    return caplog.text


def test_an_error_is_logged_with_its_place_and_type_and_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("secret")
    except ValueError as error:
        text = logged(error, caplog)
    assert "It failed." in text
    assert "test_boundary.py" in text
    assert "builtins.ValueError" in text
    assert "ValueError: secret" not in text
    assert text.count("secret") == 1  # the line of this test's own source


def test_the_cause_and_the_cause_of_the_cause_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    first, second, third = KeyError("secret"), TypeError("secret"), OSError("secret")
    third.__cause__, second.__context__ = second, first
    text = logged(third, caplog)
    assert text.index("OSError") < text.index("TypeError") < text.index("KeyError")
    assert "secret" not in text


def test_a_suppressed_cause_stays_unsaid(caplog: pytest.LogCaptureFixture) -> None:
    error = OSError()
    error.__context__ = KeyError()
    error.__suppress_context__ = True
    assert "KeyError" not in logged(error, caplog)


def test_a_chain_of_causes_that_bites_its_tail_has_an_end(caplog: pytest.LogCaptureFixture) -> None:
    one, two = OSError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert logged(one, caplog).count("caused by:") == 9
