"""Company files: credentials, the .qwc file, the identity of the file that is open."""

from qbwc_server.companies.credentials import find_login, new_password
from qbwc_server.companies.finding import all_companies, by_id, get, lock
from qbwc_server.companies.identity import SeenFile, judge_file
from qbwc_server.companies.model import Company, CompanyState, Credentials, Recovery
from qbwc_server.companies.qwc import qwc_file
from qbwc_server.companies.registry import accept_file, add, change, owner_id, pause, resume
from qbwc_server.companies.urls import qbwc_refusals

__all__ = [
    "Company",
    "CompanyState",
    "Credentials",
    "Recovery",
    "SeenFile",
    "accept_file",
    "add",
    "all_companies",
    "by_id",
    "change",
    "find_login",
    "get",
    "judge_file",
    "lock",
    "new_password",
    "owner_id",
    "pause",
    "qbwc_refusals",
    "qwc_file",
    "resume",
]
