"""Who does what when: PCs that visit, sleep and wake up, and the quiet days after the faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.checks import is_settled
from tests.simulation.faults import Fault
from tests.simulation.pc import Pc, Visit
from tests.simulation.person import Person
from tests.simulation.world import World
from tests.support.desk import customer

_MINUTE = timedelta(minutes=1)
_QUIET_STEP = timedelta(hours=5)
_MOST_QUIET_ROUNDS = 40


@dataclass
class _Sleeper:
    until: datetime
    pc: Pc
    visit: Visit


class Office:
    """One company file and the PCs that have it open in turn."""

    def __init__(self, world: World, pcs: list[Pc]) -> None:
        self.world, self.pcs = world, pcs
        self._person = Person(world)
        self._asleep: list[_Sleeper] = []

    def visit(self, pc: Pc) -> bool:
        """The PC's Web Connector runs once; False if the PC sleeps: one Windows user runs one Web Connector."""
        if any(each.pc is pc for each in self._asleep):
            return False
        self._befall_the_file(pc)
        self._drive(pc, pc.visit())
        return True

    def _befall_the_file(self, pc: Pc) -> None:
        """What people do with the company file before a visit."""
        world = self.world
        if world.fate.is_quiet:
            return
        if world.strikes(Fault.RESTORED, pc.machine):
            world.restore()
        if not self._asleep and world.strikes(Fault.OTHER_FILE, pc.machine):
            with world.other_file():
                self._drive(pc, pc.visit())
        world.back_up()

    def pass_time(self, delta: timedelta) -> None:
        """Time goes by; who wakes up meanwhile goes on at that moment."""
        end = self.world.now + delta
        while due := [each for each in self._asleep if each.until <= end]:
            first = min(due, key=lambda each: each.until)
            self.world.pass_time(max(timedelta(0), first.until - self.world.now))
            self._wake(first)
        self.world.pass_time(max(timedelta(0), end - self.world.now))

    def calm_down(self) -> None:
        """No more faults: everybody wakes up, and the PCs visit until nothing is left to do."""
        world = self.world
        world.fate.is_quiet = True
        world.stage.db.away_for = 0
        while self._asleep:
            self.pass_time(max(_MINUTE, self._asleep[0].until - world.now))
        world.tell("the faults are over")
        if world.was_restored:  # what is gone is noticed before the next thing is written
            world.enqueue(customer("C-last"))
        for number in range(_MOST_QUIET_ROUNDS):
            if is_settled(world):
                return
            self.visit(self.pcs[number % len(self.pcs)])
            self._person.look_after()
            world.pass_time(_QUIET_STEP)

    def _drive(self, pc: Pc, visit: Visit) -> None:
        for nap in visit:
            if nap:
                self.world.tell(f"{pc.machine} sleeps for {nap}")
                self._asleep.append(_Sleeper(self.world.now + nap, pc, visit))
                return
            for each in [each for each in self._asleep if each.until <= self.world.now]:
                self._wake(each)

    def _wake(self, sleeper: _Sleeper) -> None:
        if sleeper in self._asleep:
            self._asleep.remove(sleeper)
            self._drive(sleeper.pc, sleeper.visit)
