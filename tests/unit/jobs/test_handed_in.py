"""Where in a file or a call a job stands."""

from __future__ import annotations

from qbwc_server.jobs import read_dicts, read_lines
from qbwc_server.jobs.handed_in import handed_in
from tests.support.desk import customer
from tests.support.queueing import lines

TWO = [customer("C-1"), customer("C-2")]


def test_a_job_of_a_file_is_known_by_its_line() -> None:
    _, second = handed_in(read_lines("\n" + lines(*TWO)))
    assert str(second.place) == "line 3"
    assert str(second.place.problem("is wrong.", "name", "")) == "line 3: name: is wrong."


def test_a_job_of_a_call_is_known_by_its_place_if_there_are_several() -> None:
    _, second = handed_in(read_dicts(TWO))
    assert str(second.place) == "jobs[1]"
    assert str(second.place.problem("is wrong.", "name", "")) == "jobs[1].name: is wrong."
    (alone,) = handed_in(read_dicts(TWO[:1]))
    assert str(alone.place.problem("is wrong.", "name", "")) == "name: is wrong."


def test_the_record_a_job_is_about_is_its_family_and_external_id() -> None:
    first, _ = handed_in(read_dicts(TWO))
    assert first.key == ("customer", "C-1")
