"""The people who use the page: their passwords, roles, sessions, and the links by which they set a password."""

from qbwc_server.accounts.choosing import LONGEST, RECOMMENDED, SHORTEST, checked_password
from qbwc_server.accounts.hashing import Hasher
from qbwc_server.accounts.links import Link, find_link, first_admin_link, personal_link, use_link
from qbwc_server.accounts.login import check_password
from qbwc_server.accounts.model import Actor, Person, Role, by_id, checked_role, get
from qbwc_server.accounts.people import (
    add,
    all_people,
    change_role,
    disable,
    enable,
    has_admin,
    set_password,
    set_time_zone,
)
from qbwc_server.accounts.sessions import Session, end, end_all, end_one, find, is_due, notice, sessions_of, start

__all__ = [
    "LONGEST",
    "RECOMMENDED",
    "SHORTEST",
    "Actor",
    "Hasher",
    "Link",
    "Person",
    "Role",
    "Session",
    "add",
    "all_people",
    "by_id",
    "change_role",
    "check_password",
    "checked_password",
    "checked_role",
    "disable",
    "enable",
    "end",
    "end_all",
    "end_one",
    "find",
    "find_link",
    "first_admin_link",
    "get",
    "has_admin",
    "is_due",
    "notice",
    "personal_link",
    "sessions_of",
    "set_password",
    "set_time_zone",
    "start",
    "use_link",
]
