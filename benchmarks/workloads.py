"""What is measured, one function for each kind of work; every number is of one server that was warm before."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.phases import EXACTLY_ONCE, READING, RENDERING, REST, SQL
from benchmarks.queues import CUSTOMERS, Given, Queue, customer, invoice, payment
from benchmarks.served import Kind, Served, Used, served
from benchmarks.visits import HttpCaller, Tally, visit
from tests.support import databases

WEB = "Spyne and HTTP"
PHASES = (WEB, SQL, RENDERING, READING, REST)
_MEGABYTE = 1_000_000
_CLAIMS = 10

Fill = Callable[[], list[Given]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one server used for the work."""

    cpu: float
    """Milliseconds of the processor for one job."""
    wall: float
    """Milliseconds for which the Web Connector waited for one job."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    name: str
    database: str
    unit: str
    """What is counted: job, poll, claim."""
    count: int
    calls: float
    """SOAP calls for one of them."""
    server: Cost
    floor: Cost
    shares: Mapping[str, float] = field(default_factory=dict)
    """Of the processor's time, by phase; together 1."""
    exactly_once: float = 0.0
    """The share of that which would not be there if an answer could never be lost."""
    memory: float = 0.0
    """Peak memory for one answer, as a multiple of its size."""

    @property
    def ratio(self) -> float:
        """How many times the floor's processor time."""
        return self.server.cpu / self.floor.cpu


@dataclass(frozen=True, slots=True)
class _Run:
    """One kind of work, done by one server."""

    tally: Tally
    used: Used
    seconds: float
    grown: int = 0
    """Bytes by which the peak of its memory grew."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One kind of work, for any server."""

    name: str
    unit: str
    count: int
    do: Callable[[Served, Queue], _Run]


class Bench:
    """Measures on one kind of database; `scale` 1 is the size that the documentation names."""

    def __init__(self, database: str, scale: float, told: Callable[[str], None]) -> None:
        self._database = database
        self._scale = scale
        self._told = told

    def measured(self) -> list[Measured]:
        """Every kind of work, done by each server in turn."""
        works = self._works()
        runs = {kind: self._runs(kind, works) for kind in Kind}
        triples = zip_longest(works, runs[Kind.SERVER], runs[Kind.FLOOR], runs[Kind.PHASES])
        return [self._line(*each) for each in triples]

    def _runs(self, kind: Kind, works: Sequence[_Work]) -> list[_Run]:
        runs = []
        with self._queue() as (queue, folder), served(kind, queue.url, folder) as server:
            _warm(server, queue)
            for work in works:
                if kind is Kind.PHASES and work.unit == "claim":
                    break
                self._told(f"{self._database}, {kind}: {work.name}")
                runs.append(work.do(server, queue))
        return runs

    def _works(self) -> list[_Work]:
        """The large answer comes first: nothing has used more memory before it. The million jobs stay to the end."""
        some, few = self._some(1000), self._some(50)
        people, sold = self._some(200), self._some(300)
        large = partial(
            _one_visit, fill=partial(_invoices, few, "L"), count=few, times=max(1, round(175 * self._scale))
        )
        customers = partial(_one_visit, fill=partial(_customers, some, "C"), count=some)
        invoices = partial(_one_visit, fill=partial(_invoices, some, "I"), count=some)
        mixed = partial(_one_visit, fill=partial(_mixed, people, sold), count=people + 2 * sold)
        return [
            _Work("one large answer", "answer", 1, large),
            _Work(f"{some:,} customers", "job", some, customers),
            _Work(f"{some:,} invoices of 10 lines", "job", some, invoices),
            _Work(
                f"a mixed day: {people} customers, {sold} invoices, {sold} payments", "job", people + 2 * sold, mixed
            ),
            _Work(f"an idle day: {some:,} companies have nothing", "poll", some, partial(_polls, companies=some)),
            *(
                _Work(f"a claim from {queued:,} queued jobs", "claim", _CLAIMS, partial(_claims, queued=queued))
                for queued in (some, self._some(1_000_000))
            ),
        ]

    def _some(self, count: int) -> int:
        return max(2, round(count * self._scale))

    @contextmanager
    def _queue(self) -> Iterator[tuple[Queue, Path]]:
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="qbwc-bench-"))
            url = f"sqlite:///{folder}/bench.db"
            if self._database != "SQLite":
                url = stack.enter_context(databases.postgres_schema()).url
            queue = Queue(url)
            stack.callback(queue.close)
            yield queue, Path(folder)

    def _line(self, work: _Work, server: _Run, floor: _Run, phases: _Run | None) -> Measured:
        if phases is None:
            costs = (_median_claim(server), _median_claim(floor))
            return Measured(work.name, self._database, work.unit, work.count, 1, *costs)
        shares, exactly_once = _shares(phases.used)
        size = server.tally.longest_answer
        is_large = work.unit == "answer"
        cost, least = (
            Cost(run.used.cpu * 1000 / work.count, run.seconds * 1000 / work.count) for run in (server, floor)
        )
        return Measured(
            f"one answer of {size / _MEGABYTE:.1f} MB" if is_large else work.name,
            self._database,
            work.unit,
            work.count,
            server.tally.calls / work.count,
            cost,
            least,
            shares=shares,
            exactly_once=exactly_once,
            memory=server.grown / size if is_large else 0.0,
        )


