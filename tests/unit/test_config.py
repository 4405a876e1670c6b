from __future__ import annotations

from pathlib import Path

import pytest

from qbwc_server.config import (
    LogLevel,
    Settings,
    database_url,
    load_settings,
    setting_facts,
    shown_url,
    sqlite_file,
)
from qbwc_server.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(**overrides: object) -> dict[str, str]:
    """What is refused, by variable."""
    with pytest.raises(ConfigurationError) as refusal:
        load_settings(**overrides)
    return {problem.path: str(problem) for problem in refusal.value.problems}


def test_without_any_variable_the_defaults_are_those_of_a_small_installation() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.workers, settings.threads) == ("127.0.0.1", 8000, 2, 16)
    assert settings.max_body_bytes == 64 * 1024 * 1024
    assert (settings.session_minutes, settings.session_round_trips) == (30, 200)
    file = sqlite_file(settings.database_url)
    assert file is not None
    assert file.is_absolute()
    assert "qbwc-server" in str(file)


def test_the_environment_goes_before_the_env_file_and_an_override_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("QBWC_PORT=1111\nQBWC_WORKERS=3\nQBWC_LOG_LEVEL=debug\nOTHER=1\n")
    monkeypatch.setenv("QBWC_PORT", "2222")
    monkeypatch.setenv("QBWC_WORKERS", "4")
    settings = load_settings(workers=5)
    assert (settings.port, settings.workers, settings.log_level) == (2222, 5, LogLevel.DEBUG)


def test_an_env_file_that_notepad_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfQBWC_PORT=1111\r\nQBWC_SUPPORT_CONTACT=J\xc3\xbcrgen\r\n")
    settings = load_settings()
    assert (settings.port, settings.support_contact) == (1111, "Jürgen")


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_PORT", "")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("QBWC_PORT", "abc", "a whole number from 1 to 65535"),
        ("QBWC_PORT", "0", "a whole number from 1 to 65535"),
        ("QBWC_PORT", "65536", "a whole number from 1 to 65535"),
        ("QBWC_WORKERS", "2.5", "a whole number from 1 to 64"),
        ("QBWC_THREADS", "-1", "a whole number from 1 to 128"),
        ("QBWC_MAX_BODY_BYTES", "64MB", "a whole number from 1048576 to 1073741824"),
        ("QBWC_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("QBWC_TEMPLATES", "/no/such/folder", "an existing folder"),
        ("QBWC_SUPPORT_CONTACT", "x" * 501, "at most 500 characters"),
        ("QBWC_HOST", "x" * 256, "at most 255 characters"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_is_allowed(
    variable: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    found = problems()
    assert list(found) == [variable]
    assert allowed in found[variable]


def test_every_bad_value_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("QBWC_PORT=abc\nQBWC_WORKRES=3\n")
    monkeypatch.setenv("QBWC_LOG_LEVEL", "loud")
    assert sorted(problems()) == ["QBWC_LOG_LEVEL", "QBWC_PORT", "QBWC_WORKRES"]


def test_an_unknown_variable_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_DATABASE", "sqlite:///x.db")
    monkeypatch.setenv("qbwc_wrokers", "2")
    found = problems()
    assert "Did you mean QBWC_DATABASE_URL?" in found["QBWC_DATABASE"]
    assert "Did you mean QBWC_WORKERS?" in found["qbwc_wrokers"]


def test_variables_that_others_read_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QBWC_SIMULATE_PASSWORD", "QBWC_TEST_POSTGRES_URL", "QBWC_CI"):
        monkeypatch.setenv(name, "1")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgresql://u:p@db.example/q", "postgresql+psycopg://u:p@db.example/q"),
        ("postgres://u:p%40x@db.example:5433/q?sslmode=require", "postgresql+psycopg://u:p%40x@db.example:5433/q?sslmode=require"),
        ("postgresql+psycopg:///q?host=/run/postgresql", "postgresql+psycopg:///q?host=%2Frun%2Fpostgresql"),
        (" sqlite:////var/lib/qbwc/q.db ", "sqlite:////var/lib/qbwc/q.db"),
        ("sqlite:///q.db", "sqlite:///q.db"),
    ],
)  # fmt: skip
def test_a_database_url_becomes_the_one_of_our_driver(given: str, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", given)
    assert load_settings().database_url == kept


@pytest.mark.parametrize(
    "given",
    ["mysql://u:s3cret@h/d", "u:s3cret@h", "sqlite://", "sqlite:///:memory:", "postgresql://u:s3cret@h", "postgresql+asyncpg://u:s3cret@h/d"],
)  # fmt: skip
def test_any_other_database_url_is_refused_without_repeating_it(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBWC_DATABASE_URL", given)
    found = problems()
    assert list(found) == ["QBWC_DATABASE_URL"]
    assert "s3cret" not in str(found)


def test_an_env_file_that_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"QBWC_PORT=\xff\xfe1\x00")
    assert list(problems()) == [".env"]


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is_and_what_it_may_be() -> None:
    facts = {fact.variable: fact for fact in setting_facts()}
    assert sorted(facts) == sorted(f"QBWC_{name.upper()}" for name in Settings.model_fields)
    for fact in facts.values():
        assert fact.description.endswith(".")
        assert fact.allowed
    assert facts["QBWC_PORT"].default == "8000"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("postgresql://user:s3cret@db.example.com/books", "postgresql://user:***@db.example.com/books"),
        ("postgres://user@db.example.com:5433/books", "postgresql://user@db.example.com:5433/books"),
        ("sqlite:////var/lib/qbwc.sqlite3", "sqlite:////var/lib/qbwc.sqlite3"),
    ],
)
def test_an_address_is_shown_as_it_was_typed_without_its_password(typed: str, shown: str) -> None:
    assert shown_url(database_url(typed)) == shown
