"""People, their passwords, sessions and links in the database, without the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
import sqlalchemy as sa

from qbwc_server import accounts, companies
from qbwc_server.accounts import Person, Role
from qbwc_server.clock import SystemChance
from qbwc_server.db import Database, tables
from qbwc_server.errors import (
    LinkRefused,
    LoginLimited,
    LoginRefused,
    PasswordRefused,
    PersonRefused,
    QbwcError,
    UnknownPerson,
)
from tests.support.doubles import ManualClock, SeededChance
from tests.support.page import ADMIN, OTHER_PASSWORD, PASSWORD, TEST, VIEWER, quick_hasher

PACKAGE = Path(accounts.__file__).parents[1]
HASHER = quick_hasher()
Result = TypeVar("Result")


class Office:
    """People on one database, with a clock of the test's own."""

    def __init__(self, db: Database, clock: ManualClock) -> None:
        self.db, self.clock, self.chance = db, clock, SeededChance()

    def add(self, email: str = ADMIN, role: Role = Role.ADMIN, password: str = PASSWORD) -> Person:
        with self.db.write() as c:
            person = accounts.add(c, email, role, by=TEST, clock=self.clock)
            return accounts.set_password(c, person, password, HASHER, by=TEST) if password else person

    def start(self, person: Person) -> str:
        with self.db.write() as c:
            return accounts.start(c, person, browser="Firefox", by=TEST, clock=self.clock, chance=self.chance)

    def is_open(self, secret: str) -> bool:
        with self.db.read() as c:
            return accounts.find(c, secret, self.clock.now()) is not None

    def disable(self, person: Person) -> str:
        try:
            with self.db.write() as c:
                accounts.disable(c, person, by=TEST, clock=self.clock)
        except PersonRefused:
            return "refused"
        return "disabled"

    def try_password(self, password: str, email: str = ADMIN, address: str = "192.0.2.7") -> str:
        """ "ok", or the kind of refusal."""
        by = accounts.Actor("", address)
        try:
            accounts.check_password(self.db, HASHER, email, password, by=by, clock=self.clock)
        except QbwcError as refusal:
            return type(refusal).__name__
        return "ok"


@pytest.fixture
def office(db: Database, clock: ManualClock) -> Office:
    return Office(db, clock)


def test_an_address_is_one_person_whatever_its_capitals(office: Office) -> None:
    office.add("Ada@Example.com")
    with office.db.read() as c:
        assert accounts.get(c, " ADA@example.COM ").email == ADMIN
    with pytest.raises(PersonRefused, match="is there already"):
        office.add("ada@EXAMPLE.com")
    assert office.try_password(PASSWORD, "ADA@EXAMPLE.COM") == "ok"


@pytest.mark.parametrize(
    "email", ["", "ada", "@", "a b@example.com", "a@b@c", "a@example.com\r\nX: y", "a" * 251 + "@b.c"]
)
def test_what_is_no_address_is_refused(office: Office, email: str) -> None:
    with pytest.raises(PersonRefused, match="name@example.com"):
        office.add(email)


def test_a_password_like_a_companys_name_is_refused(office: Office) -> None:
    with office.db.write() as c:
        companies.add(c, name="Mountain Bakery", base_url="https://x.example", clock=office.clock, chance=office.chance)
    with pytest.raises(PasswordRefused, match="name that others know"):
        office.add(password="MountainBakery1")


def test_the_last_admin_who_can_log_in_stays_one(office: Office) -> None:
    ada = office.add()
    invited = office.add("bob@example.com", password="")
    with office.db.write() as c:
        with pytest.raises(PersonRefused, match="only admin"):
            accounts.change_role(c, ada, Role.VIEWER, by=TEST)
        with pytest.raises(PersonRefused, match="only admin"):
            accounts.disable(c, ada, by=TEST, clock=office.clock)
        accounts.set_password(c, invited, OTHER_PASSWORD, HASHER, by=TEST)
        assert accounts.change_role(c, ada, Role.VIEWER, by=TEST).role is Role.VIEWER
        with pytest.raises(PersonRefused, match="only admin"):
            accounts.disable(c, invited, by=TEST, clock=office.clock)


