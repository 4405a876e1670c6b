"""Where the time goes inside the server: the functions whose time is counted, named here and nowhere in the program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import engine
from sqlalchemy.engine import result

from benchmarks.meter import Shares
from qbwc_server import records
from qbwc_server.exchange import Exchange, arrived, doubt, lookback, message_sets, payloads, progress, store
from qbwc_server.qbxml import Renderer, message_set

SQL = "SQL"
RENDERING = "rendering"
READING = "reading"
REST = "the rest"
EXACTLY_ONCE = "exactly once"
_SENDING = "sending"

_ROWS = ("all", "one", "one_or_none", "first")
_METHODS: tuple[tuple[Any, tuple[str, ...], str], ...] = (
    (Exchange, ("authenticate", "next_request", "take_response", "connection_error", "last_error", "close"), REST),
    (sa.Connection, ("execute", "scalar", "scalars", "exec_driver_sql", "begin", "close"), SQL),
    (sa.Engine, ("connect",), SQL),
    (engine.RootTransaction, ("commit", "rollback"), SQL),
    (sa.Result, _ROWS, SQL),
    (sa.ScalarResult, _ROWS, SQL),
    (sa.Select, ("where", "order_by", "limit", "join", "group_by", "add_columns", "cte", "union"), SQL),
    (sa.Update, ("where", "values"), SQL),
    (sa.Insert, ("values", "returning"), SQL),
    (sa.Delete, ("where",), SQL),
    (sa.Table, ("select", "insert", "update", "delete"), SQL),
    (Renderer, ("request",), RENDERING),
    (arrived.Arrived, ("read",), READING),
)
_FUNCTIONS: tuple[tuple[Callable[..., Any], str], ...] = (
    (sa.select, SQL),
    (message_set, RENDERING),
    (payloads.resolved_payloads, RENDERING),
)
_AGAINST_LOSS: tuple[Callable[..., Any], ...] = (
    store.store,
    doubt.doubt_unanswered,
    doubt.cleared,
    progress.doubts,
    message_sets.clearable,
    message_sets.keep_response,
    records.holders,
    lookback.next_lookback,
    lookback.take_lookback,
)
"""What would not be there if an answer could never be lost: the text stored before it is sent, the questions after
what is open, the record in QuickBooks cleared, the IDs compared with all that are known, the newest records asked for.
The commit of sendRequestXML belongs to it, too."""


def install() -> dict[str, Shares]:
    """Lets the program count its phases from now on; what the exchange does not take is the web server's."""
    shares, guarded = Shares(), Shares()
    for of, names, phase in _METHODS:
        for name in names:
            setattr(of, name, shares.timed(getattr(of, name), phase))
    for of in (result.Result, result.ScalarResult):
        _count_rows(of, shares)
    for function, phase in _FUNCTIONS:
        _everywhere(function, shares.timed(function, phase))
    for function in _AGAINST_LOSS:
        _everywhere(function, guarded.timed(function, EXACTLY_ONCE))
    _count_commits_of_sending(guarded)
    return {"phases": shares, "guarded": guarded}


def _count_commits_of_sending(guarded: Shares) -> None:
    exchanges: Any = Exchange
    transactions: Any = engine.RootTransaction
    commit = transactions.commit

    def committed(transaction: engine.RootTransaction) -> None:
        phase = EXACTLY_ONCE if guarded.innermost == _SENDING else REST
        guarded.timed(commit, phase)(transaction)

    exchanges.next_request = guarded.timed(exchanges.next_request, _SENDING)
    transactions.commit = committed


def _count_rows(of: Any, shares: Shares) -> None:
    """Rows are fetched while somebody walks over them; here all at once, so that the fetching is counted."""
    walk = of.__iter__
    of.__iter__ = lambda self: iter(shares.timed(lambda: list(walk(self)), SQL)())


def _everywhere(function: Callable[..., Any], instead: Callable[..., Any]) -> None:
    """Puts `instead` wherever a module of ours, or SQLAlchemy's front, has `function` under some name."""
    for module in list(sys.modules.values()):
        if module.__name__.partition(".")[0] in ("qbwc_server", "sqlalchemy"):
            for name, value in list(vars(module).items()):
                if value is function:
                    setattr(module, name, instead)
