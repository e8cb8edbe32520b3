"""Verbs of rosters, shifts, absences and the logbook: keyword-only, one transaction, one entry in the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.models import Region
from pendopo.ui.words import moment_text

from . import logic
from .models import Absence, FeedKey, LineKind, LogLine, Member, Roster, Shift

MOST_DAYS = 120
# A slip of the pen in the year 0001 could not be read again.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Skipped:
    """A shift that was not planned, and the sentence that says why."""

    person: Person
    since: datetime
    why: str


def said(at: datetime) -> str:
    """A moment in words, in the government's zone."""
    return moment_text(at, ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE)


def read_pattern(turns: str, cycle: str) -> tuple[dict[str, logic.Turn], str]:
    """The pattern, or `Refused` with how to write it."""
    try:
        found = logic.read_turns(turns)
    except logic.Unreadable as wrong:
        raise Refused(_("“%(part)s” is no turn. Write P 07:00-15:00, S 15:00-23:00, M 23:00-07:00.") % {"part": wrong}) from wrong
    try:
        return found, logic.read_cycle(cycle, found)
    except logic.Unreadable as wrong:
        sentence = _("The cycle “%(part)s” cannot be read. Write one letter of a turn for each day and - for a day off, such as PPSSMM--.")
        raise Refused(sentence % {"part": wrong}) from wrong


@transaction.atomic
def set_roster(
    *,
    code: str,
    name: str,
    turns: str,
    cycle: str,
    crew: Sequence[Person],
    by: Person | None,
    region: Region | None = None,
    needed_from: str = "",
) -> Roster:
    """A roster as it shall be from now on: made, or changed when the code is known. Shifts that are planned stay."""
    _turns, clean = read_pattern(turns, cycle)
    if len({person.pk for person in crew}) != len(crew):
        raise Refused(_("A person stands in a crew once only."))
    found = Roster.objects.select_for_update().filter(code=code).first()
    before = _facts(found) if found else {}
    roster = found or Roster(code=code)
    roster.name, roster.turns, roster.cycle, roster.region, roster.ended = name, turns, clean, region, None
    roster.needed_from = needed_from
    try:
        roster.full_clean()
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error
    roster.save()
    roster.members.all().delete()
    Member.objects.bulk_create([Member(roster=roster, person=person, place=place) for place, person in enumerate(crew)])
    after = _facts(roster)
    if before != after:
        record(by=by, room="incidents", verb="set_roster", about=roster.get_absolute_url(), before=before, after=after)
    return roster


def _facts(roster: Roster) -> dict[str, Any]:
    crew = list(roster.members.values_list("person__name", flat=True))
    return {
        "name": roster.name,
        "turns": roster.turns,
        "cycle": roster.cycle,
        "region": roster.region_id,
        "needed_from": roster.needed_from,
        "crew": crew,
    }


@transaction.atomic
def end_roster(*, roster: Roster, by: Person) -> None:
    """The duty exists no more: what was planned after this moment is cancelled."""
    now = timezone.now()
    Roster.objects.filter(pk=roster.pk, ended=None).update(ended=now)
    cancelled = Shift.objects.filter(roster=roster, cancelled=None, since__gt=now).update(cancelled=now)
    record(by=by, room="incidents", verb="end_roster", about=roster.get_absolute_url(), after={"cancelled": cancelled})


def obstacle(person: Person, since: datetime, until: datetime, *, but: Shift | None = None) -> str:
    """Why a person cannot be on duty then; '' = may."""
    if not person.is_active:
        return _("%(name)s has left.") % {"name": person.name}
    others = Shift.objects.filter(person=person, cancelled=None).between(since, until).exclude(pk=but.pk if but else 0)
    other = others.select_related("roster").first()
    if other:
        words = _("%(name)s is on duty in “%(roster)s” from %(since)s to %(until)s already: choose somebody else, or give that shift away.")
        return words % {"name": person.name, "roster": other.roster.name, "since": said(other.since), "until": said(other.until)}
    away = Absence.objects.filter(person=person, withdrawn=None, since__lt=until, until__gt=since).first()
    if away:
        words = _("%(name)s is absent from %(since)s to %(until)s (%(why)s): choose somebody else.")
        return words % {"name": person.name, "since": said(away.since), "until": said(away.until), "why": away.why}
    return ""


def lock(*people: Person) -> None:
    """Holds these people until the transaction ends, so that two verbs cannot put one of them in two places."""
    list(Person.objects.select_for_update().filter(pk__in=[person.pk for person in people]).order_by("pk"))