def test_a_disabled_person_is_out_at_once_and_in_again_when_enabled(office: Office) -> None:
    office.add()
    vic = office.add(VIEWER, Role.VIEWER)
    secret = office.start(vic)
    with office.db.write() as c:
        accounts.disable(c, vic, by=TEST, clock=office.clock)
    assert not office.is_open(secret)
    assert office.try_password(PASSWORD, VIEWER) == "LoginRefused"
    with office.db.write() as c:
        accounts.enable(c, vic, by=TEST)
    assert not office.is_open(secret)
    assert office.try_password(PASSWORD, VIEWER) == "ok"


def test_a_session_has_128_random_bits_and_is_kept_hashed(office: Office) -> None:
    ada = office.add()
    office.chance = SystemChance()  # type: ignore[assignment]
    with office.db.write() as c:
        made = {
            accounts.start(c, ada, browser="x" * 999, by=TEST, clock=office.clock, chance=office.chance)
            for _ in range(200)
        }
        kept = set(c.scalars(sa.select(tables.admin_session.c.token_sha256)))
        assert {len(each.browser) for each in accounts.sessions_of(c, ada, office.clock.now())} == {200}
    assert len(made) == len(kept) == 200
    assert {len(secret) for secret in made} == {32}
    assert not made & kept


def test_a_session_ends_after_an_hour_without_a_request_and_after_half_a_day_in_any_case(office: Office) -> None:
    ada = office.add()
    idle, busy = office.start(ada), office.start(ada)
    for _ in range(13):
        office.clock.advance(minutes=54)
        with office.db.write() as c:
            session = accounts.find(c, busy, office.clock.now())
            assert session is not None
            accounts.notice(c, session, office.clock.now())
    assert not office.is_open(idle)
    office.clock.advance(minutes=17)
    assert office.is_open(busy)
    office.clock.advance(minutes=1)
    assert not office.is_open(busy)


def test_rows_of_sessions_that_are_over_do_not_pile_up(office: Office) -> None:
    ada = office.add()
    office.start(ada)
    office.clock.advance(hours=2)
    office.start(ada)
    with office.db.read() as c:
        assert c.scalar(sa.select(sa.func.count()).select_from(tables.admin_session)) == 1


def test_the_link_for_the_first_admin_works_once_and_only_while_there_is_none(office: Office) -> None:
    with office.db.write() as c:
        one = accounts.first_admin_link(c, clock=office.clock, chance=office.chance)
        two = accounts.first_admin_link(c, clock=office.clock, chance=office.chance)
        with pytest.raises(PasswordRefused):
            accounts.use_link(c, one, "short", HASHER, email=ADMIN, by=TEST, clock=office.clock)
    assert one not in str(_rows(office.db))
    with office.db.write() as c:
        person = accounts.use_link(c, one, PASSWORD, HASHER, email=ADMIN, by=TEST, clock=office.clock)
        assert person.role is Role.ADMIN
        for secret in (one, two, "0" * 32, ""):
            with pytest.raises(LinkRefused):
                accounts.find_link(c, secret, office.clock.now())
        with pytest.raises(PersonRefused, match="an admin already"):
            accounts.first_admin_link(c, clock=office.clock, chance=office.chance)
    assert office.try_password(PASSWORD) == "ok"


def test_a_link_is_good_for_a_day(office: Office) -> None:
    with office.db.write() as c:
        secret = accounts.first_admin_link(c, clock=office.clock, chance=office.chance)
        office.clock.advance(hours=23, minutes=59)
        accounts.find_link(c, secret, office.clock.now())
        office.clock.advance(minutes=1)
        with pytest.raises(LinkRefused, match="setup-link"):
            accounts.find_link(c, secret, office.clock.now())


