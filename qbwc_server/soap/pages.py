"""The two pages without a login: what /qbwc says to a browser, and /support, the AppSupport address of every .qwc file.

QBWC itself asks for both when an application is added: anything but 200 ends in QBWC1048 and QBWC1003
(facts/qbwc-protocol.md section 1.4). They hold nothing about any company.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, current_app

from qbwc_server.soap.replies import ALWAYS, HTML_TYPE, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SUPPORT_CONTACT = "QBWC_SUPPORT_CONTACT"
"""Key of the Flask configuration: whom to ask, one or more lines shown on /support."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""

_WELCOME = """<p>This is the address where the QuickBooks Web Connector talks to this server. It works.</p>
<p>There is nothing to do here with a browser. To connect a QuickBooks company file:</p>
<ol>
<li>Get the <code>.qwc</code> file and the password from whoever runs this server.</li>
<li>Open the company file in QuickBooks as Admin, in single-user mode.</li>
<li>In the Web Connector choose <em>Add an Application</em>, take the <code>.qwc</code> file, and allow the access
QuickBooks asks about.</li>
<li>Type the password into the Web Connector, tick the application and choose <em>Update Selected</em>.</li>
</ol>
<p>If something does not work, see <a href="{support}">support</a>. Programmers find the
<a href="{wsdl}">WSDL</a> here.</p>"""

_SUPPORT = """<p>This server exchanges data with QuickBooks Desktop through the QuickBooks Web Connector.</p>
{contact}<h2>If an update does not go through</h2>
<ul>
<li>Read the <em>Status</em> of the application in the Web Connector: it says what this server wants you to do.</li>
<li><em>Password refused (QBWC1040):</em> type it again without blanks around it, or ask for a new one.</li>
<li><em>Could not connect to QuickBooks (QBWC1013):</em> open QuickBooks with the right company file, close every dialog
box in it, and try again.</li>
<li><em>Access refused:</em> log in to QuickBooks as Admin, in single-user mode, and allow this application under Edit,
Preferences, Integrated Applications, Company Preferences.</li>
<li><em>Nothing happens on schedule:</em> Auto-Run must be ticked, and the Web Connector must be running; it is no
Windows service.</li>
</ul>
<p>An update that was interrupted is never lost: the next one carries on and checks what was booked already.</p>"""

support = Blueprint("support", __name__)


def welcome(environ: WSGIEnvironment) -> Reply:
    """The page at /qbwc for people who open the address of the .qwc file in a browser."""
    here = quote(environ.get("SCRIPT_NAME", ""), encoding="latin-1")  # WSGI's bytes in disguise
    content = _WELCOME.format(support=escape(f"{here.rpartition('/')[0]}/support"), wsdl=escape(f"{here}?wsdl"))
    page = _PAGE.format(title="QuickBooks Web Connector service", content=content)
    return Reply(page.encode("utf-8"), HTML_TYPE)


@support.get("/support", strict_slashes=False)
def show() -> Response:
    """The page at /support."""
    contact = str(current_app.config.get(SUPPORT_CONTACT, "")).strip()
    whom = f"<p>Whom to ask: {escape(contact)}</p>\n" if contact else ""
    reply = _PAGE.format(title="Support", content=_SUPPORT.format(contact=whom))
    return Response(reply, HTTPStatus.OK, headers=list(ALWAYS), content_type=HTML_TYPE)
