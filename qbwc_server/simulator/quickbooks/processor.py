"""QuickBooks' request processor: one message set in, one answer out, each request its own commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.answers import Reply, document, reply_with
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.faults import Faults, NoFaults, Point, ScriptedStatus
from qbwc_server.simulator.quickbooks.handlers import HANDLERS, Handler
from qbwc_server.simulator.quickbooks.host import query_company, query_host, query_preferences
from qbwc_server.simulator.quickbooks.intake import MessageSet, Request, read_message_set
from qbwc_server.simulator.quickbooks.message_sets import LONGEST_ID, MessageSetMemory
from qbwc_server.simulator.quickbooks.refusals import Refused, not_processed, not_supported, request_id_too_long
from qbwc_server.simulator.quickbooks.settings import QuickBooksSettings, Recovery, Storing
from qbwc_server.simulator.quickbooks.work import Work

_LONGEST_REQUEST_ID = 50
_INVALID_CHECKSUM = 9001
_ID_TOO_LONG = 9004
_NOT_STORED = 9005
_NOTHING_TO_CLEAR = 600

_Keep = Callable[[int, Reply], None]


class RequestProcessor:
    """Answers message sets from one application on one company file."""

    def __init__(
        self,
        books: Books,
        *,
        settings: QuickBooksSettings | None = None,
        faults: Faults | None = None,
        application: str = "",
    ) -> None:
        """`application` is the name under which message sets are remembered: the .qwc file's AppName."""
        self.books = books
        self.settings = settings or QuickBooksSettings()
        self.faults = faults or NoFaults()
        self.memory = MessageSetMemory(books.connection, application)
        self._work = Work(books, self.settings, self.faults)

    def process(self, text: str) -> str:
        """The answer to a message set, as QuickBooks writes it.

        Raises ProcessingError for a set that is refused whole, before anything ran; Crash if the faults say so.
        """
        if (refusal := self.faults.refusal()) is not None:
            raise refusal
        message_set = read_message_set(text, self.settings)
        if self.settings.recovery is Recovery.ABSENT or not (message_set.new_id or message_set.old_id):
            return document(self._texts(message_set, self._carry_out(message_set, text, lambda *_: None)))
        return self._answer_with_recovery(message_set, text)

    def end_session(self) -> None:
        """EndSession: the Web Connector closes the company file, or its machine died. No iterator goes on after it."""
        self._work.iterators.end()

    def host_company_preferences(self, owner_id: str | None) -> str:
        """strHCPResponse: the answers to HostQuery, CompanyQuery and PreferencesQuery, requestIDs 0 to 2.

        With an OwnerID, CompanyRet shows that application's FileID and AppLock.
        """
        company = Aggregate({"OwnerID": owner_id})
        booked = [
            ("HostQueryRs", query_host(self._work, Aggregate())),
            ("CompanyQueryRs", query_company(self._work, company)),
            ("PreferencesQueryRs", query_preferences(self._work, Aggregate())),
        ]
        return document(reply_with(name, str(number), one).text() for number, (name, one) in enumerate(booked))

    def _answer_with_recovery(self, message_set: MessageSet, text: str) -> str:
        new_id, old_id = message_set.new_id, message_set.old_id
        if any(len(one) > LONGEST_ID for one in (new_id, old_id) if one):
            return document((), new_message_set_id=new_id, message_set_status=_ID_TOO_LONG)
        if new_id is None:
            status = self._clear(old_id or "")
            replies = self._carry_out(message_set, text, lambda *_: None)
            return document(self._texts(message_set, replies), message_set_status=status)
        if new_id == old_id:
            return self._checked(new_id)
        stored = self.memory.checksum(new_id)
        if stored is None:
            status = self._clear(old_id) if old_id else 0
            replies = self._carry_out(message_set, text, self._keeper(message_set, new_id, text))
            if self.settings.storing is Storing.FAILS:
                status = _NOT_STORED
            return document(self._texts(message_set, replies), new_message_set_id=new_id, message_set_status=status)
        if stored != _checksum(text):
            return document((), new_message_set_id=new_id, message_set_status=_INVALID_CHECKSUM)
        return self._checked(new_id)

    def _checked(self, set_id: str) -> str:
        """What is stored under an id; a check and a second sending are answered alike, and nothing is carried out."""
        if self.memory.checksum(set_id) is None:
            return document((), new_message_set_id=set_id, message_set_status=self.settings.unknown_set_status)
        texts = (reply.text(self.settings.status_answers) for reply in self.memory.replies(set_id))
        return document(texts, new_message_set_id=set_id, message_set_status=0)

    def _clear(self, set_id: str) -> int:
        with self.books.transaction():
            return 0 if self.memory.clear(set_id) else _NOTHING_TO_CLEAR

    def _keeper(self, message_set: MessageSet, set_id: str, text: str) -> _Keep:
        """Stores each reply; called inside the request's own transaction, or after the last one."""
        outline = [Reply(request.response_name, request.request_id) for request in message_set.requests]

        def keep(position: int, reply: Reply) -> None:
            self.memory.remember(set_id, _checksum(text), outline)
            self.memory.add_reply(set_id, position, reply)

        return keep

    def _carry_out(self, message_set: MessageSet, text: str, keep: _Keep) -> list[Reply]:
        is_kept_at_once = self.settings.storing is Storing.WITH_EACH_REQUEST
        replies: list[Reply] = []
        for position, request in enumerate(message_set.requests):
            if message_set.is_stopped_by_error and any(reply.is_error for reply in replies):
                reply = self._refuse(request, not_processed(), lambda *_: None, position)
            else:
                reply = self._perform(request, text, keep if is_kept_at_once else lambda *_: None, position)
                self.faults.at(Point.AFTER_COMMIT, text)
            replies.append(reply)
            if len(replies) == max(1, len(message_set.requests) // 2):
                self.faults.at(Point.PARTLY_BOOKED, text)
        if self.settings.storing is Storing.AT_THE_END:
            with self.books.transaction():
                for position, reply in enumerate(replies):
                    keep(position, reply)
        return replies

    def _perform(self, request: Request, text: str, keep: _Keep, position: int) -> Reply:
        """One request in one transaction, its stored status in the same one."""
        scripted = self.faults.status(request.name)
        try:
            if scripted is not None and not scripted.is_booked:
                raise Refused(scripted.code, scripted.message)
            handler = HANDLERS.get(request.name)
            if handler is None:
                raise not_supported()
            if request.request_id is not None and len(request.request_id) > _LONGEST_REQUEST_ID:
                raise request_id_too_long(request.request_id)
            with self.books.transaction():
                booked = handler.carry(self._work, _content(request, handler))
                reply = reply_with(request.response_name, request.request_id, booked)
                reply = _with_status(reply, scripted)
                keep(position, reply)
                self.faults.at(Point.BEFORE_COMMIT, text)
        except Refused as refused:
            return self._refuse(request, refused, keep, position)
        return reply

    def _refuse(self, request: Request, refused: Refused, keep: _Keep, position: int) -> Reply:
        reply = Reply(request.response_name, request.request_id, refused.code, refused.message)
        with self.books.transaction():
            keep(position, reply)
        return reply

    @staticmethod
    def _texts(message_set: MessageSet, replies: list[Reply]) -> list[str]:
        return [(reply if message_set.has_answer_data else reply.without_ret()).text() for reply in replies]


def _content(request: Request, handler: Handler) -> Aggregate:
    if not handler.content:
        return Aggregate.with_attributes(request.node)
    return Aggregate.from_xml(request.node).one(handler.content) or Aggregate()


def _with_status(reply: Reply, scripted: ScriptedStatus | None) -> Reply:
    if scripted is None:
        return reply
    told = replace(reply, code=scripted.code, message=scripted.message)
    return told.without_ret() if told.is_error else told


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
