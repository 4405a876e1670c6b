"""The queue as a state machine: whatever is enqueued, answered, lost, retried or cancelled, it stays straight."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from qbwc_server import jobs, records
from qbwc_server.db import Database, tables
from qbwc_server.errors import JobRefused, PayloadRefused
from qbwc_server.jobs import Applied, Job, Status
from tests.support import databases
from tests.support.desk import Desk, customer, invoice, payment
from tests.support.doubles import ManualClock, SeededChance

NUMBERS = st.integers(0, 4)
CODES = st.sampled_from([0, 0, 0, 530, 1000, 3070, 3100, 3175, 3231])
WITHOUT_ERROR = {Status.QUEUED, Status.SENT, Status.DONE, Status.CANCELLED}
_migrated: list[Path] = []


def _fresh_file(folder: Path) -> str:
    """A migrated SQLite file, copied from the first one that was made."""
    if not _migrated:
        file = Path(tempfile.mkdtemp()) / "migrated.db"
        databases.migrate(f"sqlite:///{file}")
        _migrated.append(file)
    shutil.copyfile(_migrated[0], folder / "queue.db")
    return f"sqlite:///{folder / 'queue.db'}"


class Queue(RuleBasedStateMachine):
    """A company whose jobs meet every fate there is, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.db = Database(_fresh_file(Path(self._folder.name)), durable=False)
        self.desk = Desk(self.db, ManualClock(), SeededChance())
        self.desk.exchange.close(self.desk.greet())

    def teardown(self) -> None:
        self.db.close()
        self._folder.cleanup()

    @rule(number=NUMBERS, priority=st.integers(-1, 1))
    def enqueue_customer(self, number: int, priority: int) -> None:
        self._enqueue(customer(f"C-{number}", phone=str(priority)) | {"priority": priority})

    @rule(number=NUMBERS, of=NUMBERS)
    def enqueue_invoice(self, number: int, of: int) -> None:
        self._enqueue(invoice(f"INV-{number}", f"C-{of}"))

    @rule(number=NUMBERS, of=NUMBERS, to=NUMBERS)
    def enqueue_payment(self, number: int, of: int, to: int) -> None:
        self._enqueue(payment(f"P-{number}", f"C-{of}", f"INV-{to}"))

    @rule(codes=st.lists(CODES, min_size=1, max_size=6), answered=st.integers(0, 6))
    def visit(self, codes: list[int], answered: int) -> None:
        """A visit that answers so many calls and then is gone."""
        ticket, outcome, _, _ = self.desk.exchange.authenticate(
            self.desk.credentials.username, self.desk.credentials.password
        )
        if outcome == "none":
            return
        for call in range(answered):
            if not self.desk.ask(ticket):
                break
            sent = self.desk.last_sent()
            if sent.is_lookback:
                self.desk.hand_in(ticket, self.desk.everything_is_there(sent))
            elif sent.is_check:
                self.desk.hand_in(ticket, f'<QBXML><QBXMLMsgsRs newMessageSetID="{sent.new_id}"/></QBXML>')
            else:
                statuses = {title: codes[(call + n) % len(codes)] for n, title in enumerate(sent.titles) if title}
                self.desk.answer(ticket, sent, statuses)
        else:
            return
        self.desk.exchange.close(ticket)

    @rule(hours=st.sampled_from([0.1, 1, 5, 25]))
    def time_passes(self, hours: float) -> None:
        self.desk.clock.advance(hours=hours)

    @rule(pick=st.integers(0, 20))
    def a_person_retries(self, pick: int) -> None:
        self._person(pick, lambda c, job: jobs.retry(c, [job.id], self.desk.clock, actor="test"))

    @rule(pick=st.integers(0, 20), along=st.booleans())
    def a_person_cancels(self, pick: int, along: bool) -> None:
        self._person(
            pick, lambda c, job: jobs.cancel(c, [job.id], self.desk.clock, with_dependents=along, actor="test")
        )

    @invariant()
    def every_error_belongs_to_its_state(self) -> None:
        for job in self.desk.jobs():
            assert (job.error is None) == (job.status in WITHOUT_ERROR), job

    @invariant()
    def every_job_waits_for_exactly_what_is_not_done(self) -> None:
        status_of = {job.id: job.status for job in self.desk.jobs()}
        unfinished = dict.fromkeys(status_of, 0)
        with self.db.read() as c:
            for row in c.execute(sa.select(tables.job_dependency)):
                unfinished[row.job_id] += status_of[row.on_job_id] is not Status.DONE
        assert {job.id: job.waiting_for for job in self.desk.jobs()} == unfinished

    @invariant()
    def what_is_done_is_on_record_and_applied(self) -> None:
        done = [job for job in self.desk.jobs() if job.status is Status.DONE]
        with self.db.read() as c:
            found = records.find(c, self.desk.company.id, [(job.family, job.external_id or "") for job in done])
        assert [found[job.family, job.external_id or ""].qb_id for job in done] == [job.qb_id for job in done]
        assert {job.applied for job in done} <= {Applied.YES}

    @invariant()
    def the_history_ends_where_the_job_is(self) -> None:
        with self.db.read() as c:
            for job in self.desk.jobs():
                assert jobs.job_story(c, job.id).events[-1].to_status == job.status

    def _enqueue(self, new: dict[str, object]) -> None:
        try:
            self.desk.enqueue(new)
        except PayloadRefused:
            return  # an unknown reference, or a job that is on its way: refused whole, which the invariants watch

    def _person(self, pick: int, act: object) -> None:
        there: list[Job] = self.desk.jobs()
        if not there:
            return
        try:
            with self.db.write() as c:
                act(c, there[pick % len(there)])  # type: ignore[operator]
        except JobRefused:
            return


TestTheQueue = Queue.TestCase
TestTheQueue.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
