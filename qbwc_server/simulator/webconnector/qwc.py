"""Reading a .qwc file with the Web Connector's checks and codes (`facts/qbwc-protocol.md` 1.5, 4.2 and 6)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from qbwc_server import qbxml
from qbwc_server.errors import Problem, SimulationFailed, UnreadableXml

_REQUIRED = ("AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")
_MAY_BE_EMPTY = ("AppID",)
_GUID = re.compile(r"\{[0-9A-Za-z]{8}(-[0-9A-Za-z]{4}){3}-[0-9A-Za-z]{12}\}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """What a .qwc file says about a web application."""

    app_name: str
    """Shown to the user, and the name under which QuickBooks knows the application."""
    app_url: str
    app_support: str
    username: str
    owner_id: str
    file_id: str
    """Both GUIDs in braces, as they stand in the file."""
    certificate_url: str
    """Where the certificate is checked: CertURL, else the AppURL."""
    run_every_seconds: int | None
    """None without a schedule."""


def read_qwc(content: bytes) -> ApplicationFile:
    """Everything that is checked before any connection is made. Raises SimulationFailed naming QBWC's code."""
    if content.startswith(_BYTE_ORDER_MARK):
        raise _refused("QBWC1039", "The file begins with a UTF-8 byte order mark.", "Write it without one.")
    try:
        root = qbxml.parse_xml(content)
    except UnreadableXml as error:
        raise _refused("QBWC1039", f"The file is not readable XML: {error}") from None
    if root.tag != "QBWCXML":
        raise _refused("QBWC1039", f"The root element is {root.tag}, not QBWCXML.")
    values = {name: _text(root, name) for name in _REQUIRED}
    for name, value in values.items():
        if value is None or (not value and name not in _MAY_BE_EMPTY):
            raise _refused("QBWC1039", f"The element {name} is missing or empty.")
    found = {name: value or "" for name, value in values.items()}
    _check_kind(root, found)
    check_addresses(found["AppURL"], found["AppSupport"])
    return ApplicationFile(
        app_name=found["AppName"],
        app_url=found["AppURL"],
        app_support=found["AppSupport"],
        username=found["UserName"],
        owner_id=found["OwnerID"],
        file_id=found["FileID"],
        certificate_url=_text(root, "CertURL") or found["AppURL"],
        run_every_seconds=_schedule(root),
    )


def check_addresses(app_url: str, app_support: str) -> None:
    """The rules for the two addresses: host names, one domain, https everywhere but on localhost."""
    host, support_host = _host(app_url, "AppURL"), _host(app_support, "AppSupport")
    if _is_ip(host):
        raise _refused("QBWC1001", f"AppURL is an IP address ({host}).", "Use a host name, or localhost.")
    if _is_ip(support_host):
        raise _refused("QBWC1002", f"AppSupport is an IP address ({support_host}).", "Use a host name, or localhost.")
    if host == "localhost":
        return
    if host != support_host:
        raise _refused("QBWC1000", f"AppURL ({host}) and AppSupport ({support_host}) are on different hosts.")
    if urlsplit(app_url).scheme != "https":
        raise _refused("QBWC1010", f"AppURL must be https on any host but localhost ({host}).")


def _check_kind(root: etree._Element, found: dict[str, str]) -> None:
    for name in ("OwnerID", "FileID"):
        if not _GUID.fullmatch(found[name]):
            raise _refused("QBWC1039", f"{name} is not a GUID in braces.")
    if found["QBType"] not in ("QBFS", "QBPOS"):
        raise _refused("QBWC1065", "QBType is neither QBFS nor QBPOS.")
    if found["QBType"] == "QBPOS":
        raise _refused("", "This simulator plays QuickBooks financial software (QBFS), not Point of Sale.")
    if (_text(root, "IsReadOnly") or "false").lower() == "true":
        raise _refused("QBWC1080", "IsReadOnly is true: QuickBooks then refuses the FileID that must be written.")
    if _text(root, "Style") not in (None, "", "Document", "DocWrapped"):
        raise _refused("", "This simulator speaks the Document style only; leave out Style.")


def _schedule(root: etree._Element) -> int | None:
    """The first of RunEveryNMinutes and RunEveryNSeconds wins."""
    scheduler = root.find("Scheduler")
    for element in () if scheduler is None else scheduler.iterchildren("*"):
        factor = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}.get(str(element.tag))
        value = (element.text or "").strip()
        if factor is not None:
            if not value.isdecimal() or int(value) == 0:
                raise _refused("QBWC1039", f"{element.tag} is not a whole number above 0.")
            return int(value) * factor
    return None


def _host(url: str, name: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise _refused("QBWC1039", f"{name} is not an http or https address: {url}")
    return parts.hostname


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _text(root: etree._Element, name: str) -> str | None:
    element = root.find(name)
    return None if element is None else (element.text or "").strip()


def _refused(code: str, message: str, remedy: str = "") -> SimulationFailed:
    return SimulationFailed(Problem(f"{code}: {message}" if code else message, path=".qwc", remedy=remedy))
