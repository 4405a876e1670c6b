"""The box in which a person answers what is asked about a held job, and what was ticked and typed in it.

Every answer of `qbwc answer` is a choice; each entry that QuickBooks showed is one of its own, so that nobody has to
copy its ID.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qbwc_server.admin.fields import Errors
from qbwc_server.desk import Actions, Answer, Candidate, Needs, Story
from qbwc_server.exchange import Verb
from qbwc_server.jobs import KINDS, Job, Question

CHOICE, SURE, ID, NAME = "answer", "sure", "id", "name"
_TITLES: Mapping[Question, str] = {
    Question.IN_THE_BOOKS: "Is it in QuickBooks?",
    Question.GONE: "It is not in the company file any more. What is true?",
    Question.TWO_IDS: "Which of these is the right one?",
    Question.NAME_TAKEN: "The name is taken. Is that the same one?",
    Question.PAYMENT_DOES_NOT_FIT: "What is to become of this payment?",
    Question.TOTAL_DIFFERS: "Is the difference right?",
}
_LABELS: Mapping[Verb, str] = {
    Verb.LINK: "It is another entry in QuickBooks",
    Verb.BOOKED: "It is there, under another ID",
    Verb.RENAME: "No: add it under a new name",
    Verb.CREDIT: "Book it as a credit of the customer",
    Verb.ACCEPT: "Yes, the difference is right",
    Verb.SKIP: "Leave it out",
    Verb.NOT_BOOKED: "It is not in QuickBooks: send it again",
}
_FIRST_LABELS: Mapping[Verb, str] = {
    Verb.LINK: "It is an entry in QuickBooks that you know",
    Verb.BOOKED: "Yes, it is in QuickBooks",
}
"""Where QuickBooks showed nothing to choose from."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form, as the macro `field` takes it."""

    name: str
    label: str
    type: str = "text"
    value: str = ""
    hint: str | None = None
    error: str | None = None
    quiet: bool = True
    """Without the word "optional": it belongs to one choice, and is needed only with that."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer."""

    value: str
    """The answer's word, and the ID of the entry if it is one that QuickBooks showed: "link 80000001-1795"."""
    label: str
    hint: str
    fields: tuple[Field, ...] = ()
    chosen: bool = False
    disabled: bool = False
    """It stands here to be seen, and cannot be chosen."""


@dataclass(frozen=True, slots=True)
class Box:
    """The whole question."""

    title: str
    question: Question
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered."""

    verb: Verb
    values: tuple[str, ...]
    whole_set: bool
    with_dependents: bool


def box(story: Story, typed: Mapping[str, str], errors: Errors) -> Box | None:
    """The question about a job; None if nothing is asked. `typed` is what was sent before and was not taken."""
    if story.actions.question is None:
        return None
    making = _Making(story, typed, errors)
    return Box(_TITLES[story.actions.question], story.actions.question, tuple(making.choices()))


def read_answer(form: Mapping[str, str]) -> tuple[Given | None, Errors]:
    """What was answered, or what is missing by its field."""
    word, _, picked = form.get(CHOICE, "").partition(" ")
    try:
        verb = Verb(word)
    except ValueError:
        return None, {CHOICE: "Choose one of the answers."}
    values: tuple[str, ...] = ()
    if verb in (Verb.LINK, Verb.BOOKED):
        values = (picked or form.get(f"{ID}-{verb}", "").strip(),)
        if not values[0]:
            return None, {f"{ID}-{verb}": "Type its ID, or choose one of the entries above."}
    elif verb is Verb.RENAME:
        values = (form.get(NAME, ""),)
    elif verb is Verb.NOT_BOOKED and form.get(SURE) != "1":
        return None, {SURE: "Look for it in QuickBooks first, then tick this: else it may be booked twice."}
    return Given(verb, values, form.get(f"set-{verb}") == "1", form.get("with_dependents") == "1"), {}


def field_of(form: Mapping[str, str]) -> str:
    """The field at which a refusal of this answer is shown."""
    word, _, picked = form.get(CHOICE, "").partition(" ")
    if word == Verb.RENAME:
        return NAME
    return f"{ID}-{word}" if word in (Verb.LINK, Verb.BOOKED) and not picked else CHOICE


@dataclass(frozen=True, slots=True)
class _Making:
    """The choices while they are made."""

    story: Story
    typed: Mapping[str, str]
    errors: Errors

    @property
    def job(self) -> Job:
        return self.story.job

    @property
    def actions(self) -> Actions:
        return self.story.actions

    def choices(self) -> Iterator[Choice]:
        for answer in self.actions.answers:
            yield from (self._pick(answer, candidate) for candidate in answer.candidates)
            yield self._plain(answer)

    def _pick(self, answer: Answer, candidate: Candidate) -> Choice:
        value = f"{answer.verb} {candidate.id}"
        what = " ".join(part for part in (candidate.name or "", _kind(candidate)) if part)
        owner = candidate.on_record_for
        taken = f"It is on record for {owner} already, and cannot be chosen." if owner else ""
        known = "; ".join(f"{name}: {text}" for name, text in candidate.shown)
        return Choice(
            value,
            f"It is {what}, {candidate.id}" if what else f"It is the entry {candidate.id}",
            " ".join(part for part in (taken, known and f"{known}.", "" if taken else answer.means) if part),
            chosen=self.typed.get(CHOICE) == value,
            disabled=bool(owner),
        )

    def _plain(self, answer: Answer) -> Choice:
        verb = answer.verb
        alone = answer.needs is Needs.ID and not answer.candidates
        label = _FIRST_LABELS[verb] if alone else _LABELS[verb]
        return Choice(
            verb, label, answer.means, tuple(self._fields(answer)), chosen=self.typed.get(CHOICE) == str(verb)
        )

    def _fields(self, answer: Answer) -> Iterator[Field]:
        if answer.is_risky:
            yield self._field(SURE, "I have looked for it in QuickBooks, and it is not there", "checkbox")
        match answer.needs:
            case Needs.ID:
                what = "TxnID" if KINDS[self.job.kind].is_transaction else "ListID"
                yield self._field(f"{ID}-{answer.verb}", f"Its {what}", hint="It looks like 80000013-1416570432.")
            case Needs.NAME:
                yield self._field(NAME, "New name")
            case _ if self.actions.alike:
                count = self.actions.alike + 1
                text = f"The same answer for all {count} jobs that went out together and are asked about"
                yield self._field(f"set-{answer.verb}", text, "checkbox")
        if answer.verb is Verb.SKIP and self.story.waited_for_by.shown:
            yield self._field("with_dependents", "Cancel the jobs that wait for it too", "checkbox")

    def _field(self, name: str, label: str, type_: str = "text", hint: str | None = None) -> Field:
        return Field(name, label, type_, self.typed.get(name, ""), hint, self.errors.get(name))


def _kind(candidate: Candidate) -> str:
    """In brackets: what it is, and whether it is in use."""
    told = [candidate.type or "", "" if candidate.is_active else "inactive"]
    return f"({', '.join(part for part in told if part)})" if any(told) else ""
