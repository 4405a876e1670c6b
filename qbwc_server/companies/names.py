"""What a company may be called, and the other values that are typed in when it is registered."""

from __future__ import annotations

import re
import unicodedata

from qbwc_server.clock import Chance, token
from qbwc_server.errors import CompanyRefused, Problem

MAX_NAME = 64
MAX_PATH = 259
"""Windows' MAX_PATH without its final NUL."""
MAX_MINUTES = 1440
MAX_REASON = 200
_FULL_PATH = re.compile(r'(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/])[^<>"|?*]+')
_USERNAME_STEM = 24


def checked_name(text: str) -> str:
    """The name as it is kept: composed Unicode, no blanks around it. Raises CompanyRefused."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= MAX_NAME or len(name_key(name)) > MAX_NAME:
        raise _refused("name", f"must have 1 to {MAX_NAME} characters, this has {len(name)}.")
    if not name.isprintable():
        raise _refused("name", "must hold printable characters only: no line ends, tabs or other control characters.")
    return name


def name_key(name: str) -> str:
    """What two names must not share: the name without regard to case and to how accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).strip().casefold())


def checked_path(text: str) -> str:
    """The company-file path, empty for whatever file is open. Raises CompanyRefused.

    It must be a full Windows path, because a word such as `none` or `busy` means something else in
    authenticate's answer (facts/qbwc-protocol.md section 2).
    """
    path = text.strip()
    if not path:
        return ""
    if len(path) > MAX_PATH:
        raise _refused("file", f"must have at most {MAX_PATH} characters, this has {len(path)}.")
    if not path.isprintable():
        raise _refused("file", "must hold no control characters.")
    if not _FULL_PATH.fullmatch(path):
        example = r"C:\Books\Acme.qbw or \\server\books\Acme.qbw"
        raise _refused("file", f'must be a full Windows path such as {example}, without any of < > " | ? *.')
    return path


def checked_minutes(minutes: int) -> int:
    """The schedule written into the .qwc. Raises CompanyRefused."""
    if not 1 <= minutes <= MAX_MINUTES:
        raise _refused("every", f"must be from 1 to {MAX_MINUTES} minutes.")
    return minutes


def checked_reason(text: str) -> str:
    """Why a person pauses a company, on one line. Raises CompanyRefused."""
    reason = " ".join(text.split()).rstrip(".")
    if not 1 <= len(reason) <= MAX_REASON:
        raise _refused("reason", f"must have 1 to {MAX_REASON} characters, this has {len(reason)}.")
    if not reason.isprintable():
        raise _refused("reason", "must hold printable characters only.")
    return reason


def make_username(name: str, chance: Chance) -> str:
    """A user name that tells whose it is: ASCII letters, digits and hyphens, at most 33 characters."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:_USERNAME_STEM].strip("-")
    return f"{stem or 'company'}-{token(chance, 32)}"


def _refused(field: str, rule: str) -> CompanyRefused:
    return CompanyRefused(Problem(rule, path=field))
