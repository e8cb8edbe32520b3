"""Verbs of warnings of others: follow a feed, take a message in with its checks, pass it on, put it aside."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree
from shapely import Point, Polygon
from shapely.errors import ShapelyError
from shapely.geometry import shape

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.logic import is_within
from pendopo.regions.models import Region

from ..actions import apply
from ..cap import signing
from ..cap.actions import Told, draft
from ..cap.logic import Problem
from ..cap.models import Certainty, Level, PublicWarning, Status, Urgency
from ..cap.prose import problems
from ..cap.reading import LARGEST_BYTES, read
from ..verdicts import About, fingerprint
from ..verdicts import Verdict as Word
from . import logic
from .models import Feed, Heard, Signature, Verdict
from .reading import Sent, sent_of

ENDS = ("Update", "Cancel")
# A polygon is about a district when it covers so much of it: outlines of neighbours always overlap a little.
LEAST_SHARE = 0.1
NEAR_DEG = 0.03


@transaction.atomic
def set_feed(*, code: str, by: Person | None, **facts: Any) -> Feed:
    """A feed under a code, new or changed."""
    feed = Feed.objects.select_for_update().filter(code=code).first() or Feed(code=code)
    before = {name: getattr(feed, name) for name in facts} if feed.pk else {}
    for name, value in facts.items():
        setattr(feed, name, value)
    feed.full_clean()
    feed.save()
    if before != facts:
        record(by=by, room="alerts", verb="set_feed", about="/warnings/feeds", before=before, after={"code": code, **facts})
    return feed


@transaction.atomic
def note_look(*, feed: Feed, trouble: str, now: datetime) -> bool:
    """That a feed was asked just now, and what was wrong; answers whether that is news: once when it fails, once when well again."""
    kept = Feed.objects.select_for_update().get(pk=feed.pk)
    news = bool(trouble) != bool(kept.trouble)
    kept.looked, kept.trouble = now, trouble[:300]
    kept.heard = kept.heard if trouble else now
    kept.save(update_fields=["looked", "trouble", "heard"])
    if news and trouble:
        record(by=None, room="alerts", verb="feed_failed", about="/warnings/feeds", after={"feed": kept.code, "trouble": kept.trouble})
    elif news:
        record(by=None, room="alerts", verb="feed_well", about="/warnings/feeds", after={"feed": kept.code})
    return news


def take(*, feed: Feed, raw: bytes, address: str = "", now: datetime | None = None) -> Heard | None:
    """A message of a feed: checked, mapped to regions, kept with the verdict. None when it was heard before.

    Order of the checks: size and safety, schema and prose, signature, freshness, what it refers to.
    """
    at = now or timezone.now()
    digest = hashlib.sha256(raw).hexdigest()
    if Heard.objects.filter(feed=feed, digest=digest).exists():
        return None
    text = raw.decode("utf-8", "replace").replace("\x00", "") if len(raw) <= LARGEST_BYTES else ""
    heard = Heard(feed=feed, received=at, address=address[:500], digest=digest, raw=text)
    try:
        with transaction.atomic():
            return _judge(heard, raw, at)
    except IntegrityError:
        return None


def _judge(heard: Heard, raw: bytes, at: datetime) -> Heard | None:
    found = read(raw)
    if isinstance(found, Problem):
        return _refuse(heard, found.code, found.message)
    wrong = problems(found)
    sent = sent_of(found)
    if wrong or sent is None:
        return _refuse(heard, wrong[0].code if wrong else "INVALID_DATE", wrong[0].message if wrong else "")
    _fill(heard, sent)
    heard.signature = _signature(heard.feed, raw)
    if heard.feed.must_be_signed and heard.signature != Signature.RIGHT:
        return _refuse(heard, "SIGNATURE", _("It is not signed by a certificate that we know for this feed."))
    if stale := logic.freshness(sent.sent, sent.expires, at):
        return _refuse(heard, stale.code, stale.message)
    same = Heard.objects.filter(sender=heard.sender, identifier=heard.identifier, sent=heard.sent).exclude(verdict=Verdict.REFUSED)
    if same.exists():
        return _refuse(heard, "CHANGED", _("It has the number of an earlier message and says something else."))
    known = Heard.objects.filter(identifier__in=[identifier for _sender, identifier in sent.references], sender=heard.sender)
    heard.replaces = known.exclude(verdict=Verdict.REFUSED).order_by("-sent").first()
    if sent.kind in ENDS and heard.replaces is None:
        return _refuse(heard, "UNKNOWN_REFERENCE", _("It changes or ends a message that was never heard here."))
    return _keep(heard, regions_of(sent), at)


def _signature(feed: Feed, raw: bytes) -> str:
    tree = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if not signing.is_signed(tree):
        return Signature.NONE
    certificates = [
        part + "-----END CERTIFICATE-----\n" for part in feed.certificates.split("-----END CERTIFICATE-----") if "BEGIN" in part
    ]
    return Signature.RIGHT if signing.holds(tree, certificates) else Signature.UNKNOWN


def _fill(heard: Heard, sent: Sent) -> None:
    heard.identifier, heard.sender, heard.sent, heard.expires = sent.identifier[:300], sent.sender[:300], sent.sent, sent.expires
    heard.status, heard.message_type, heard.category, heard.event = sent.status, sent.kind, sent.category, sent.event[:120]
    heard.urgency, heard.severity, heard.certainty = sent.urgency, sent.severity, sent.certainty
    heard.headline, heard.description, heard.instruction = sent.headline[:300], sent.description, sent.instruction
    heard.area = sent.area_text[:500]


def _refuse(heard: Heard, code: str, reason: str) -> Heard:
    heard.verdict, heard.code, heard.reason = Verdict.REFUSED, code[:40], reason[:500]
    heard.save()
    _note(heard, [])
    return heard


def _keep(heard: Heard, regions: Sequence[str], at: datetime) -> Heard:
    """Kept, waiting for a person where it is about our regions; what it replaces has ended, and the desk hears of it."""
    heard.verdict = Verdict.WAITING if regions and heard.message_type != "Cancel" else Verdict.ELSEWHERE if not regions else Verdict.ENDED
    heard.save()
    heard.regions.set(Region.objects.filter(pk__in=regions))
    if heard.replaces_id:
        Heard.objects.filter(pk=heard.replaces_id, verdict=Verdict.WAITING).update(verdict=Verdict.ENDED, decided=at)
    _note(heard, list(regions))
    if regions and heard.status == "Actual":
        _ring(heard, at)
    return heard


def _note(heard: Heard, regions: list[str]) -> None:
    after = {
        "feed": heard.feed.code,
        "verdict": heard.verdict,
        "code": heard.code,
        "reason": heard.reason,
        "identifier": heard.identifier,
        "digest": heard.digest,
        "signature": heard.signature,
        "regions": regions,
    }
    record(by=None, room="alerts", verb="heard_warning", about=heard.get_absolute_url(), after=after, region=settings.REGION)


def _ring(heard: Heard, at: datetime) -> None:
    """The desk sees it as an alert of its chain; a cancellation ends it."""
    first = heard
    while first.replaces is not None:
        first = first.replaces
    severity = heard.severity if heard.severity in Level.values else Level.MODERATE
    about = About(
        name=heard.headline[:200],
        region=settings.REGION,
        severity=severity,
        group=f"heard {first.pk}",
        link=heard.get_absolute_url(),
        labels={"from": heard.feed.attribution},
    )
    name = fingerprint("heard", f"{first.sender} {first.identifier}", settings.REGION)
    apply(verdicts=[Word(name, heard.message_type != "Cancel", at, about, reason=heard.description[:300])], now=at)


def regions_of(sent: Sent) -> list[str]:
    """Our districts that a message is about: by geocode, by polygon (its outline, else its centre lies in it), by name in the text."""
    districts = list(Region.objects.within(settings.REGION).filter(level="district"))
    codes = {district.pk for district in districts}
    found = {code for code in sent.geocodes if code in codes}
    if any(is_within(settings.REGION, code) for code in sent.geocodes):
        return sorted(codes)
    named = logic.named_in(sent.description, {district.pk: district.name for district in districts})
    if not sent.polygons:
        province = Region.objects.filter(pk=settings.REGION.split(".")[0]).values_list("name", flat=True).first() or ""
        ours = bool(province) and province.casefold() in f"{sent.area_text} {sent.headline}".casefold()
        return sorted(found | named) if ours else sorted(found)
    # A name alone may stand for a place elsewhere (there are several Sooko): it counts near a polygon only.
    near = {district.pk for district in districts if _share(district, sent.polygons, NEAR_DEG) > 0}
    touched = {district.pk for district in districts if _share(district, sent.polygons, 0.0) >= LEAST_SHARE}
    return sorted(found | touched | (named & near))


def _share(district: Region, polygons: Sequence[Polygon], wider: float) -> float:
    """Which part of the district one of the polygons covers at most, 0 to 1; where it has no outline, whether its centre lies inside."""
    wide = [polygon.buffer(wider) if wider else polygon for polygon in polygons]
    try:
        if district.boundary and (area := shape(district.boundary)).area > 0:
            return float(max(area.intersection(polygon).area for polygon in wide) / area.area)
    except (ShapelyError, ValueError, TypeError, KeyError):
        pass
    if district.latitude is None or district.longitude is None:
        return 0.0
    centre = Point(float(district.longitude), float(district.latitude))
    return float(any(polygon.contains(centre) for polygon in wide))


def take_quakes(*, feed: Feed, raw: bytes, now: datetime | None = None) -> list[Heard]:
    """Earthquakes of one answer that were not heard before; those that may have been felt here wait for a decision."""
    at = now or timezone.now()
    try:
        found = logic.quakes(msgspec.json.decode(raw[:LARGEST_BYTES]))
    except msgspec.DecodeError as why:
        raise Refused(_("The answer is not JSON.")) from why
    districts = Region.objects.within(settings.REGION).filter(level="district").exclude(latitude=None).exclude(longitude=None)
    centres = [(code, float(lat), float(lon)) for code, lat, lon in districts.values_list("code", "latitude", "longitude") if lat and lon]
    known = set(Heard.objects.filter(identifier__in=[quake.identifier for quake in found]).values_list("identifier", flat=True))
    return [_take_quake(feed, quake, logic.near(quake, centres), at) for quake in found if quake.identifier not in known]


@transaction.atomic
def _take_quake(feed: Feed, quake: logic.Quake, regions: list[str], at: datetime) -> Heard:
    text = f"Gempa bumi M {quake.magnitude:g}, {quake.where}"
    told = f"Kedalaman {quake.depth}. {quake.potential or ''} {'Dirasakan: ' + quake.felt if quake.felt else ''}".strip()
    heard = Heard(
        feed=feed,
        received=at,
        digest=hashlib.sha256(quake.identifier.encode()).hexdigest(),
        identifier=quake.identifier,
        sender=feed.attribution[:300],
        sent=quake.at,
        status="Actual",
        message_type="Alert",
        category="Geo",
        event="Gempa bumi",
        urgency="Past",
        severity=quake.severity,
        certainty="Observed",
        headline=text[:300],
        description=told,
        area=quake.where[:500],
        expires=quake.at + logic.USUAL,
        raw=msgspec.json.encode(quake).decode(),
    )
    stale = logic.freshness(quake.at, heard.expires, at)
    return _refuse(heard, stale.code, stale.message) if stale else _keep(heard, regions, at)


@transaction.atomic
def pass_on(*, heard: Heard, by: Person) -> PublicWarning:
    """The draft of a warning of our own with its text, regions and attribution; the usual approval follows. Asked again, the same draft."""
    kept = Heard.objects.select_for_update(of=("self",)).select_related("feed", "warning").get(pk=heard.pk)
    if kept.warning is not None:
        return kept.warning
    if kept.verdict != Verdict.WAITING:
        raise Refused(_("It stands at “%(verdict)s” already.") % {"verdict": kept.get_verdict_display()})
    told = Told(
        event=kept.event[:60],
        headline=kept.headline[:140],
        expires=kept.expires or kept.received + logic.USUAL,
        category=kept.category,
        status=kept.status if kept.status in Status.values else Status.TEST,
        description=kept.description[:4000],
        instruction=kept.instruction[:4000],
        urgency=_known(kept.urgency, Urgency),
        severity=_known(kept.severity, Level),
        certainty=_known(kept.certainty, Certainty),
        regions=list(kept.regions.all()),
    )
    made = draft(told=told, by=by, attribution=kept.feed.attribution)
    _decide(kept, Verdict.REPUBLISHED, by)
    Heard.objects.filter(pk=kept.pk).update(warning=made)
    record(by=by, room="alerts", verb="passed_on_warning", about=kept.get_absolute_url(), after={"warning": made.get_absolute_url()})
    return made


def _known(word: str, words: Any) -> str:
    """The word where our own warnings have it, else the most careful of those that they have."""
    return word if word in words.values else {"Unlikely": "Possible"}.get(word, words.values[-1] if words is not Level else "Moderate")


@transaction.atomic
def put_aside(*, heard: Heard, why: str, by: Person) -> Heard:
    """Not for the public, with a reason. It stays readable."""
    kept = Heard.objects.select_for_update(of=("self",)).get(pk=heard.pk)
    if kept.verdict != Verdict.WAITING:
        raise Refused(_("It stands at “%(verdict)s” already.") % {"verdict": kept.get_verdict_display()})
    if not why.strip():
        raise Refused(_("Write why."))
    kept.reason = why.strip()[:500]
    _decide(kept, Verdict.ASIDE, by)
    record(by=by, room="alerts", verb="put_aside_warning", about=kept.get_absolute_url(), after={"why": kept.reason})
    return kept


def _decide(heard: Heard, verdict: str, by: Person) -> None:
    heard.verdict, heard.decided_by, heard.decided = verdict, by, timezone.now()
    heard.save(update_fields=["verdict", "decided_by", "decided", "reason"])