@transaction.atomic
def generate(*, roster: Roster, first: date, days: int, by: Person | None) -> tuple[int, list[Skipped]]:
    """Plans the shifts of the pattern; how many were made, and those left out with the reason. Running it again adds nothing.

    What was edited stays: where the roster has a shift of the same turn already, none is added.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Plan from 1 to %(n)s days at once.") % {"n": MOST_DAYS})
    turns, cycle = read_pattern(roster.turns, roster.cycle)
    crew = [member.person for member in roster.members.select_related("person")]
    lock(*crew)
    if not crew:
        raise Refused(_("This roster has no crew yet: choose its people first."))
    planned = logic.plan(turns, cycle, len(crew), first, days, ZoneInfo(settings.TIME_ZONE))
    held = set(Shift.objects.filter(roster=roster, cancelled=None).values_list("turn", "since"))
    made, skipped = [], []
    for one in planned:
        person = crew[one.place]
        if (one.letter, one.since) in held:
            continue
        if why := obstacle(person, one.since, one.until):
            skipped.append(Skipped(person, one.since, why))
            continue
        made.append(Shift.objects.create(roster=roster, person=person, turn=one.letter, since=one.since, until=one.until))
    after = {"first": first.isoformat(), "days": days, "made": len(made), "skipped": len(skipped)}
    record(by=by, room="incidents", verb="plan_shifts", about=roster.get_absolute_url(), after=after)
    return len(made), skipped


@transaction.atomic
def add_shift(
    *, roster: Roster, person: Person, since: datetime, until: datetime, by: Person | None, turn: str = "", note: str = ""
) -> Shift:
    """One shift by hand. Refused with the reason when the person is on duty elsewhere or absent."""
    lock(person)
    if until <= since:
        raise Refused(_("A shift ends after it begins."))
    if since < EARLIEST:
        raise Refused(_("This time lies too far back: look at the year."))
    if why := obstacle(person, since, until):
        raise Refused(why)
    shift = Shift.objects.create(roster=roster, person=person, since=since, until=until, turn=turn[:1], note=note)
    record(by=by, room="incidents", verb="add_shift", about=shift.get_absolute_url(), after=_shift_facts(shift))
    return shift


@transaction.atomic
def give_shift(*, shift: Shift, to: Person, by: Person, why: str = "") -> Shift:
    """Somebody else takes the shift. Refused with the reason when they cannot."""
    lock(to)
    kept = Shift.objects.select_for_update(of=("self",)).select_related("person", "roster").get(pk=shift.pk)
    if kept.cancelled or kept.until <= timezone.now():
        raise Refused(_("This shift is over or cancelled: nobody can take it any more."))
    if reason := obstacle(to, kept.since, kept.until, but=kept):
        raise Refused(reason)
    before = _shift_facts(kept)
    kept.person = to
    kept.save(update_fields=["person"])
    after = {**_shift_facts(kept), "why": why}
    record(by=by, room="incidents", verb="give_shift", about=kept.get_absolute_url(), before=before, after=after)
    return kept


@transaction.atomic
def cancel_shift(*, shift: Shift, by: Person) -> bool:
    """The shift does not take place. False when it was cancelled before."""
    changed = Shift.objects.filter(pk=shift.pk, cancelled=None).update(cancelled=timezone.now())
    if changed:
        record(by=by, room="incidents", verb="cancel_shift", about=shift.get_absolute_url(), before=_shift_facts(shift))
    return bool(changed)


def _shift_facts(shift: Shift) -> dict[str, Any]:
    ends = {"since": shift.since.isoformat(), "until": shift.until.isoformat()}
    return {"roster": shift.roster.code, "person": shift.person.name, **ends}


@transaction.atomic
def add_absence(*, person: Person, since: datetime, until: datetime, why: str, by: Person) -> tuple[Absence, int]:
    """A person is away; answers the absence and how many of their shifts need somebody else now."""
    if until <= since:
        raise Refused(_("An absence ends after it begins."))
    if since < EARLIEST:
        raise Refused(_("This time lies too far back: look at the year."))
    absence = Absence.objects.create(person=person, since=since, until=until, why=why)
    open_shifts = Shift.objects.filter(person=person, cancelled=None).between(since, until).count()
    after = {"person": person.name, "since": since.isoformat(), "until": until.isoformat(), "shifts": open_shifts}
    record(by=by, room="incidents", verb="add_absence", about=f"/people/{person.pk}", after=after)
    return absence, open_shifts


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: Person) -> bool:
    """The person is there after all. False when it was withdrawn before."""
    changed = Absence.objects.filter(pk=absence.pk, withdrawn=None).update(withdrawn=timezone.now())
    if changed:
        record(by=by, room="incidents", verb="withdraw_absence", about=f"/people/{absence.person_id}", before={"why": absence.why})
    return bool(changed)


@transaction.atomic
def write_line(*, text: str, by: Person, roster: Roster | None = None, kind: str = LineKind.NOTE) -> LogLine:
    """A line in the logbook; a hand-over waits until it is taken."""
    clean = text.strip()
    if not clean:
        raise Refused(_("Write what happened, in a sentence."))
    line = LogLine.objects.create(by=by, roster=roster, kind=kind, text=clean[:4000])
    record(by=by, room="incidents", verb="write_line", about="/logbook", after={"line": line.pk, "kind": kind})
    return line


@transaction.atomic
def take_over(*, line: LogLine, by: Person) -> bool:
    """The next shift has read the hand-over. Nobody takes their own; False when it was taken before."""
    if line.by_id == by.pk:
        raise Refused(_("Somebody of the next shift takes your hand-over."))
    waiting = LogLine.objects.filter(pk=line.pk, kind=LineKind.HANDOVER, taken=None)
    changed = waiting.update(taken=timezone.now(), taken_by=by)
    if changed:
        record(by=by, room="incidents", verb="take_over", about="/logbook", after={"line": line.pk})
    return bool(changed)


@transaction.atomic
def renew_feeds(*, by: Person) -> None:
    """The addresses of one's roster calendars are made anew: the old ones, wherever they went, open nothing any more."""
    key, _made = FeedKey.objects.select_for_update().get_or_create(person=by)
    key.number += 1
    key.save(update_fields=["number"])
    record(by=by, room="incidents", verb="renew_feeds", about="/roster", after={"number": key.number})
