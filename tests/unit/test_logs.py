from __future__ import annotations

from contextlib import suppress

from qbwc_server.logs import account


def raised(error: Exception) -> Exception:
    """The error with a place it came from."""
    with suppress(type(error)):
        raise error
    return error


def test_an_error_is_told_with_its_causes_first_and_without_its_values() -> None:
    error = raised(RuntimeError("secret"))
    error.__cause__ = raised(KeyError("secret"))
    told = account(error)
    assert told.index("KeyError") < told.index("which led to") < told.index("RuntimeError")
    assert "test_logs.py" in told
    assert "secret" not in told


def test_an_error_that_is_its_own_cause_is_told_once() -> None:
    error, other = RuntimeError(), KeyError()
    error.__cause__, other.__cause__ = other, error
    assert account(error).count("RuntimeError") == 1
    assert account(error).count("KeyError") == 1


def test_a_chain_of_errors_without_end_is_told_too() -> None:
    error: BaseException = ValueError()
    for _ in range(5000):
        outer = RuntimeError()
        outer.__context__ = error
        error = outer
    assert "ValueError" in account(error)
