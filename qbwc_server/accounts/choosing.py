"""Which passwords people may choose: long enough, and not among the first that anybody would guess.

No rule about digits or signs: such rules make passwords that are hard to keep in mind and easy to guess. What counts
is length, so at least 8 characters (the page recommends 15), at most 256; blanks and every script are welcome, and
nothing is trimmed or cut off.

A password is kept in Unicode's form NFC: an "é" is one character on one keyboard and an "e" with an accent on another,
and whoever types it means the same. NFC joins nothing that looks different, unlike NFKC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.errors import PasswordRefused, Problem

SHORTEST = 8
RECOMMENDED = 15
LONGEST = 256

_PRODUCT_WORDS = frozenset({"quickbooks", "qbwc", "qbwc-server", "intuit", "webconnector", "web connector", "admin"})
_SHORTEST_WORD = 4
"""A word of a name that is shorter than this is in too many good passwords by chance."""


def normal(password: str) -> str:
    """A password as it is hashed: in Unicode's form NFC, otherwise exactly as it was typed."""
    return unicodedata.normalize("NFC", password)


def checked_password(password: str, guessable: Iterable[str] = ()) -> str:
    """The password in its normal form. Raises PasswordRefused with what is wrong with it.

    `guessable` are words that whoever attacks this very person would try: names, the e-mail address. They may stand in
    a password, but what is left without them has to be long enough and uncommon too.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        raise _refused(f"a password has at least {SHORTEST} characters; {RECOMMENDED} or more are better.")
    if len(password) > LONGEST:
        raise _refused(f"a password has at most {LONGEST} characters.")
    folded = password.casefold()
    if folded in _common() or len(set(folded)) == 1:
        raise _refused("this password is among the first that anybody would try.")
    rest = _without(folded, {*_PRODUCT_WORDS, *_words(guessable)})
    if rest != folded and (len(rest) < SHORTEST or rest in _common()):
        raise _refused("this password is little more than a name that others know, such as a company's or your own.")
    return password


def guessable_words(c: sa.Connection, email: str) -> list[str]:
    """What an attacker of this installation would try first: the person's address and the companies' names."""
    name = tables.company.c
    columns = (name.name, name.seen_company_name, name.seen_legal_name)
    return [email, *(text for row in c.execute(sa.select(*columns)) for text in row if text)]


def _words(texts: Iterable[str]) -> set[str]:
    """Each text as a whole, without its blanks, and each longer word of it."""
    found: set[str] = set()
    for text in texts:
        folded = normal(text).casefold()
        found |= {folded, "".join(folded.split()), *re.split(r"[\W_]+", folded)}
    return {word for word in found if len(word) >= _SHORTEST_WORD}


def _without(folded: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    return folded


def _refused(message: str) -> PasswordRefused:
    remedy = "Take four or five words that do not belong together."
    return PasswordRefused(Problem(message, path="password", remedy=remedy))


@cache
def _common() -> frozenset[str]:
    """The 30,000 most common passwords in zxcvbn's list, 11,600 of them long enough to matter here."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  3 MB that most commands do not need

    passwords: list[str] = FREQUENCY_LISTS["passwords"]
    return frozenset(word.casefold() for word in passwords if len(word) >= SHORTEST)
