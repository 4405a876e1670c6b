"""What can go wrong, and who decides when: a list of cuts (the sweep) or a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

Choice = TypeVar("Choice")


class Fault(StrEnum):
    """One way in which a moment can go wrong; each moment asks for the faults that may befall it."""

    DIES_AFTER_AUTHENTICATE = "the PC dies after authenticate"
    DIES_AFTER_SEND = "the PC dies with the set in hand, QuickBooks has seen nothing of it"
    DIES_BEFORE_COMMIT = "the PC dies before QuickBooks commits a request"
    DIES_AFTER_COMMIT = "the PC dies after QuickBooks committed a request"
    DIES_AFTER_BOOKED = "the PC dies after QuickBooks processed the whole set"
    DIES_AFTER_RECEIVE = "the PC dies after receiveResponseXML"
    ASKED_AGAIN = "sendRequestXML is called again without an answer"
    HANDED_IN_TWICE = "the same answer is handed in twice"
    ANSWER_CUT = "the answer is cut in the middle"
    HRESULT_INSTEAD = "an HRESULT comes instead of processing"
    HRESULT_AFTER = "an HRESULT comes after processing, the answer is lost"
    UNREADABLE = "QuickBooks says 0x80040400 of a good set"
    WORKER_DIES_BEFORE_COMMIT = "our worker dies before its commit"
    WORKER_DIES_AFTER_COMMIT = "our worker dies after its commit, nobody hears of it"
    COMMIT_UNCERTAIN = "the database commits and goes away before it can say so"
    DATABASE_AWAY = "the database goes away for a while"
    SLEEPS_WITH_SET = "the PC falls asleep with the set in hand"
    SLEEPS_WITH_ANSWER = "the PC falls asleep with QuickBooks' answer in hand"
    RESTORED = "a backup of the company file is restored"
    OTHER_FILE = "another company file of the same name is open"
    REFUSED = "QuickBooks refuses a request or warns of it"


class Fate(Protocol):
    """Decides."""

    def strikes(self, fault: Fault) -> bool:
        """Whether this fault happens here and now."""
        ...

    def pick(self, options: Sequence[Choice]) -> Choice:
        """One of several ways in which a fault shows."""
        ...


class Cuts:
    """The moments of a run are numbered from 0 in the order in which they come; some of them are cut."""

    def __init__(self, cuts: Collection[int] = (), *, way: int = 0) -> None:
        """`way` chooses among the ways in which a fault shows."""
        self._cuts = frozenset(cuts)
        self._way = way
        self.moments: list[Fault] = []
        self.picks = 0
        self.struck: Counter[Fault] = Counter()
        self.is_quiet = False

    def strikes(self, fault: Fault) -> bool:
        """See Fate."""
        if self.is_quiet:
            return False
        number = len(self.moments)
        self.moments.append(fault)
        if number not in self._cuts:
            return False
        self.struck[fault] += 1
        return True

    def pick(self, options: Sequence[Choice]) -> Choice:
        """See Fate."""
        self.picks += 1
        return options[self._way % len(options)]


class Seeded:
    """Each fault with its own likelihood; the same seed decides the same."""

    def __init__(self, chance: random.Random, rates: Mapping[Fault, float], most: int) -> None:
        """After `most` faults there are no more, so that a schedule comes to its end."""
        self._chance = chance
        self._rates = rates
        self._left = most
        self.struck: Counter[Fault] = Counter()
        self.is_quiet = False

    def strikes(self, fault: Fault) -> bool:
        """See Fate."""
        rate = self._rates.get(fault, 0.0)
        if self.is_quiet or rate == 0.0 or self._left == 0 or self._chance.random() >= rate:
            return False
        self._left -= 1
        self.struck[fault] += 1
        return True

    def pick(self, options: Sequence[Choice]) -> Choice:
        """See Fate."""
        return self._chance.choice(options)
