"""Settings: read once at start from the environment and from `.env`, and refused by name when wrong."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from qbwc_server.errors import ConfigurationError, Problem

PREFIX = "QBWC_"
ENV_FILE = Path(".env")
MEBIBYTE = 1024 * 1024

OTHER_VARIABLES = frozenset({"QBWC_SIMULATE_PASSWORD", "QBWC_TEST_POSTGRES_URL", "QBWC_TEST_WORKERS", "QBWC_CI"})
"""Variables with our prefix that are read elsewhere: by `qbwc simulate`, by the tests and by the build."""


class LogLevel(StrEnum):
    """How much the server writes to its log; no level ever shows passwords, tickets or bodies."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def database_url(text: str) -> str:
    """The URL as SQLAlchemy wants it; the message of a refusal never repeats it, for it may hold a password."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("is no database URL; use sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME") from None
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        if not url.database:
            raise ValueError("names no database; use postgresql://USER:PASSWORD@HOST/NAME")
        return _text(url.set(drivername="postgresql+psycopg"))
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError("must start with sqlite:/// or postgresql://; no other database is supported")
    if not url.database or url.database == ":memory:":
        raise ValueError("must name a file (sqlite:///FILE): a database in memory forgets every job")
    return _text(url)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks from a text such as "127.0.0.1, 10.0.0.0/8"; "none" is none. Raises ValueError."""
    if text.strip().lower() == NO_PROXIES:
        return ()
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        raise ValueError(f"must be {_PROXIES_ALLOWED}") from None


NO_PROXIES = "none"
_PROXIES_ALLOWED = "IP addresses or networks, separated by commas, or none"


def _known_networks(text: str) -> str:
    networks(text)
    return text


def shown_url(url: str) -> str:
    """A database URL for people: as it is typed, its password hidden."""
    parsed = make_url(url)
    return parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=True)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def default_database_url() -> str:
    """A SQLite file in the user's data folder; the folder is made by whoever creates the database."""
    return f"sqlite:///{platformdirs.user_data_path('qbwc-server', appauthor=False) / 'qbwc.sqlite3'}"


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite URL, None for another database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.drivername.startswith("sqlite") and parsed.database else None


def _existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError("must be an existing folder")
    return path.resolve()


class Settings(BaseSettings):
    """All settings, each from `QBWC_<NAME>`; an empty variable means the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        validate_default=True,
    )

    database_url: Annotated[
        str,
        AfterValidator(database_url),
        Field(
            default_factory=default_database_url,
            description="Where jobs and companies are kept: `sqlite:///FILE` or "
            "`postgresql://USER:PASSWORD@HOST/NAME`. By default a SQLite file in the user's data folder.",
        ),
    ]
    templates: Annotated[
        Path | None,
        AfterValidator(lambda path: path if path is None else _existing_folder(path)),
        Field(description="A folder with your own versions of request templates; a file there goes before ours."),
    ] = None
    max_body_bytes: Annotated[
        int,
        Field(ge=MEBIBYTE, le=1024 * MEBIBYTE, description="The largest request accepted from the Web Connector."),
    ] = 64 * MEBIBYTE
    host: Annotated[str, Field(min_length=1, max_length=255, description="The address `qbwc serve` listens on.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Field(ge=1, le=65535, description="The port `qbwc serve` listens on.")] = 8000
    workers: Annotated[int, Field(ge=1, le=64, description="Server processes.")] = 2
    threads: Annotated[int, Field(ge=1, le=128, description="Threads in each server process.")] = 16
    log_level: Annotated[
        LogLevel,
        Field(description="How much is logged. Passwords, tickets and message bodies never are."),
    ] = LogLevel.INFO
    session_minutes: Annotated[
        int, Field(ge=1, le=1440, description="After this many minutes a session ends; the next one goes on.")
    ] = 30
    session_round_trips: Annotated[
        int, Field(ge=1, le=100_000, description="After this many requests a session ends; the next one goes on.")
    ] = 200
    trusted_proxies: Annotated[
        str,
        AfterValidator(_known_networks),
        Field(
            description="Web servers in front of this one: the page believes their `X-Forwarded-For` and "
            "`X-Forwarded-Proto`, and nobody else's."
        ),
    ] = "127.0.0.1,::1"
    support_contact: Annotated[
        str,
        Field(
            max_length=500, description="Whom to ask, shown on the public /support page: a name, a phone, an e-mail."
        ),
    ] = ""


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process, `overrides` going before the environment and the environment before `.env`.

    Raises ConfigurationError with one problem for each unknown or bad variable; its path is the variable's name.
    """
    problems = _unknown_variables()
    settings = None
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += [_problem(detail["loc"], detail["type"], detail["msg"]) for detail in error.errors()]
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"cannot be read: {_reason(error)}.", path=str(ENV_FILE)))
    if problems or settings is None:
        raise ConfigurationError(*problems)
    return settings


@dataclass(frozen=True, slots=True)
class SettingFact:
    """What the configuration table says of one setting."""

    variable: str
    default: str
    allowed: str
    description: str


def setting_facts() -> list[SettingFact]:
    """One fact per setting in the order of the class, for the README's table and its test."""
    return [
        SettingFact(
            variable=PREFIX + name.upper(),
            default="" if field.default_factory or field.default is None else str(field.default),
            allowed=_allowed(name),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _unknown_variables() -> list[Problem]:
    try:
        from_file = list(dotenv_values(ENV_FILE, encoding="utf-8-sig")) if ENV_FILE.is_file() else []
    except (OSError, UnicodeDecodeError):
        return []  # reading the settings meets the same file and reports it
    names = sorted({name for name in [*os.environ, *from_file] if name.upper().startswith(PREFIX)})
    return [_unknown(name) for name in names if name.upper() not in _known_variables()]


def _unknown(name: str) -> Problem:
    nearest = difflib.get_close_matches(name.upper(), sorted(_known_variables()), n=1)
    remedy = f"Did you mean {nearest[0]}?" if nearest else "Remove it or correct its name."
    return Problem("no such setting.", path=name, remedy=remedy)


def _known_variables() -> frozenset[str]:
    return frozenset(PREFIX + name.upper() for name in Settings.model_fields) | OTHER_VARIABLES


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> Problem:
    """One line for a bad value. The value itself is not repeated: a database URL may hold a password."""
    name = str(location[0]) if location else ""
    if kind == "value_error":
        return Problem(message.removeprefix("Value error, ") + ".", path=PREFIX + name.upper())
    return Problem(f"must be {_allowed(name)}.", path=PREFIX + name.upper())


def _allowed(name: str) -> str:
    """What a setting may be, in words, from the field's own type and limits."""
    field = Settings.model_fields[name]
    limits = {key: getattr(rule, key) for rule in field.metadata for key in _LIMITS if hasattr(rule, key)}
    if field.annotation is int:
        return f"a whole number from {limits['ge']} to {limits['le']}"
    if field.annotation is LogLevel:
        return _one_of(LogLevel)
    if name == "database_url":
        return "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    if name == "templates":
        return "an existing folder"
    if name == "trusted_proxies":
        return _PROXIES_ALLOWED
    return f"a text of at most {limits['max_length']} characters"


_LIMITS = ("ge", "le", "max_length")


def _one_of(values: Iterable[str]) -> str:
    return "one of " + ", ".join(str(value) for value in values)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8 text"
