"""The moment a warning goes out: approved, written as CAP, checked, signed, told."""

import hashlib
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Holding, Person, Post, Role
from pendopo.audit.actions import record
from pendopo.notify import actions as notify
from pendopo.notify.models import Urgency as Loudness
from pendopo.notify.sealing import seal, unseal
from pendopo.regions.logic import ancestors_of
from pendopo.regions.models import BoundaryKind, Level, Region
from pendopo.ui import words

from .. import signing
from ..logic import Problem
from ..message import Area, Message, Words, written
from ..models import MessageType, PublicWarning, SigningKey, Stage, Status
from ..outlines import rings
from ..prose import problems
from ..reading import read
from .drafting import complete, held

# Held while the first key is made, so that two who publish at once sign with one.
KEY_LOCK = 0x63617031
PREFIX = {Level.DISTRICT.value: "Kecamatan", Level.VILLAGE.value: "Desa/Kelurahan"}
MARKS = {Status.EXERCISE.value: "LATIHAN", Status.TEST.value: "UJI COBA"}
ENGLISH_MARKS = {Status.EXERCISE.value: "EXERCISE", Status.TEST.value: "TEST"}
NOTES = {Status.EXERCISE.value: "LATIHAN: bukan peringatan sungguhan.", Status.TEST.value: "UJI COBA saluran: tidak perlu tindakan."}
SIMULATION = "SIMULASI: peragaan, bukan peringatan resmi."


