"""The one verb that other rooms call: `send`. It writes what must be delivered; the loop `deliver.py` delivers it after commit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import Actor, record

from ..kinds import KINDS
from ..logic import release
from ..models import HIDDEN, Address, Channel, Dispatch, Enclosure, Endpoint, Notice, Urgency, Wishes
from ..sealing import seal, seal_file
from ..writing import words

# The channel on which the delivering loop is woken.
WAKE_CHANNEL = "pendopo_notify"

# One statement decides for everybody, in one order, so that two senders of the same thing neither both win nor wait for each other.
TELL_SQL = """
INSERT INTO notify_told (who, key, at)
SELECT who, %(key)s, %(now)s FROM unnest(%(who)s::text[]) AS who ORDER BY who
ON CONFLICT (who, key) DO UPDATE SET at = excluded.at WHERE notify_told.at <= %(before)s
RETURNING who
"""


@dataclass(frozen=True)
class Way:
    """One address to use: the person or webhook behind it, and when it may be used."""

    channel: str
    target: str
    language: str
    due: datetime
    person: Person | None = None
    address: Address | None = None
    endpoint: Endpoint | None = None


@dataclass(frozen=True)
class Enclosed:
    """A file for a letter: its name, media type and bytes."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Outsider:
    """Somebody without an account, reached by e-mail, or in a browser (`email` is then the digest that `keep_browser` gave)."""

    email: str
    name: str
    language: str = ""
    channel: str = Channel.EMAIL


@transaction.atomic
def send(
    *,
    to: Iterable[Person | Post],
    kind: str,
    subject_template: str,
    context: dict[str, Any],
    about: str,
    urgency: Urgency = Urgency.NORMAL,
    key: str = "",
    by: Actor | None = None,
    enclosed: Enclosed | None = None,
) -> Notice | None:
    """Tells people, and whoever holds the posts today, each in their language and on the ways they wish; the house's webhooks hear it too.

    `subject_template` is English with `%(name)s` from the context; the text is `templates/notify/kinds/<kind>.txt`. `about` is the path
    of the thing. Somebody who heard the same `key` (default: kind and about) within the kind's window is left in peace. Answers the
    notice, or None when nobody was left to tell. Call it inside the transaction of the deed: it is delivered after commit or never.
    With a file (`enclosed`) it goes by e-mail only, and at once: the reader chose its hour.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind} is no kind of notice: add a line to notify/kinds.py and a template notify/kinds/{kind}.txt.")
    now = timezone.now()
    people = [person for person in _people(to) if not _is_muted(person, kind)]
    endpoints = [
        endpoint
        for endpoint in _endpoints(people)
        if endpoint.listens_to(kind) and not (KINDS[kind].personal and endpoint.person_id is None)
    ]
    names = [f"person:{person.pk}" for person in people] + [f"endpoint:{e.pk}" for e in endpoints if e.person_id is None]
    told = tell(names, key=key or f"{kind} {about}", window=KINDS[kind].window, now=now)
    people = [person for person in people if f"person:{person.pk}" in told]
    pks = {person.pk for person in people}
    endpoints = [e for e in endpoints if e.person_id in pks or (e.person_id is None and f"endpoint:{e.pk}" in told)]
    if not people and not endpoints:
        return None
    if enclosed:
        ways = [way for person in people for way in letters_to(person, now)]
    else:
        ways = [way for person in people for way in ways_to(person, urgency, now)] + [_by_endpoint(e, now) for e in endpoints]
    notice = Notice.objects.create(kind=kind, urgency=urgency, about=about[:300], subject=subject_template, context=context, created=now)
    if enclosed:
        Enclosure.objects.create(notice=notice, name=enclosed.name, media_type=enclosed.media_type, body=enclosed.body)
    dispatch(notice, ways)
    record(
        by=by,
        room="notify",
        verb="send",
        about=about[:300],
        after={"notice": notice.pk, "kind": kind, "to": sorted(pks), "dispatches": len(ways)},
    )
    return notice


@transaction.atomic
def write(
    *,
    to: Iterable[Outsider],
    kind: str,
    subject_template: str,
    context: dict[str, Any],
    about: str,
    urgency: Urgency = Urgency.NORMAL,
    by: Actor | None = None,
    enclosed: Enclosed | None = None,
    secret: str = "",
) -> Notice | None:
    """Writes to people outside the directory, at once, with the same log and the same repeats as `send`.

    The log keeps the letter as sent, but for `secret`, such as the key of a personal link: that is for the receiver alone. None when there
    is nobody.
    """
    now = timezone.now()
    ways = [Way(one.channel, one.email, one.language or settings.LANGUAGE_CODE, now) for one in to]
    if not ways:
        return None
    notice = Notice.objects.create(
        kind=kind,
        urgency=urgency,
        about=_without(secret, about)[:300],
        subject=subject_template,
        context={name: _without(secret, value) for name, value in context.items()},
        sealed=seal(secret) if secret else "",
        created=now,
    )
    if enclosed:
        body = seal_file(enclosed.body) if secret else enclosed.body
        Enclosure.objects.create(notice=notice, name=enclosed.name, media_type=enclosed.media_type, body=body)
    dispatch(notice, ways)
    after = {"notice": notice.pk, "kind": kind, "to": [], "dispatches": len(ways)}
    record(by=by, room="notify", verb="send", about=about.partition("?")[0][:300], after=after)
    return notice


def _without(secret: str, value: Any) -> Any:
    return value.replace(secret, HIDDEN) if secret and isinstance(value, str) else value


def _people(to: Iterable[Person | Post]) -> list[Person]:
    """Everybody named or holding a named post today, once, without those who left; with their wishes and addresses."""
    named = list(to)
    now = timezone.now()
    holds = Q(holdings__post__in=[post for post in named if isinstance(post, Post)], holdings__since__lte=now)
    holds &= Q(holdings__until=None) | Q(holdings__until__gt=now)
    by_name = Q(pk__in=[person.pk for person in named if isinstance(person, Person)])
    pks = Person.objects.filter(by_name | holds, is_active=True).values("pk")
    return list(Person.objects.filter(pk__in=pks).select_related("wishes").prefetch_related("addresses").order_by("pk"))


def wishes_of(person: Person) -> Wishes:
    """The person's wishes; those of somebody who never said anything are everything, at any hour, by e-mail."""
    try:
        return person.wishes
    except Wishes.DoesNotExist:
        return Wishes(person=person)


