"""Company files: credentials, the .qwc file, the identity of the file that is open."""

from qbwc_server.companies.credentials import find_login, new_password, password_mark
from qbwc_server.companies.finding import all_companies, by_id, get, lock
from qbwc_server.companies.identity import SeenFile, judge_file
from qbwc_server.companies.model import Company, CompanyState, Credentials, Recovery
from qbwc_server.companies.names import checked_reason
from qbwc_server.companies.policies import POLICIES, Policy
from qbwc_server.companies.qwc import qwc_file, qwc_file_name
from qbwc_server.companies.registry import accept_file, add, change, owner_id, pause, resume
from qbwc_server.companies.urls import checked_base, is_local, qbwc_refusals, suggested_base

__all__ = [
    "POLICIES",
    "Company",
    "CompanyState",
    "Credentials",
    "Policy",
    "Recovery",
    "SeenFile",
    "accept_file",
    "add",
    "all_companies",
    "by_id",
    "change",
    "checked_base",
    "checked_reason",
    "find_login",
    "get",
    "is_local",
    "judge_file",
    "lock",
    "new_password",
    "owner_id",
    "password_mark",
    "pause",
    "qbwc_refusals",
    "qwc_file",
    "qwc_file_name",
    "resume",
    "suggested_base",
]
