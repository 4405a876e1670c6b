"""Everything about one job, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from qbwc_server.cli import output
from qbwc_server.desk import own_part
from qbwc_server.jobs import Exchanged, Job, JobStory


def story_json(story: JobStory) -> dict[str, Any]:
    """One object; `message_sets` hold the whole texts both ways."""
    return {
        **asdict(story.job),
        "payload": json.loads(story.job.payload),
        "question_detail": json.loads(story.job.question_detail) if story.job.question_detail else None,
        "company": story.company,
        "events": [asdict(event) for event in story.events],
        "message_sets": [asdict(each) for each in story.exchanged],
        "waits_for": [each.id for each in story.waits_for],
        "waited_for_by": [each.id for each in story.waited_for_by],
    }


def print_story(story: JobStory) -> None:
    """The job's fields, its history, and its own part of each message set it travelled in."""
    output.fields(_facts(story))
    output.heading("History")
    rows = [[event.at, event.from_status, event.to_status, event.reason, event.actor] for event in story.events]
    output.table(["when", "from", "to", "reason", "who"], rows, folds="reason")
    for each in story.exchanged:
        output.heading(f"Message set {each.key}, request {each.position}")
        output.fields(_set_facts(each))


def _facts(story: JobStory) -> Iterator[tuple[str, object]]:
    job = story.job
    yield from (("id", job.id), ("job", job.label), ("company", story.company), ("kind", job.kind))
    yield from (("operation", job.operation), ("external id", job.external_id), ("priority", job.priority))
    yield from (("status", job.status), ("in the books", job.applied))
    yield from (("ListID", job.list_id), ("TxnID", job.txn_id))
    yield from (("error", job.error), ("code", job.error_code), ("likely cause", job.cause))
    yield from (("what to do", job.remedy), ("QuickBooks said", job.quickbooks_message))
    yield ("question", job.question)
    if job.question_detail:
        yield ("shown with it", json.dumps(json.loads(job.question_detail), indent=2, ensure_ascii=False))
    yield from (("missing name", job.missing_name), ("warning", job.warning))
    yield from (("waits for", _names(story.waits_for)), ("waited for by", _names(story.waited_for_by)))
    yield from (("attempts", job.attempts), ("due", job.due_at), ("created", job.created_at))
    yield from (("last change", job.updated_at), ("finished", job.finished_at), ("GUID", job.guid))
    yield ("payload", json.dumps(json.loads(job.payload), indent=2, ensure_ascii=False))


def _set_facts(each: Exchanged) -> Iterator[tuple[str, object]]:
    request_id = f"{each.key}.{each.position}"
    yield from (("state", each.state), ("sent", each.sent_at), ("answered", each.answered_at))
    yield ("statusCode", each.status_code)
    yield ("request", own_part(each.request, request_id))
    yield ("answer", own_part(each.response, request_id) if each.response else "none")


def _names(jobs: list[Job]) -> str:
    return ", ".join(f"{each.id} ({each.label}, {each.status})" for each in jobs)