def signing_key() -> tuple[str, str]:
    """The key that signs, and its certificate; made at the first warning, and anew when the installation's own key was replaced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY_LOCK])
    kept = SigningKey.objects.first()
    if kept is not None and (key := unseal(kept.sealed)) is not None:
        return key, kept.certificate
    key, certificate = signing.new_key(settings.CAP_SENDER, timezone.now())
    SigningKey.objects.create(sealed=seal(key), certificate=certificate)
    return key, certificate


def areas_of(regions: list[Region]) -> tuple[Area, ...]:
    """Regions as areas: names and codes always, outlines where an official boundary is known. A schematic one never leaves the house."""
    above = {code for region in regions for code in ancestors_of(region.pk)}
    names = dict(Region.objects.filter(pk__in=above).values_list("pk", "name"))
    levels = dict(Region.objects.filter(pk__in=above).values_list("pk", "level"))
    found = []
    for region in regions:
        chain = [(region.name, region.level)]
        chain += [(names[code], levels[code]) for code in ancestors_of(region.pk) if code in names and levels[code] != Level.PROVINCE]
        name = ", ".join(f"{PREFIX[level]} {name}" if level in PREFIX else name for name, level in chain)
        official = region.boundary if region.boundary_kind == BoundaryKind.OFFICIAL else None
        found.append(Area(name, region.pk, rings(official)))
    return tuple(found)


def references_of(warning: PublicWarning) -> tuple[tuple[str, str, datetime], ...]:
    """The messages before this one in its chain, the oldest first."""
    found, before = [], warning.refers
    while before is not None:
        found.append((before.sender, before.identifier or "", before.sent or before.created))
        before = before.refers
    return tuple(reversed(found))


def message_of(warning: PublicWarning, identifier: str, at: datetime) -> Message:
    """The row as a message that goes out at a moment."""
    mark = MARKS.get(warning.status, "")
    house = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or ""
    note = " ".join(part for part in (NOTES.get(warning.status, ""), SIMULATION if settings.DEMO else "") if part)
    return Message(
        identifier=identifier,
        sender=settings.CAP_SENDER,
        sent=at,
        status=warning.status,
        kind=warning.message_type,
        category=warning.category,
        event=warning.event,
        urgency=warning.urgency,
        severity=warning.severity,
        certainty=warning.certainty,
        headline=f"{mark}: {warning.headline}" if mark else warning.headline,
        description=warning.description,
        instruction=warning.instruction,
        onset=max(warning.onset or at, at),
        expires=warning.expires,
        sender_name=f"Pemerintah {house}".strip(),
        areas=areas_of(list(warning.regions.order_by("code"))),
        responses=tuple(warning.responses),
        references=references_of(warning),
        source=warning.attribution,
        note=note,
        incident=warning.about.strip("/").replace("/", "-"),
        web=f"{settings.SITE_URL}{reverse('alerts:cap-page', args=[identifier])}",
        contact=warning.contact,
        others=_english_of(warning),
    )


def _english_of(warning: PublicWarning) -> tuple[Words, ...]:
    """What it says in English, where its author wrote it; the event stays Indonesian where it has no other word."""
    if not warning.english:
        return ()
    mark, said = ENGLISH_MARKS.get(warning.status, ""), warning.english
    headline = f"{mark}: {said['headline']}" if mark else said["headline"]
    return (Words("en", said.get("event", "") or warning.event, headline, said.get("description", ""), said.get("instruction", "")),)


@transaction.atomic
def approve(*, warning: PublicWarning, by: Person) -> PublicWarning:
    """The warning goes out: signed, on the feed, in the queue of everybody concerned, in the book.

    A real one must have been proposed and is never approved by its author; an exercise and a test may be published by their author. Refused
    as well when it is not complete, when a later message has followed what it is about, or when our own checker finds anything in it.
    """
    kept = held(warning, Stage.PROPOSED, *([Stage.DRAFT] if warning.status != Status.ACTUAL else []))
    if kept.status == Status.ACTUAL and kept.stage != Stage.PROPOSED:
        raise Refused(_("A real warning waits for a second person first: ask for approval."))
    if kept.status == Status.ACTUAL and kept.author_id == by.pk:
        raise Refused(_("You wrote this warning: somebody else must approve it. Who is on duty has been told."))
    now = timezone.now().replace(microsecond=0)
    complete(kept, now)
    if kept.refers is not None:
        PublicWarning.objects.select_for_update(of=("self",)).get(pk=kept.refers.pk)
        if kept.refers.followed_by.filter(stage=Stage.PUBLISHED).exists():
            raise Refused(_("A later message follows this warning already: go on from that one."))
        if kept.refers.status != kept.status:
            raise Refused(_("An exercise and a real warning are never one chain."))
    stamp = now.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y%m%d%H%M%S")
    identifier = f"pendopo-{settings.REGION}-{stamp}-{secrets.token_hex(3)}"
    body = signing.signed(written(message_of(kept, identifier, now), ZoneInfo(settings.TIME_ZONE)), *signing_key())
    _checked(body)
    kept.stage, kept.approved_by, kept.identifier, kept.sender, kept.sent = Stage.PUBLISHED, by, identifier, settings.CAP_SENDER, now
    kept.body, kept.digest = body.decode(), hashlib.sha256(body).hexdigest()
    kept.save()
    after = {
        "identifier": identifier,
        "type": kept.message_type,
        "status": kept.status,
        "severity": kept.severity,
        "headline": kept.headline,
        "digest": kept.digest,
        "regions": list(kept.regions.order_by("code").values_list("pk", flat=True)),
        "about": kept.about,
    }
    record(by=by, room="alerts", verb="published_warning", about=kept.get_public_url(), after=after, region=settings.REGION)
    _tell(kept, by)
    return kept


def _checked(body: bytes) -> None:
    """Refused with the first problem that our checker finds."""
    found = read(body)
    wrong = [found] if isinstance(found, Problem) else problems(found)
    if wrong:
        raise Refused(_("It would not be a valid warning: %(why)s") % {"why": wrong[0].message})


def concerned(regions: list[str], *, real: bool) -> list[Post]:
    """The posts of the warned regions, of those above and below them, and for what is real the watch and leaders of the whole house."""
    places = Q(region=None, agency=None, role__in=[Role.OFFICER, Role.ADMINISTRATOR, Role.VIEWER] if real else [])
    for code in regions:
        places |= Q(region__code=code) | Q(region__code__startswith=f"{code}.") | Q(region__in=ancestors_of(code))
    held_today = Holding.objects.current().values("post")
    return list(Post.objects.filter(places, active=True, pk__in=held_today).order_by("pk"))


LETTER_SUBJECT = gettext_noop("%(kind)s: %(headline)s")


def letter_of(warning: PublicWarning) -> dict[str, str]:
    """What a letter about a warning says: the context of the notice `warning`."""
    mark = MARKS.get(warning.status, "")
    names = {MessageType.ALERT.value: "Peringatan", MessageType.UPDATE.value: "Pembaruan", MessageType.CANCEL.value: "Pembatalan"}
    return {
        "kind": f"{mark} {names[warning.message_type]}".strip(),
        "headline": warning.headline,
        "where": ", ".join(region.name for region in warning.regions.order_by("code")),
        "until": words.moment_text(warning.expires, ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE),
        "description": warning.description,
        "instruction": warning.instruction,
        "source": warning.attribution,
    }


def _tell(warning: PublicWarning, by: Person) -> None:
    real = warning.status == Status.ACTUAL
    notify.send(
        to=concerned(list(warning.regions.values_list("pk", flat=True)), real=real),
        kind="warning",
        subject_template=LETTER_SUBJECT,
        context=letter_of(warning),
        about=warning.get_public_url(),
        urgency=Loudness.URGENT if real else Loudness.NORMAL,
        key=f"warning {warning.identifier}",
        by=by,
    )
