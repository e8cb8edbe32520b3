"""Verbs of start-ups: directory, team, datasets, milestones; programmes, applications, mentors' hours; events. And the sandbox."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.members.models import Member
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.sharing.actions import end_agreement
from pendopo.indicators.sources import revoke_key

from .models import Application, DatasetUse, Event, MentorHour, Milestone, Programme, Registration, Startup, TeamMember, Verdict
from .telling import tell


@transaction.atomic
def set_startup(*, code: str, by: Person | None, **fields: Any) -> Startup:
    """Makes a start-up or changes its profile."""
    kept = Startup.objects.select_for_update(of=("self",)).filter(code=code).first() or Startup(code=code)
    before = {name: str(getattr(kept, name)) for name in fields} if kept.pk else {}
    for name, value in fields.items():
        setattr(kept, name, value)
    if not kept.name.strip():
        raise Refused(_("A start-up has a name."))
    after = {name: str(getattr(kept, name)) for name in fields}
    if before != after:
        kept.save()
        record(
            by=by,
            room="coworking",
            verb="set_startup",
            about=kept.get_absolute_url(),
            before=before,
            after=after,
            region=kept.region_id or "",
        )
    return kept


@transaction.atomic
def publish_startup(*, startup: Startup, by: Person | None) -> bool:
    """Into the public directory. False when it stands there already."""
    done = Startup.objects.filter(pk=startup.pk, published=None).update(published=timezone.now())
    if done:
        record(by=by, room="coworking", verb="publish_startup", about=startup.get_absolute_url())
    return bool(done)


@transaction.atomic
def end_startup(*, startup: Startup, by: Person | None) -> bool:
    """It is no more, or has left: out of the directory, its keys and agreements end, its history stays."""
    done = Startup.objects.filter(pk=startup.pk, ended=None).update(ended=timezone.now())
    if done:
        source = Source.objects.filter(pk=startup.sandbox_id or 0).first()
        for key in source.keys.filter(revoked=None) if source else ():
            revoke_key(key=key, by=by)
        for agreement in source.agreements.filter(ended=None).select_related("source", "indicator") if source else ():
            end_agreement(agreement=agreement, by=by)
        record(by=by, room="coworking", verb="end_startup", about=startup.get_absolute_url())
    return bool(done)


@transaction.atomic
def add_to_team(
    *, startup: Startup, name: str, by: Person | None, task: str = "", member: Member | None = None, shown: bool = False
) -> TeamMember:
    """Somebody belongs to a start-up. A member of the space is in its team once."""
    if not name.strip():
        raise Refused(_("The person needs a name."))
    known = startup.team.filter(member=member).first() if member else startup.team.filter(member=None, name=name.strip()[:120]).first()
    if known is not None:
        return known
    row = TeamMember.objects.create(startup=startup, member=member, name=name.strip()[:120], task=task.strip()[:120], shown=shown)
    record(by=by, room="coworking", verb="add_to_team", about=startup.get_absolute_url(), after={"shown": shown})
    return row


@transaction.atomic
def take_from_team(*, one: TeamMember, by: Person | None) -> bool:
    """Somebody belongs to a start-up no more. Refused: nobody who can sign in would be left."""
    if one.member_id and not one.startup.team.exclude(pk=one.pk).exclude(member=None).exists():
        raise Refused(_("Nobody else of the team can sign in: somebody stays, so that the start-up is looked after."))
    done, _rows = TeamMember.objects.filter(pk=one.pk).delete()
    if done:
        record(by=by, room="coworking", verb="take_from_team", about=one.startup.get_absolute_url(), before={"shown": one.shown})
    return bool(done)


@transaction.atomic
def name_dataset(*, startup: Startup, indicator: Indicator, what_for: str, by: Person | None) -> DatasetUse:
    """A start-up says on which indicator it builds. Only public ones stand on public pages."""
    row, made = DatasetUse.objects.get_or_create(startup=startup, indicator=indicator, defaults={"what_for": what_for.strip()[:200]})
    if made:
        record(by=by, room="coworking", verb="name_dataset", about=startup.get_absolute_url(), after={"indicator": indicator.code})
    return row


@transaction.atomic
def set_milestone(
    *, startup: Startup, title: str, due: date, by: Person | None, programme: Programme | None = None, public: bool = True
) -> Milestone:
    """What a start-up sets itself to reach by a day. The same title once."""
    if not title.strip():
        raise Refused(_("Say what is to be reached."))
    row, made = Milestone.objects.get_or_create(
        startup=startup, title=title.strip()[:200], defaults={"due": due, "programme": programme, "public": public}
    )
    if made:
        record(
            by=by,
            room="coworking",
            verb="set_milestone",
            about=startup.get_absolute_url(),
            after={"title": row.title, "due": due.isoformat()},
        )
    return row


@transaction.atomic
def reach_milestone(
    *,
    milestone: Milestone,
    day: date,
    by: Person | None,
    jobs: int = 0,
    revenue: Decimal = Decimal(0),
    funding: Decimal = Decimal(0),
    proof: str = "",
) -> Milestone:
    """A start-up reports that it got there, with what came of it. It counts once a steward has checked it."""
    if day > timezone.localdate():
        raise Refused(_("This day is still to come."))
    if jobs < 0 or revenue < 0 or funding < 0:
        raise Refused(_("Revenue and funding are not negative."))
    kept = Milestone.objects.select_for_update(of=("self",)).select_related("startup").get(pk=milestone.pk)
    if kept.checked:
        raise Refused(_("This milestone is checked and stays as it is: report what is new with the next one."))
    kept.reached, kept.jobs, kept.revenue, kept.funding, kept.proof = day, jobs, revenue, funding, proof.strip()[:300]
    kept.save()
    record(
        by=by,
        room="coworking",
        verb="reach_milestone",
        about=kept.startup.get_absolute_url(),
        after={"title": kept.title, "reached": day.isoformat(), "jobs": jobs, "revenue": str(revenue), "funding": str(funding)},
    )
    return kept


@transaction.atomic
def check_milestone(*, milestone: Milestone, by: Person | None) -> bool:
    """A steward has seen the proof: from now on it counts."""
    done = Milestone.objects.filter(pk=milestone.pk, checked=None, reached__isnull=False).update(checked=timezone.now())
    if done:
        record(
            by=by, room="coworking", verb="check_milestone", about=milestone.startup.get_absolute_url(), after={"title": milestone.title}
        )
    return bool(done)


@transaction.atomic
def set_programme(*, code: str, by: Person | None, **fields: Any) -> Programme:
    """Makes a programme or changes one."""
    kept = Programme.objects.select_for_update(of=("self",)).filter(code=code).first() or Programme(code=code)
    before = {name: str(getattr(kept, name)) for name in fields} if kept.pk else {}
    for name, value in fields.items():
        setattr(kept, name, value)
    if kept.call_closes < kept.call_opens or kept.ends < kept.begins:
        raise Refused(_("A call and a programme end on their first day or later."))
    after = {name: str(getattr(kept, name)) for name in fields}
    if before != after:
        kept.save()
        record(by=by, room="coworking", verb="set_programme", about=kept.get_absolute_url(), before=before, after=after)
    return kept


@transaction.atomic
def apply(*, programme: Programme, startup: Startup, text: str, by: Person | None, today: date | None = None) -> Application:
    """A start-up applies while the call is open. Asked twice, the first application stands."""
    day = today or timezone.localdate()
    if not programme.call_opens <= day <= programme.call_closes:
        raise Refused(
            _("The call is open from %(first)s to %(last)s.")
            % {"first": f"{programme.call_opens:%d-%m-%Y}", "last": f"{programme.call_closes:%d-%m-%Y}"}
        )
    row, made = Application.objects.get_or_create(programme=programme, startup=startup, defaults={"text": text.strip()[:5000]})
    if made:
        record(by=by, room="coworking", verb="apply", about=programme.get_absolute_url(), after={"startup": startup.code})
    return row


@transaction.atomic
def decide_application(*, application: Application, accept: bool, by: Person | None, why: str = "") -> bool:
    """Into the cohort or not. Refused: no seat is left, or no reason is given. False when it was decided already."""
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=application.programme_id)
    if accept and programme.applications.filter(verdict=Verdict.ACCEPTED).count() >= programme.seats:
        raise Refused(_("All %(seats)s seats are taken.") % {"seats": programme.seats})
    if not accept and not why.strip():
        raise Refused(_("Say why, so that the start-up can do something about it."))
    verdict = Verdict.ACCEPTED if accept else Verdict.DECLINED
    done = Application.objects.filter(pk=application.pk, verdict=Verdict.SENT).update(verdict=verdict, why=why.strip()[:300])
    if done:
        record(
            by=by,
            room="coworking",
            verb="decide_application",
            about=programme.get_absolute_url(),
            after={"startup": application.startup.code, "verdict": verdict.value},
        )
    return bool(done)


@transaction.atomic
def offer_hour(*, programme: Programme, mentor: str, start: datetime, end: datetime, by: Person | None, topic: str = "") -> MentorHour:
    """A mentor gives an hour. Refused: they have another one at that time."""
    if end <= start or not mentor.strip():
        raise Refused(_("Say who the mentor is, and from when until when."))
    try:
        with transaction.atomic():
            row = MentorHour.objects.create(
                programme=programme, mentor=mentor.strip()[:120], start=start, end=end, topic=topic.strip()[:160]
            )
    except IntegrityError as error:
        raise Refused(_("This mentor has another hour at that time.")) from error
    record(by=by, room="coworking", verb="offer_hour", about=programme.get_absolute_url(), after={"start": start.isoformat()})
    return row


@transaction.atomic
def take_hour(*, hour: MentorHour, startup: Startup, by: Person | None) -> bool:
    """A start-up of the cohort takes an hour: the first who asks has it."""
    if not hour.programme.applications.filter(startup=startup, verdict=Verdict.ACCEPTED).exists():
        raise Refused(_("Mentors' hours are for start-ups of the cohort."))
    if hour.start <= timezone.now():
        raise Refused(_("This time has passed: choose a later one."))
    done = MentorHour.objects.filter(pk=hour.pk, startup=None).update(startup=startup)
    if done:
        record(by=by, room="coworking", verb="take_hour", about=hour.programme.get_absolute_url(), after={"startup": startup.code})
    return bool(done)


@transaction.atomic
def set_event(*, code: str, by: Person | None, **fields: Any) -> Event:
    """Makes an event or changes one; whoever registered is told of another time or place."""
    kept = Event.objects.select_for_update(of=("self",)).filter(code=code).first() or Event(code=code)
    was = {name: getattr(kept, name) for name in fields} if kept.pk else {}
    changed = [name for name, value in fields.items() if name not in was or was[name] != value]
    for name, value in fields.items():
        setattr(kept, name, value)
    if kept.end <= kept.start:
        raise Refused(_("The end must be later than the beginning."))
    if changed:
        kept.save()
        before, after = {name: str(value) for name, value in was.items()}, {name: str(value) for name, value in fields.items()}
        record(by=by, room="coworking", verb="set_event", about=kept.get_absolute_url(), before=before, after=after)
        if was and {"start", "end", "place"} & set(changed):
            tell(kept, "moved", by)
    return kept


@transaction.atomic
def cancel_event(*, event: Event, why: str, by: Person | None, now: datetime | None = None) -> bool:
    """It does not take place; whoever registered is told why. False when it was cancelled before. Refused: over, or no reason."""
    moment = now or timezone.now()
    if not why.strip():
        raise Refused(_("Say why, so that those who wanted to come understand."))
    if event.end <= moment:
        raise Refused(_("This event is over."))
    done = Event.objects.filter(pk=event.pk, cancelled=None).update(cancelled=moment)
    if done:
        record(by=by, room="coworking", verb="cancel_event", about=event.get_absolute_url(), after={"why": why.strip()[:300]})
        tell(event, "cancelled", by, why.strip()[:300])
    return bool(done)


@transaction.atomic
def register_for(*, event: Event, name: str, email: str, now: datetime | None = None) -> bool:
    """Somebody wants to come. Answers the same whether they had registered before. Refused: over, cancelled, or no seat left."""
    moment = now or timezone.now()
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("%(value)s is not an e-mail address.") % {"value": address[:80] or "-"}) from error
    kept = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if kept.cancelled or kept.end <= moment:
        raise Refused(_("This event is over or was cancelled."))
    if kept.registrations.filter(email=address).exists():
        return False
    if kept.registrations.count() >= kept.seats:
        raise Refused(_("All %(seats)s seats are taken.") % {"seats": kept.seats})
    Registration.objects.create(event=kept, name=name.strip()[:200], email=address, made=moment)
    record(by=None, room="coworking", verb="register_for", about=kept.get_absolute_url(), after={"registered": kept.registrations.count()})
    return True


@transaction.atomic
def note_attendance(*, registration: Registration, by: Person | None) -> bool:
    """Somebody came. Noted again, nothing more."""
    done = Registration.objects.filter(pk=registration.pk, came=None).update(came=timezone.now())
    if done:
        record(by=by, room="coworking", verb="note_attendance", about=registration.event.get_absolute_url())
    return bool(done)
