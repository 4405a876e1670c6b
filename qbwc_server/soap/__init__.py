"""The Web Connector's wire: a SOAP service, the pages at its addresses, and nothing of the business behind it."""

from qbwc_server.soap.mount import mount
from qbwc_server.soap.pages import SUPPORT_CONTACT, support
from qbwc_server.soap.service import Exchange

__all__ = ["SUPPORT_CONTACT", "Exchange", "mount", "support"]
