"""What agencies do with reports: verify, pass on, answer, refuse, join, take out of public view, and let out what was kept aside."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import record
from pendopo.notify.actions import Outsider, write

from .. import logic
from ..keys import key_of
from ..models import Category, Kind, Report, State, Step
from .submitting import limit


def locked(report: Report, to: str = "") -> Report:
    """The report for change; refused when the step does not follow from how it stands now."""
    found = Report.objects.select_for_update().get(pk=report.pk)
    if to and found.state not in logic.MOVES[to]:
        state = found.get_state_display()
        raise Refused(_("This report stands at “%(state)s” by now: look at it again.") % {"state": state})
    return found


def write_step(report: Report, kind: str, text: str, *, by: Person | None, public: bool = True) -> Step:
    """A line of the history; the report counts as touched."""
    report.touched = timezone.now()
    return Step.objects.create(report=report, kind=kind, text=text.strip()[:2000], by=by, public=public)


def told(report: Report, verb: str, by: Person | None, **after: object) -> None:
    """The entry in the book."""
    record(by=by, room="reports", verb=verb, about=report.get_absolute_url(), after=dict(after), region=report.region_id)


def tell_reporter(report: Report, text: str) -> None:
    """A letter to whoever left an e-mail address, with the link by which they may reply and rate."""
    if not report.email:
        return
    write(
        to=[Outsider(report.email, report.name)],
        kind="report",
        subject_template=gettext_noop("Your report %(number)s: %(state)s"),
        context={"number": report.number, "state": str(report.get_state_display()), "text": text, "title": report.title},
        about=f"{report.get_absolute_url()}?key={key_of(report.number)}",
    )


@transaction.atomic
def verify(*, report: Report, by: Person, category: Category | None = None, classification: str = "", text: str = "") -> Report:
    """Somebody looked: the report is for us, in this category and class; the agency's clock starts."""
    found = locked(report, State.VERIFIED)
    now = timezone.now()
    if category is not None:
        found.category = category
    if classification:
        found.classification = classification
    found.state, found.verified, found.held = State.VERIFIED, now, found.was_taken_out
    found.answer_by = limit(now, found.category.days_to_answer())
    found.complete_by = limit(found.created, found.category.days_to_complete(found.classification))
    write_step(found, Kind.VERIFIED, text, by=by)
    found.save()
    told(found, "verify", by, category=found.category.code, classification=found.classification)
    return found


@transaction.atomic
def route(*, report: Report, agency: Agency, by: Person, text: str = "") -> Report:
    """Passes it to the agency that it is for; its clocks go on. To the one that has it: nothing happens."""
    found = locked(report)
    if found.state not in logic.OPEN:
        raise Refused(_("This report is done: open it again first."))
    if found.agency_id == agency.pk:
        return found
    before = found.agency.code if found.agency else ""
    found.agency = agency
    write_step(found, Kind.ROUTED, text or agency.name, by=by)
    found.save()
    told(found, "route", by, before=before, agency=agency.code)
    return found


@transaction.atomic
def note(*, report: Report, text: str, by: Person, public: bool) -> Report:
    """A line about what is being done; only public ones are read outside."""
    if not text.strip():
        raise Refused(_("Write what happened."))
    found = locked(report)
    write_step(found, Kind.NOTE, text, by=by, public=public)
    found.save()
    told(found, "note", by, public=public)
    return found


@transaction.atomic
def answer(*, report: Report, text: str, by: Person, final: bool = True) -> Report:
    """Answers the reporter. A final answer finishes it; the reporter has ten working days to reply or open it again."""
    if not text.strip():
        raise Refused(_("An answer needs words: say what was done, or why not."))
    found = locked(report, State.ANSWERED)
    now = timezone.now()
    found.verified = found.verified or now
    found.answered = found.answered or now
    found.held = found.was_taken_out
    if final:
        found.state, found.finished, found.reply_by = State.ANSWERED, now, limit(now, logic.REPLY_DAYS)
    elif found.state == State.RECEIVED:
        found.state, found.answer_by = State.VERIFIED, limit(now, found.category.days_to_answer())
    write_step(found, Kind.ANSWER, text, by=by)
    found.save()
    tell_reporter(found, text)
    told(found, "answer", by, final=final)
    return found


@transaction.atomic
def answer_together(*, reports: Iterable[Report], text: str, by: Person) -> int:
    """One answer for many reports of the same thing; those that are finished already are left alone. Returns how many were answered."""
    count = 0
    for report in reports:
        if report.state in (State.RECEIVED, State.VERIFIED):
            answer(report=report, text=text, by=by)
            count += 1
    return count


@transaction.atomic
def refuse(*, report: Report, text: str, by: Person) -> Report:
    """Not for this government, or no report at all: with the reason, told to the reporter. It leaves the public list."""
    if not text.strip():
        raise Refused(_("Say why it is not taken on, and where the reporter can turn to."))
    found = locked(report, State.REFUSED)
    found.state, found.finished = State.REFUSED, timezone.now()
    write_step(found, Kind.REFUSED, text, by=by)
    found.save()
    tell_reporter(found, text)
    told(found, "refuse", by)
    return found


@transaction.atomic
def merge(*, report: Report, into: Report, by: Person | None) -> Report:
    """The same thing was reported before: this one becomes part of that one, which counts its voices and answers both."""
    if report.pk == into.pk:
        raise Refused(_("A report cannot be joined with itself."))
    found = locked(report, State.MERGED)
    if into.state not in logic.OPEN:
        raise Refused(_("The other report is done already: answer this one by itself."))
    found.state, found.joined, found.finished = State.MERGED, into, timezone.now()
    write_step(found, Kind.MERGED, into.number, by=by)
    found.save()
    write_step(into, Kind.MERGED, found.number, by=by)
    told(found, "merge", by, into=into.number)
    return found


@transaction.atomic
def release(*, report: Report, by: Person) -> Report:
    """Somebody looked at what was kept aside: a person wrote it, and everyone may read it."""
    found = locked(report)
    if found.held:
        found.held, found.touched = False, timezone.now()
        found.save()
        told(found, "release", by)
    return found


@transaction.atomic
def hold(*, report: Report, text: str, by: Person) -> Report:
    """Takes it out of public view, however it stands, until it is released; it is handled as before, and its reporter reads the reason."""
    if not text.strip():
        raise Refused(_("Say why nobody else shall read it: the reporter reads the reason."))
    found = locked(report)
    if found.was_taken_out:
        return found
    found.held = True
    write_step(found, Kind.HELD, text, by=by)
    found.save()
    told(found, "hold", by)
    return found
