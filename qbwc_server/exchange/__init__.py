"""One visit of a Web Connector, from authenticate to closeConnection: what to send next, what a reply means."""

from qbwc_server.exchange.answers import Verb, answer, retry
from qbwc_server.exchange.cycle import Exchange
from qbwc_server.exchange.tools import Limits

__all__ = ["Exchange", "Limits", "Verb", "answer", "retry"]
