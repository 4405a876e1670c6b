"""What a seed decides: the QuickBooks, the jobs, the faults and their likelihood, and who does what when.

Left out of the model, because nothing can stand against it (docs/reliability.md says so too):
- A PC sleeps with a set in hand at most twenty hours where QuickBooks keeps no record of message sets. With the clock's
  steps that stays within the grace of 48 hours. Where QuickBooks keeps its record, PCs sleep up to five days.
- Where QuickBooks stores its record of a set only when the whole set is through, a PC sleeps no longer than the ten
  minutes after which the identical text may go out again from another PC: if that one dies midway, no record guards
  what it did.
- Clocks go wrong by at most twelve hours each, so a step is at most a day.
- Each machine runs one Web Connector: a PC that sleeps does not visit under the same name.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from qbwc_server.jobs import Status
from qbwc_server.simulator import QuickBooksSettings, Recovery, Refused, StatusAnswers, Storing
from tests.simulation.faults import Fault, Seeded
from tests.simulation.office import Office
from tests.simulation.pc import Pc
from tests.simulation.world import STANDING, Stage, World
from tests.support.desk import customer, invoice, payment

_SHORT_NAPS = (timedelta(minutes=3), timedelta(minutes=20), timedelta(hours=3), timedelta(hours=20))
_LONG_NAPS = (*_SHORT_NAPS, timedelta(hours=30), timedelta(days=5))
_PAUSES = (timedelta(seconds=30), timedelta(minutes=15), timedelta(minutes=15), timedelta(hours=5), timedelta(hours=26))
_RATES = (0.1, 0.3, 0.6)
_AT_EVERY_CALL = (
    Fault.WORKER_DIES_BEFORE_COMMIT,
    Fault.WORKER_DIES_AFTER_COMMIT,
    Fault.COMMIT_UNCERTAIN,
    Fault.DATABASE_AWAY,
)
_MANY_MOMENTS = 0.25
_HOURS_WRONG = (-12, -3, 0, 0, 3, 12)
_LINES = [{"item_ref": "Labor", "quantity": "2", "rate": "60.00"}]


@dataclass(frozen=True)
class Schedule:
    """Everything that is decided before the first call; what happens underway is decided by the same seed."""

    seed: int
    settings: QuickBooksSettings
    rates: dict[Fault, float]
    most_faults: int
    actions: int
    set_size: int
    pcs: int
    has_app_lock: bool
    is_known: bool
    jobs: list[dict[str, object]] = field(default_factory=list)

    @property
    def replay(self) -> str:
        """The line that runs it again."""
        return f"python -m tests.simulation --replay {self.seed}"

    @property
    def naps(self) -> tuple[timedelta, ...]:
        """How long a PC may sleep with a set in hand."""
        if self.settings.recovery is not Recovery.WORKS or self.settings.storing is Storing.FAILS:
            return _SHORT_NAPS
        return _LONG_NAPS if self.settings.storing is Storing.WITH_EACH_REQUEST else _SHORT_NAPS[:1]


def decide(seed: int) -> Schedule:
    """The schedule of a seed."""
    chance = random.Random(seed)
    settings = _quickbooks(chance)
    some = chance.sample(list(Fault), chance.randint(2, 7))
    return Schedule(
        seed=seed,
        settings=settings,
        rates={fault: chance.choice(_RATES) * (_MANY_MOMENTS if fault in _AT_EVERY_CALL else 1) for fault in some},
        most_faults=chance.choice((1, 2, 2, 3, 4)),
        actions=chance.choice((1, 1, 2, 2, 3)),
        set_size=chance.choice((1, 2, 20, 20)),
        pcs=chance.choice((1, 2, 2)),
        has_app_lock=chance.random() < 0.85,
        is_known=settings.storing is Storing.WITH_EACH_REQUEST and chance.random() < 0.5,
        jobs=_jobs(chance),
    )


def _quickbooks(chance: random.Random) -> QuickBooksSettings:
    return QuickBooksSettings(
        recovery=chance.choice((Recovery.WORKS, Recovery.WORKS, Recovery.WORKS, Recovery.ABSENT, Recovery.REFUSED)),
        status_answers=chance.choice(list(StatusAnswers)),
        storing=chance.choice((Storing.WITH_EACH_REQUEST, Storing.WITH_EACH_REQUEST, *Storing)),
        unknown_set_status=chance.choice((9002, 9002, 600)),
        echoes_guid=chance.random() < 0.8,
    )


def _jobs(chance: random.Random) -> list[dict[str, object]]:
    """One to three jobs: most stand alone, some wait for others, some are the same as their neighbour."""
    kinds: list[Callable[[random.Random], list[dict[str, object]]]] = [_plain, _twins, _family, _paid, _item, _missing]
    return chance.choices(kinds, weights=(6, 6, 2, 1, 1, 1))[0](chance)


def _plain(chance: random.Random) -> list[dict[str, object]]:
    return [_invoice(f"I-{number}", str(1000 + number), chance) for number in range(chance.choice((1, 1, 2)))]


def _twins(chance: random.Random) -> list[dict[str, object]]:
    """Jobs that look alike in everything but their external ids."""
    number = chance.choice((None, None, "1001"))
    return [_invoice(f"I-{each}", number, chance) for each in range(2)]


def _family(chance: random.Random) -> list[dict[str, object]]:
    """A customer, a job under it, and an invoice for that."""
    job = customer("C-2", parent_ref={"external_id": "C-1"})
    new = [customer("C-1"), job, invoice("1001", "C-2", lines=_LINES)][: chance.choice((1, 2, 2, 3))]
    chance.shuffle(new)
    return new


def _paid(chance: random.Random) -> list[dict[str, object]]:
    bill = _invoice("I-1", chance.choice((None, "1001")), chance)
    paid = payment("P-1", "", "I-1", "50.00")
    content = dict(paid["payload"]) if isinstance(paid["payload"], dict) else {}
    return [bill, paid | {"payload": content | {"customer_ref": STANDING}}]


def _item(chance: random.Random) -> list[dict[str, object]]:
    price = {"price": "5.00", "account_ref": "Consulting Income"}
    item = {"kind": "item_service", "operation": "add", "external_id": "T-1"}
    lines = [{"item_ref": {"external_id": "T-1"}, "quantity": "1", "rate": "5.00"}]
    bill = _invoice("I-1", None, chance, lines=lines)
    return [item | {"payload": {"name": "Paint", "sales_or_purchase": price}}, bill]


def _missing(chance: random.Random) -> list[dict[str, object]]:
    return [customer("C-1", terms_ref="No such terms"), _invoice("I-1", "1001", chance)]


def _invoice(external_id: str, number: str | None, chance: random.Random, **payload: object) -> dict[str, object]:
    given = {"customer_ref": STANDING, "ref_number": number, "lines": _LINES} | payload
    return invoice(external_id, "", **given) | {"priority": chance.choice((0, 0, 5))}


def live(stage: Stage, seed: int) -> World:
    """Runs a schedule to its end; what came of it is in the world."""
    schedule = decide(seed)
    chance = random.Random(seed + 1)
    fate = Seeded(random.Random(seed + 2), schedule.rates, schedule.most_faults)
    world = World(
        stage,
        fate,
        settings=schedule.settings,
        seed=seed,
        set_size=schedule.set_size,
        has_app_lock=schedule.has_app_lock,
        is_known=schedule.is_known,
    )
    world.tell(f"seed {seed}: {schedule.settings}")
    late = _LONG_NAPS
    pcs = [Pc(world, f"PC-{number}", naps=schedule.naps, late=late) for number in range(1, schedule.pcs + 1)]
    office = Office(world, pcs)
    world.enqueue(*schedule.jobs)
    for _ in range(schedule.actions):
        office.visit(chance.choice(pcs))
        _in_between(world, chance)
        office.pass_time(chance.choice(_PAUSES))
    office.calm_down()
    return world


def _in_between(world: World, chance: random.Random) -> None:
    """What people and clocks do between two visits."""
    what = chance.random()
    if what < 0.10:
        server, pc = chance.choice(_HOURS_WRONG), chance.choice(_HOURS_WRONG)
        world.set_clocks(timedelta(hours=server), timedelta(hours=pc))
    elif what < 0.20:
        stopped = [job for job in world.jobs() if job.status in (Status.FAILED, Status.BLOCKED, Status.HELD)]
        if stopped:
            world.retry(chance.choice(stopped))
    elif what < 0.30:
        _type_by_hand(world, chance)
    elif what < 0.40:
        world.enqueue(_invoice("I-9", chance.choice((None, "1001")), chance))


def _type_by_hand(world: World, chance: random.Random) -> None:
    """Somebody types what looks like one of our jobs."""
    try:
        if chance.random() < 0.5:
            number = chance.choice((None, "1001"))
            world.person.type_invoice(STANDING, "120.00", txn_date="2026-11-02", ref_number=number, item="Labor")
            world.tell(f"somebody types an invoice {number}")
        else:
            world.person.type_customer("C-1")
            world.tell("somebody types the customer C-1")
    except Refused as refused:
        world.tell(f"somebody's typing is refused: {refused}")