def _is_muted(person: Person, kind: str) -> bool:
    return KINDS[kind].may_mute and kind in wishes_of(person).muted


def _endpoints(people: Collection[Person]) -> list[Endpoint]:
    return list(Endpoint.objects.filter(Q(person=None) | Q(person__in=people), active=True).select_related("person").order_by("pk"))


def tell(who: list[str], *, key: str, window: timedelta, now: datetime) -> set[str]:
    """Notes that these hear of the key now; answers those who had not heard of it within the window. Decided by the database, once."""
    with connection.cursor() as cursor:
        cursor.execute(TELL_SQL, {"who": sorted(who), "key": key[:400], "now": now, "before": now - window})
        return {name for (name,) in cursor.fetchall()}


def ways_to(person: Person, urgency: int, now: datetime) -> list[Way]:
    """The ways a person wishes, and when quiet hours let a notice through. Without any other way the account's e-mail is used."""
    wishes = wishes_of(person)
    due = now
    if urgency < Urgency.URGENT:
        due = release(now.astimezone(ZoneInfo(settings.TIME_ZONE)), wishes.quiet_from, wishes.quiet_until)
    ways = [
        Way(address.channel, address.target, person.language, due, person, address)
        for address in person.addresses.all()
        if address.confirmed and not address.removed and (urgency == Urgency.URGENT or not address.urgent_only)
    ]
    if wishes.email or not ways:
        ways.insert(0, Way(Channel.EMAIL, person.email, person.language, due, person))
    return ways


def letters_to(person: Person, now: datetime) -> list[Way]:
    """The person's e-mail addresses, for a letter that cannot go another way: those wished, else the account's."""
    found = [replace(way, due=now) for way in ways_to(person, Urgency.NORMAL, now) if way.channel == Channel.EMAIL]
    return found or [Way(Channel.EMAIL, person.email, person.language, now, person)]


def _by_endpoint(endpoint: Endpoint, now: datetime) -> Way:
    language = endpoint.person.language if endpoint.person else settings.LANGUAGE_CODE
    return Way(Channel.WEBHOOK, endpoint.url, language, now, endpoint.person, endpoint=endpoint)


def dispatch(notice: Notice, ways: Iterable[Way]) -> list[Dispatch]:
    """Writes one dispatch for each way and wakes the delivering loop at commit."""
    texts: dict[str, tuple[str, str]] = {}
    rows = []
    for way in ways:
        if way.language not in texts:
            texts[way.language] = words(notice.kind, notice.subject, notice.context, way.language)
        subject, text = texts[way.language]
        rows.append(
            Dispatch(
                notice=notice,
                person=way.person,
                address=way.address,
                endpoint=way.endpoint,
                channel=way.channel,
                target=way.target,
                language=way.language,
                subject=subject,
                text=text,
                due=way.due,
                created=notice.created,
            )
        )
    made = Dispatch.objects.bulk_create(rows)
    wake()
    return made


def wake() -> None:
    """Wakes the delivering loop when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")
