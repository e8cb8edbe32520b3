"""Verbs of members: register, let in, refuse, end; plans and passes; visitors; house rules; vouchers."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused, add_person
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Place
from pendopo.regions.models import Region

from .models import HouseRules, Member, Pass, Plan, Standing, Visitor, Voucher

# Letters and digits that nobody confuses on paper.
CLEAR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_VOUCHERS = 200
MOST_WAITING = 500
VISITOR_DAYS = 30


def _code(length: int) -> str:
    return "".join(secrets.choice(CLEAR) for _letter in range(length))


@transaction.atomic
def register(
    *,
    name: str,
    email: str,
    rules: HouseRules | None,
    phone: str = "",
    village: Region | None = None,
    startup_name: str = "",
    woman: bool = False,
    about: str = "",
    by: Person | None = None,
) -> Member:
    """Asks for membership; a steward decides. Somebody with an account registers for it. Asked twice, the first request stands; who
    comes back goes on with the first registration and its history.

    Answers of a stranger never tell whether an address is known: the same request is answered the same way.
    """
    address = (by.email if by else email).strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("%(value)s is not an e-mail address.") % {"value": address[:80] or "-"}) from error
    if not name.strip():
        raise Refused(_("The person needs a name."))
    mine = Q(email=address) | Q(person=by) if by else Q(email=address)
    known = Member.objects.select_for_update(of=("self",)).filter(mine).order_by("-pk").first()
    if known is not None and known.standing in (Standing.APPLIED, Standing.ACTIVE):
        return known
    if Member.objects.filter(standing=Standing.APPLIED).count() >= MOST_WAITING:
        raise Refused(_("Too many requests wait at the moment: try again tomorrow."))
    asked = known or Member(code=_code(8), email=address)
    asked.person, asked.name, asked.phone, asked.village = asked.person or by, name.strip()[:200], phone.strip()[:40], village
    asked.startup_name, asked.woman, asked.about, asked.rules = startup_name.strip()[:120], woman, about.strip()[:500], rules
    asked.standing, asked.applied, asked.ended, asked.why = Standing.APPLIED, timezone.now(), None, ""
    asked.save()
    record(by=by, room="coworking", verb="register", about=asked.get_absolute_url(), after={"rules": rules.pk if rules else None})
    return asked


@transaction.atomic
def let_in(*, member: Member, by: Person) -> Member:
    """A steward says yes: whoever has no account gets one, without a post and without a password until they follow their invitation."""
    kept = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if kept.standing == Standing.ACTIVE:
        return kept
    if kept.standing != Standing.APPLIED:
        raise Refused(_("This request was decided already: let the person register again."))
    kept.person = kept.person or Person.objects.filter(email=kept.email).first() or add_person(by=by, email=kept.email, name=kept.name)
    if Member.objects.filter(person=kept.person).exclude(pk=kept.pk).exists():
        raise Refused(_("%(name)s is known under another address already: look for that registration.") % {"name": kept.person.name})
    kept.standing, kept.joined = Standing.ACTIVE, timezone.now()
    kept.save()
    record(by=by, room="coworking", verb="let_in", about=kept.get_absolute_url(), after={"person": kept.person.pk})
    return kept


@transaction.atomic
def turn_away(*, member: Member, by: Person, why: str) -> bool:
    """A steward says no, and why."""
    if not why.strip():
        raise Refused(_("Say why, so that the person can do something about it."))
    return _end(member, "turn_away", Standing.APPLIED, Standing.REFUSED, by, why)


@transaction.atomic
def end_membership(*, member: Member, by: Person, why: str = "") -> bool:
    """A membership ends; bookings to come stay until they are given back."""
    return _end(member, "end_membership", Standing.ACTIVE, Standing.ENDED, by, why)


def _end(member: Member, verb: str, of: Standing, to: Standing, by: Person, why: str) -> bool:
    done = Member.objects.filter(pk=member.pk, standing=of).update(standing=to, ended=timezone.now(), why=why.strip()[:300])
    if done:
        record(by=by, room="coworking", verb=verb, about=member.get_absolute_url(), after={"why": why.strip()[:300]})
    return bool(done)


@transaction.atomic
def set_plan(*, code: str, by: Person | None, **fields: Any) -> Plan:
    """Makes a plan or changes one; passes that were given follow it."""
    kept = Plan.objects.select_for_update().filter(code=code).first() or Plan(code=code)
    before = {name: str(getattr(kept, name)) for name in fields} if kept.pk else {}
    for name, value in fields.items():
        setattr(kept, name, value)
    after = {name: str(getattr(kept, name)) for name in fields}
    if before != after:
        kept.save()
        record(by=by, room="coworking", verb="set_plan", about=f"/coworking/plans/{code}", before=before, after=after)
    return kept


@transaction.atomic
def give_pass(*, member: Member, plan: Plan, since: date, by: Person | None, days: int = 0) -> Pass:
    """A member has a plan from a day on, for as many days as the plan says. Asked twice for one day, one pass."""
    if member.standing != Standing.ACTIVE:
        raise Refused(_("Only a member can have a pass: let the person in first."))
    until = since + timedelta(days=(days or plan.days) - 1)
    row, made = Pass.objects.get_or_create(member=member, plan=plan, since=since, ended=None, defaults={"until": until})
    if made:
        record(
            by=by,
            room="coworking",
            verb="give_pass",
            about=member.get_absolute_url(),
            after={"plan": plan.code, "since": since.isoformat(), "until": until.isoformat()},
        )
    return row


@transaction.atomic
def end_pass(*, held: Pass, by: Person) -> bool:
    """A pass holds no longer."""
    done = Pass.objects.filter(pk=held.pk, ended=None).update(ended=timezone.now())
    if done:
        record(by=by, room="coworking", verb="end_pass", about=held.member.get_absolute_url(), before={"plan": held.plan.code})
    return bool(done)


@transaction.atomic
def announce_visitor(*, place: Place, name: str, day: date, by: Person, agency: str = "") -> Visitor:
    """Somebody expects a guest."""
    if not name.strip():
        raise Refused(_("Say who comes."))
    if not timezone.localdate() <= day <= timezone.localdate() + timedelta(days=90):
        raise Refused(_("Choose today or a day within 90 days."))
    row = Visitor.objects.create(place=place, host=by, name=name.strip()[:200], agency=agency.strip()[:200], day=day)
    record(by=by, room="coworking", verb="announce_visitor", about=place.get_absolute_url(), after={"day": day.isoformat()})
    return row


@transaction.atomic
def note_visitor(*, visitor: Visitor, by: Person, now: datetime | None = None) -> bool:
    """A guest has come; noted again, they have gone."""
    moment = now or timezone.now()
    came = Visitor.objects.filter(pk=visitor.pk, came=None).update(came=moment)
    went = 0 if came else Visitor.objects.filter(pk=visitor.pk, went=None).update(went=moment)
    if came or went:
        record(by=by, room="coworking", verb="note_visitor", about=visitor.place.get_absolute_url(), after={"came": bool(came)})
    return bool(came or went)


@transaction.atomic
def forget_visitors(*, today: date | None = None) -> int:
    """Takes out the names of guests whose day is more than 30 days past; answers how many."""
    day = (today or timezone.localdate()) - timedelta(days=VISITOR_DAYS)
    count = Visitor.objects.filter(day__lt=day).exclude(name="").update(name="", agency="")
    if count:
        record(by=None, room="coworking", verb="forget_visitors", about="/coworking/visitors", after={"visitors": count})
    return count


@transaction.atomic
def write_rules(*, text: str, by: Person | None) -> HouseRules:
    """A new version of the house rules; members accept it before they book next. The same text twice is one version."""
    if not text.strip():
        raise Refused(_("Write the rules."))
    newest = HouseRules.objects.first()
    if newest is not None and newest.text == text.strip():
        return newest
    row = HouseRules.objects.create(text=text.strip())
    record(by=by, room="coworking", verb="write_rules", about="/coworking/rules", after={"version": row.pk})
    return row


@transaction.atomic
def accept_rules(*, member: Member, rules: HouseRules, by: Person) -> bool:
    """A member has read the newest rules."""
    done = Member.objects.filter(pk=member.pk).exclude(rules=rules).update(rules=rules)
    if done:
        record(by=by, room="coworking", verb="accept_rules", about=member.get_absolute_url(), after={"version": rules.pk})
    return bool(done)


@transaction.atomic
def make_vouchers(*, place: Place, count: int, since: date, until: date, by: Person) -> list[Voucher]:
    """Codes for the network of a place, to print. The network's own portal is given the list; the book keeps only how many."""
    if not 1 <= count <= MOST_VOUCHERS:
        raise Refused(_("Make 1 to %(most)s at a time.") % {"most": MOST_VOUCHERS})
    if until < since:
        raise Refused(_("The last day comes after the first."))
    rows = Voucher.objects.bulk_create(Voucher(place=place, code=_code(10), since=since, until=until) for _number in range(count))
    record(
        by=by,
        room="coworking",
        verb="make_vouchers",
        about=place.get_absolute_url(),
        after={"count": count, "since": since.isoformat(), "until": until.isoformat()},
    )
    return rows
