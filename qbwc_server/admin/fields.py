"""What is wrong with a form, by field, in the words of the function that checked it."""

from __future__ import annotations

from qbwc_server.errors import Problem, QbwcError

Errors = dict[str, str]
"""The sentence to show at each field; "" is the place above the form."""


def errors_of(refusal: QbwcError, **renamed: str) -> Errors:
    """The problems of a refusal by their path; `renamed` says which field of the form a path is here."""
    errors: Errors = {}
    for problem in refusal.problems:
        field = renamed.get(problem.path, problem.path)
        errors[field] = f"{errors[field]} {sentence(problem)}" if field in errors else sentence(problem)
    return errors


def sentence(problem: Problem) -> str:
    """A problem as one or two sentences, without its path: it stands at its field."""
    text = words(problem)
    return f"{text[:1].upper()}{text[1:]}"


def words(problem: Problem) -> str:
    """The same to stand behind the name of its field and a colon."""
    return str(Problem(problem.message, remedy=problem.remedy))


def repeated(password: str, again: str) -> Errors:
    """Whether the second time was like the first."""
    return {} if password == again else {"again": "This is not what you typed above."}