def _customers(count: int, key: str) -> list[Given]:
    return [customer(f"{key}{number}") for number in range(count)]


def _invoices(count: int, key: str) -> list[Given]:
    return [invoice(f"{key}{number}", f"C-{number % CUSTOMERS}", 10) for number in range(count)]


def _mixed(people: int, sold: int) -> list[Given]:
    numbers = range(sold)
    return [
        *_customers(people, "M"),
        *(invoice(f"M{number}", f"C-M{number % people}", 3) for number in numbers),
        *(payment(f"M{number}", f"C-M{number % people}") for number in numbers),
    ]


def _warm(server: Served, queue: Queue) -> None:
    """A visit with one job of each kind: every template and statement is compiled once, and that is not measured."""
    caller = HttpCaller(server.port)
    visit(caller, queue.login, queue.quickbooks)
    caller.close()
    server.used()


def _one_visit(server: Served, queue: Queue, *, fill: Fill, count: int, times: int = 1) -> _Run:
    queue.enqueue(fill())
    before = queue.done()
    queue.quickbooks.times = times
    run = _measured(server, queue)
    if queue.done() - before != count:
        raise RuntimeError(f"{queue.done() - before} of {count} jobs were done: {run.tally.status}")
    return run


def _measured(server: Served, queue: Queue, most_sets: int | None = None) -> _Run:
    before = server.used()
    caller = HttpCaller(server.port)
    tally = visit(caller, queue.login, queue.quickbooks, most_sets=most_sets)
    caller.close()
    used = server.used()
    return _Run(tally, used.less(before), caller.seconds, used.peak - before.peak)


def _polls(server: Served, queue: Queue, *, companies: int) -> _Run:
    logins = queue.register(companies)
    before = server.used()
    tally, seconds = Tally(), 0.0
    for login in logins:
        caller = HttpCaller(server.port)
        one = visit(caller, login, queue.quickbooks)
        caller.close()
        tally.calls += one.calls
        seconds += caller.seconds
    return _Run(tally, server.used().less(before), seconds)


def _claims(server: Served, queue: Queue, *, queued: int) -> _Run:
    queue.enqueue([customer(f"Q{queued}")])
    queue.multiply(queued)
    return _measured(server, queue, most_sets=_CLAIMS + 1)


def _median_claim(run: _Run) -> Cost:
    """Of sendRequestXML alone, without the first, which also reads who has come."""
    claims = [seconds for operation, seconds in run.used.calls if operation == "sendRequestXML"]
    return Cost(statistics.median(claims[1:] or claims) * 1000, run.seconds * 1000 / len(run.tally.requests))


def _shares(used: Used) -> tuple[dict[str, float], float]:
    phases = used.shares["phases"]
    shares = {name: phases.get(name, 0.0) / used.cpu for name in (SQL, RENDERING, READING, REST)}
    return {WEB: 1 - sum(shares.values()), **shares}, used.shares["guarded"].get(EXACTLY_ONCE, 0.0) / used.cpu
