"""Whether the company file that is open in QuickBooks is the one the company was registered for."""

from __future__ import annotations

from dataclasses import dataclass

from qbwc_server.companies.model import Company


@dataclass(frozen=True, slots=True)
class SeenFile:
    """What the first HCP of a session says of the open company file; None where it says nothing."""

    file_id: str | None = None
    """DataExt `FileID` under our OwnerID (facts/qbwc-protocol.md section 7)."""
    company_name: str | None = None
    legal_name: str | None = None
    ein_sha256: str | None = None
    """SHA-256 of the employer identification number; the number itself is never kept."""


def judge_file(company: Company, seen: SeenFile) -> str | None:
    """None: this is the company's file. Otherwise the explanation for a person, in one line.

    The FileID decides where the file carries one, or has carried one: it does not get lost. Where it never did, the
    names and the hashed EIN are compared with those pinned at first sight, each where both are known; all that can be
    compared must agree. The path is no identity. A stop of an earlier session plays no part: the right file lifts it.
    """
    if seen.file_id:
        if file_key(seen.file_id) == file_key(company.file_id):
            return None
        return _stop(company, f"the company file that is open{_named(seen)} carries another company's FileID")
    if company.is_stamped:
        return _stop(company, f"the company file that is open{_named(seen)} does not carry the FileID seen before")
    differences = [
        *_different("company name", company.pinned_company_name, seen.company_name),
        *_different("legal name", company.pinned_legal_name, seen.legal_name),
    ]
    if company.pinned_ein_sha256 and seen.ein_sha256 and company.pinned_ein_sha256 != seen.ein_sha256:
        differences.append("its tax number (EIN) is another one")
    if differences:
        return _stop(company, "the company file that is open is not the one seen before: " + ", ".join(differences))
    if _was_pinned(company) and not _comparable(company, seen):
        return _stop(company, "QuickBooks does not say which company file is open")
    return None


def _named(seen: SeenFile) -> str:
    return f' ("{seen.company_name}")' if seen.company_name else ""


def file_key(file_id: str) -> str:
    """What two FileIDs are compared by: without case, braces and blanks."""
    return file_id.strip().strip("{}").strip().lower()


def _different(what: str, pinned: str | None, seen: str | None) -> list[str]:
    if not pinned or not seen or _name_key(pinned) == _name_key(seen):
        return []
    return [f'its {what} is "{seen}", not "{pinned}"']


def _name_key(name: str) -> str:
    return " ".join(name.casefold().split())


def _was_pinned(company: Company) -> bool:
    return bool(company.pinned_company_name or company.pinned_legal_name or company.pinned_ein_sha256)


def _comparable(company: Company, seen: SeenFile) -> bool:
    pairs = (
        (company.pinned_company_name, seen.company_name),
        (company.pinned_legal_name, seen.legal_name),
        (company.pinned_ein_sha256, seen.ein_sha256),
    )
    return any(pinned and now for pinned, now in pairs)


def _stop(company: Company, what: str) -> str:
    return (
        f"Stopped: {what}. Open the company file of {company.name}; "
        f'if this is the right one, an administrator runs: qbwc company accept-file "{company.name}"'
    )