def test_a_personal_link_replaces_the_password_and_ends_every_session_of_that_person(office: Office) -> None:
    office.add()
    vic = office.add(VIEWER, Role.VIEWER)
    secret_session = office.start(vic)
    with office.db.write() as c:
        old = accounts.personal_link(c, vic, clock=office.clock, chance=office.chance)
        secret = accounts.personal_link(c, vic, clock=office.clock, chance=office.chance)
        with pytest.raises(LinkRefused):
            accounts.find_link(c, old, office.clock.now())
    assert office.try_password(PASSWORD, VIEWER) == "ok"
    with office.db.write() as c:
        accounts.use_link(c, secret, OTHER_PASSWORD, HASHER, email="", by=TEST, clock=office.clock)
    assert not office.is_open(secret_session)
    assert office.try_password(PASSWORD, VIEWER) == "LoginRefused"
    assert office.try_password(OTHER_PASSWORD, VIEWER) == "ok"


def test_five_wrong_passwords_are_free_then_the_waits_grow_to_a_quarter_of_an_hour(office: Office) -> None:
    office.add()
    assert [office.try_password("wrong one") for _ in range(6)] == ["LoginRefused"] * 5 + ["LoginLimited"]
    waits = []
    for _ in range(7):
        with pytest.raises(LoginLimited) as limited:
            _check(office, PASSWORD)
        waits.append(limited.value.wait_seconds)
        office.clock.advance(seconds=limited.value.wait_seconds)
        assert office.try_password("wrong one") == "LoginRefused"
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_the_right_password_after_the_wait_starts_anew(office: Office) -> None:
    office.add()
    for _ in range(5):
        office.try_password("wrong one")
    office.clock.advance(seconds=30)
    assert office.try_password(PASSWORD) == "ok"
    assert [office.try_password("wrong one") for _ in range(6)] == ["LoginRefused"] * 5 + ["LoginLimited"]


def test_nobody_is_locked_out_by_what_happens_at_other_addresses(office: Office) -> None:
    office.add()
    for host in range(60):
        office.try_password("wrong one", address=f"198.51.100.{host}")
    assert [office.try_password("wrong one", address="203.0.113.9") for _ in range(2)] == [
        "LoginRefused",
        "LoginLimited",
    ], "under attack an address has one free try"
    assert office.try_password(PASSWORD, address="203.0.113.10") == "ok"


def test_one_address_cannot_try_one_password_on_everybody(office: Office) -> None:
    tries = [office.try_password("wrong one", f"p{number}@example.com") for number in range(21)]
    assert tries == ["LoginRefused"] * 20 + ["LoginLimited"]
    assert office.try_password("wrong one", "p1@example.com", address="192.0.2.8") == "LoginRefused"


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(office: Office, first: str, second: str, together: bool) -> None:
    for _ in range(5):
        office.try_password("wrong one", address=first)
    assert office.try_password("wrong one", address=second) == ("LoginLimited" if together else "LoginRefused")


def test_unknown_disabled_and_invited_people_are_refused_and_limited_like_everybody(office: Office) -> None:
    office.add()
    vic = office.add(VIEWER, Role.VIEWER)
    office.add("new@example.com", password="")
    with office.db.write() as c:
        accounts.disable(c, vic, by=TEST, clock=office.clock)
    texts = set()
    for place, email in enumerate([ADMIN, VIEWER, "new@example.com", "nobody@example.com"]):
        for _ in range(5):
            with pytest.raises(LoginRefused) as refusal:
                _check(office, "wrong one", email, f"192.0.2.{place}")
            texts.add(str(refusal.value))
        with pytest.raises(LoginLimited) as limited:
            _check(office, PASSWORD, email, f"192.0.2.{place}")
        texts.add(str(limited.value))
    assert len(texts) == 2


