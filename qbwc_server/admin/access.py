"""Who may call a view. Without a word every view needs a login, and everything but GET and HEAD an admin.

The exceptions are decorators, below the route's own:

    @pages.post("/people/<int:number>/role")         # admins
    @pages.post("/account/password") + @for_everybody # whoever is logged in
    @pages.get("/people") + @admins_only              # reading, too, is for admins
    @pages.get("/log-in") + @public                   # no login
    @pages.get("/jobs/news") + @background            # asked for by a script: does not keep a session alive
    @pages.post("/new/invoice") + @keeps_input(show)  # nothing typed is lost, see `kept`
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import current_app
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])
Show = Callable[..., ResponseReturnValue]
"""Called with the fields that were typed (a MultiDict), a sentence why they are shown again, and the URL's parts."""

_MARK = "qbwc_access"


@dataclass(frozen=True, slots=True)
class Access:
    """What is special about a view."""

    public: bool = False
    for_everybody: bool = False
    admins_only: bool = False
    background: bool = False
    show: Show | None = None


def public(view: View) -> View:
    """No login needed. What it changes still needs the form's token and our own page."""
    return _marked(view, public=True)


def for_everybody(view: View) -> View:
    """A change that a viewer may make too, since it concerns nobody but themselves."""
    return _marked(view, for_everybody=True)


def admins_only(view: View) -> View:
    """A page that viewers do not see."""
    return _marked(view, admins_only=True)


def background(view: View) -> View:
    """Asked for by a script over and over: it does not count as somebody being there."""
    return _marked(view, background=True)


def keeps_input(show: Show) -> Callable[[View], View]:
    """What was typed comes back in the form when the session was over or the form was too old; see `kept`."""

    def mark(view: View) -> View:
        return _marked(view, show=show)

    return mark


def access_of(endpoint: str | None) -> Access:
    """What is special about the view behind an endpoint."""
    view = current_app.view_functions.get(endpoint or "")
    found = getattr(view, _MARK, Access())
    return found if isinstance(found, Access) else Access()


def _marked(view: View, **changes: Any) -> View:
    setattr(view, _MARK, replace(getattr(view, _MARK, Access()), **changes))
    return view
