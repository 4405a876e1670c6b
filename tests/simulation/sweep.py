"""One small day, and every way to cut it once or twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from qbwc_server.simulator import QuickBooksSettings, Recovery, StatusAnswers, Storing
from tests.simulation.faults import Cuts
from tests.simulation.office import Office
from tests.simulation.pc import Pc
from tests.simulation.world import STANDING, Stage, World
from tests.support.desk import customer, invoice

_QUARTER = timedelta(minutes=15)
_VISITS = 3
_LINES = [{"item_ref": "Labor", "quantity": "2", "rate": "60.00"}]
_FAMILY = (
    customer("C-1"),
    invoice("1001", "C-1", lines=_LINES),
    invoice("I-2", "", customer_ref=STANDING, ref_number=None, lines=_LINES),
)
"""Two jobs that travel together, and one that waits for the first."""
_TWINS = tuple(
    invoice(external_id, "", customer_ref=STANDING, ref_number=None, lines=_LINES) for external_id in ("I-1", "I-2")
)
"""Nothing but their GUIDs tells them apart, and from an invoice that somebody typed by hand that day."""
_NAP = (timedelta(minutes=25), timedelta(minutes=40))
QUICKBOOKS = {
    "works": QuickBooksSettings(),
    "identifiers alone": QuickBooksSettings(status_answers=StatusAnswers.RECOVERY),
    "codes alone": QuickBooksSettings(status_answers=StatusAnswers.CODES),
    "absent": QuickBooksSettings(recovery=Recovery.ABSENT),
    "refused": QuickBooksSettings(recovery=Recovery.REFUSED),
    "stored at the end": QuickBooksSettings(storing=Storing.AT_THE_END),
    "never stored": QuickBooksSettings(storing=Storing.FAILS),
    "600": QuickBooksSettings(unknown_set_status=600),
    "no GUID": QuickBooksSettings(echoes_guid=False),
}
"""Every QuickBooks that the sweep knows, by the habit that sets it apart."""


@dataclass(frozen=True)
class Day:
    """A run of a fixed day with these cuts."""

    quickbooks: str
    cuts: tuple[int, ...] = ()
    way: int = 0
    """Which way a fault shows, where there are several."""
    is_short: bool = False
    """Two jobs in one set, instead of three in two."""

    @property
    def replay(self) -> str:
        """The line that runs it again."""
        numbers = ",".join(map(str, self.cuts))
        short = " --short" if self.is_short else ""
        return f"python -m tests.simulation --cuts {numbers} --way {self.way} --quickbooks '{self.quickbooks}'{short}"


def live(stage: Stage, day: Day) -> World:
    """Some jobs come in, two PCs take turns, and then there are quiet days."""
    settings = QUICKBOOKS[day.quickbooks]
    keeps = settings.recovery is Recovery.WORKS and settings.storing is Storing.WITH_EACH_REQUEST
    world = World(stage, Cuts(day.cuts, way=day.way), settings=settings, is_known=keeps)
    pcs = [Pc(world, machine, naps=_NAP, late=_NAP) for machine in ("PC-1", "PC-2")]
    office = Office(world, pcs)
    if day.is_short:
        world.person.type_invoice(STANDING, "120.00", txn_date="2026-11-02", item="Labor")
    world.enqueue(*(_TWINS if day.is_short else _FAMILY))
    for number in range(_VISITS):
        if not office.visit(pcs[number % len(pcs)]):
            office.visit(pcs[(number + 1) % len(pcs)])
        office.pass_time(_QUARTER)
    office.calm_down()
    return world


def moments(stage: Stage, day: Day) -> int:
    """How many moments there are to cut in a day with its cuts."""
    fate = live(stage, day).fate
    assert isinstance(fate, Cuts)
    return len(fate.moments)


def other_way(day: Day, world: World) -> Day | None:
    """The same day with its faults showing in another way, if they have one."""
    has_ways = isinstance(world.fate, Cuts) and world.fate.picks > 0
    return replace(day, way=1) if has_ways and day.way == 0 and len(day.cuts) == 1 else None


def singles(stage: Stage, quickbooks: str) -> Iterator[Day]:
    """Every single cut of the day."""
    for number in range(moments(stage, Day(quickbooks))):
        yield Day(quickbooks, (number,))


def pairs(stage: Stage, quickbooks: str) -> Iterator[Day]:
    """Every cut of the short day, and after it every cut of what follows, its recovery included."""
    for first in range(moments(stage, Day(quickbooks, is_short=True))):
        day = Day(quickbooks, (first,), is_short=True)
        for second in range(first + 1, moments(stage, day)):
            yield replace(day, cuts=(first, second))


def everything(stage: Stage) -> Iterator[Day]:
    """Every single cut and every pair, in every QuickBooks."""
    for quickbooks in QUICKBOOKS:
        yield from singles(stage, quickbooks)
        yield from pairs(stage, quickbooks)
