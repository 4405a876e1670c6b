"""One call of a visit: the locked company, the session, the open transaction and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.companies import Company
from qbwc_server.exchange.session import Session
from qbwc_server.exchange.tools import Tools


@dataclass(frozen=True, slots=True)
class Visit:
    """What every step of a call works with. The company's row is locked until the transaction ends."""

    c: sa.Connection
    tools: Tools
    company: Company
    session: Session
    now: datetime
