"""What somebody typed survives the end of their session: it travels through the login and comes back as a filled form.

A view opts in with the function that shows its form, filled:

    def show_invoice(values, notice="", **_url) -> ResponseReturnValue:
        return render_template("invoice.html", values=values, notice=notice)

    @pages.post("/new/invoice")
    @keeps_input(show_invoice)
    def create_invoice(): ...

`show_invoice` gets the fields as they were posted (a MultiDict, to be checked like any input) and a sentence to show
above the form. It changes nothing. The shell calls it in place of the view, so the view need not know:

1. A POST without a session is answered with the login form, which carries the fields along, hidden.
2. After the login a page says that nothing was lost; its one button posts the fields, marked, to the same address.
3. The guard sees the mark and shows the filled form. Nothing is done until somebody presses its button again.

A form whose token is too old (somebody logged in anew in another tab) is shown again the same way, at once.

Fields whose name contains "password" are never carried, nor files; a request from another site is refused before any
of this; and what is longer than a megabyte is not kept, which the login then says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from qbwc_server.admin.cookie import TOKEN_FIELD

LONGEST = 1_000_000
"""Characters of the fields as JSON."""
AGAIN_FIELD = "show_again"
"""The mark on a POST that only wants to see the form."""

Field = tuple[str, str]


def worth_keeping(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields that may be shown again."""
    return MultiDict((name, value) for name, value in form.items(multi=True) if _may_be_kept(name))


def pack(form: MultiDict[str, str]) -> str:
    """The fields as one text; "" if they are too long together."""
    text = json.dumps(list(worth_keeping(form).items(multi=True)))
    return text if len(text) <= LONGEST else ""


def unpack(text: str) -> list[Field]:
    """The fields of such a text; none if it is not one, for it went through a browser."""
    if not text or len(text) > LONGEST:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    pairs: Iterable[object] = found if isinstance(found, list) else []
    return [
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(part, str) for part in pair)
        and _may_be_kept(pair[0])
    ]


def _may_be_kept(name: str) -> bool:
    return name not in {TOKEN_FIELD, AGAIN_FIELD} and "password" not in name.lower()
