from __future__ import annotations

import time

from qbwc_server.accounts import Hasher

WORDS = "correct horse battery staple"


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    hasher = Hasher(memory_kib=8, passes=1)
    first, second = hasher.hash(WORDS), hasher.hash(WORDS)
    assert first.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert first != second
    assert hasher.verify(WORDS, first)


def test_the_default_effort_is_at_least_what_owasp_asks_for() -> None:
    kept = Hasher().hash(WORDS)
    assert kept.startswith("$argon2id$")
    values = dict(part.split("=") for part in kept.split("$")[3].split(","))
    assert int(values["m"]) >= 19 * 1024
    assert int(values["t"]) >= 2


def test_only_the_whole_password_is_right() -> None:
    hasher = Hasher(memory_kib=8, passes=1)
    longest = "x7" * 128
    kept = hasher.hash(longest)
    assert hasher.verify(longest, kept)
    for other in (longest[:-1], longest + "x", longest.upper(), " " + longest, longest + " ", "", "\ud800"):
        assert not hasher.verify(other, kept)
    assert hasher.verify("caf\u00e9 au lait", hasher.hash("cafe\u0301 au lait".replace("e\u0301", "\u00e9")))


def test_nobody_and_somebody_without_a_password_have_no_right_one() -> None:
    hasher = Hasher(memory_kib=8, passes=1)
    for kept in (None, "", "not a hash"):
        assert not hasher.verify(WORDS, kept)
        assert not hasher.verify("", kept)


def test_somebody_who_does_not_exist_costs_as_much_as_somebody_who_does() -> None:
    hasher = Hasher(memory_kib=2 * 1024, passes=2)
    kept = hasher.hash(WORDS)
    known, unknown = [], []
    for _ in range(20):
        known.append(_seconds(hasher, kept))
        unknown.append(_seconds(hasher, None))
    ratio = min(unknown) / min(known)
    assert 1 / 1.5 < ratio < 1.5


def test_a_hash_of_another_effort_is_known_to_be_outdated() -> None:
    kept = Hasher(memory_kib=8, passes=1).hash(WORDS)
    assert Hasher(memory_kib=16, passes=1).is_outdated(kept)
    assert not Hasher(memory_kib=8, passes=1).is_outdated(kept)


def _seconds(hasher: Hasher, kept: str | None) -> float:
    before = time.perf_counter()
    assert not hasher.verify("a wrong password", kept)
    return time.perf_counter() - before