def test_old_failures_are_forgotten_and_their_rows_removed(office: Office) -> None:
    for _ in range(5):
        office.try_password("wrong one")
    office.clock.advance(hours=1, seconds=1)
    assert office.try_password("wrong one") == "LoginRefused"
    with office.db.read() as c:
        assert c.scalar(sa.select(sa.func.count()).select_from(tables.login_failure)) == 3


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(office: Office) -> None:
    for _ in range(5):
        office.try_password("wrong one")
    office.clock.advance(days=-2)
    assert office.try_password("wrong one") == "LoginLimited"
    office.clock.advance(seconds=30)
    assert office.try_password("wrong one") == "LoginLimited", "those 30 seconds begin when they are looked at"
    office.clock.advance(days=2)
    assert office.try_password("wrong one") == "LoginRefused"


def test_workers_count_together_even_at_the_same_moment(office: Office, database_url: str) -> None:
    office.add()
    with two_workers(database_url) as workers:
        tries = at_once(lambda place: [workers[place].try_password("wrong one") for _ in range(5)])
    assert sorted(tries[0] + tries[1]) == ["LoginLimited"] * 5 + ["LoginRefused"] * 5


def test_two_admins_who_disable_each_other_at_the_same_moment_leave_one(office: Office, database_url: str) -> None:
    both = [office.add(), office.add("bob@example.com")]
    with two_workers(database_url) as workers:
        results = at_once(lambda place: workers[place].disable(both[place]))
    assert sorted(results) == ["disabled", "refused"]


@contextmanager
def two_workers(url: str) -> Iterator[list[Office]]:
    """Two that share nothing but the database."""
    databases = [Database(url, durable=False) for _ in range(2)]
    try:
        yield [Office(each, ManualClock()) for each in databases]
    finally:
        for each in databases:
            each.close()


def at_once(work: Callable[[int], Result]) -> list[Result]:
    """`work(0)` and `work(1)` in a thread each, neither before both are ready."""
    meeting = Barrier(2)

    def begin(place: int) -> Result:
        meeting.wait(timeout=30)
        return work(place)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(begin, range(2)))


def test_a_password_hashed_with_less_effort_is_hashed_anew_at_the_next_login(office: Office) -> None:
    office.add()
    stronger = accounts.Hasher(memory_kib=16, passes=1)
    accounts.check_password(office.db, stronger, ADMIN, PASSWORD, by=TEST, clock=office.clock)
    with office.db.read() as c:
        assert "m=16," in (c.scalar(sa.select(tables.admin_user.c.password_hash)) or "")
    assert office.try_password(PASSWORD) == "ok"


def test_somebody_who_is_not_there_is_named_as_such(office: Office) -> None:
    with office.db.read() as c, pytest.raises(UnknownPerson, match="qbwc admin list"):
        accounts.get(c, "nobody@example.com")


def test_a_time_zone_has_to_exist(office: Office) -> None:
    ada = office.add()
    with office.db.write() as c:
        assert accounts.set_time_zone(c, ada, "America/New_York").time_zone == "America/New_York"
        assert accounts.set_time_zone(c, ada, "").time_zone is None
        for wrong in ("Mars/Olympus", "../etc/passwd", "x" * 500):
            with pytest.raises(PersonRefused, match="no time zone"):
                accounts.set_time_zone(c, ada, wrong)


def test_a_hash_is_verified_in_one_place_only() -> None:
    uses = [
        f"{file.relative_to(PACKAGE)}"
        for file in PACKAGE.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if "hasher.verify(" in line or "import PasswordHasher" in line
    ]
    assert sorted(uses) == ["accounts/hashing.py", "accounts/login.py"]


def _check(office: Office, password: str, email: str = ADMIN, address: str = "192.0.2.7") -> Person:
    by = accounts.Actor("", address)
    return accounts.check_password(office.db, HASHER, email, password, by=by, clock=office.clock)


def _rows(db: Database) -> list[object]:
    with db.read() as c:
        return [tuple(row) for table in tables.metadata.sorted_tables for row in c.execute(sa.select(table))]
