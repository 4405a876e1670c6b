"""One small day, and every way to cut it once or twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from qbwc_server.simulator import QuickBooksSettings, Recovery, StatusAnswers, Storing
from tests.simulation.faults import Cuts
from tests.simulation.office import Office
from tests.simulation.pc import Pc
from tests.simulation.world import STANDING, Stage, World
from tests.support.desk import customer, invoice

_QUARTER = timedelta(minutes=15)
_VISITS = 2
_NAP = (timedelta(minutes=25),)
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
    """A run of the fixed day with these cuts."""

    quickbooks: str
    cuts: tuple[int, ...]
    way: int

    @property
    def replay(self) -> str:
        """The line that runs it again."""
        numbers = ",".join(map(str, self.cuts))
        return f"python -m tests.simulation --cuts {numbers} --way {self.way} --quickbooks '{self.quickbooks}'"


def live(stage: Stage, day: Day) -> World:
    """Two jobs that may travel together and one that waits for the first; two PCs take turns; then quiet days."""
    world = World(stage, Cuts(day.cuts, way=day.way), settings=QUICKBOOKS[day.quickbooks])
    pcs = [Pc(world, machine, naps=_NAP, late=_NAP) for machine in ("PC-1", "PC-2")]
    office = Office(world, pcs)
    lines = [{"item_ref": "Labor", "quantity": "2", "rate": "60.00"}]
    world.enqueue(
        customer("C-1"),
        invoice("1001", "C-1", lines=lines),
        invoice("I-2", "", customer_ref=STANDING, ref_number=None, lines=lines),
    )
    for number in range(_VISITS):
        office.visit(pcs[number % len(pcs)])
        office.pass_time(_QUARTER)
    office.calm_down()
    return world


def moments(stage: Stage, quickbooks: str, cuts: Collection[int] = (), way: int = 0) -> int:
    """How many moments there are to cut after these cuts."""
    fate = live(stage, Day(quickbooks, tuple(cuts), way)).fate
    assert isinstance(fate, Cuts)
    return len(fate.moments)


def singles(stage: Stage, quickbooks: str) -> Iterator[Day]:
    """Every single cut, in both ways in which the other side may take it."""
    for number in range(moments(stage, quickbooks)):
        for way in (0, 1):
            yield Day(quickbooks, (number,), way)
