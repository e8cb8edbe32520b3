"""Writing a warning up to the moment when a second person is asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.access import VERBS
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Holding, Person, Post
from pendopo.audit.actions import record
from pendopo.notify import actions as notify
from pendopo.notify.models import Urgency as Loudness
from pendopo.regions.models import Region

from .. import kinds
from ..models import Certainty, Level, MessageType, PublicWarning, Stage, Status, Urgency

LONGEST = timedelta(days=7)
ALL_CLEAR_LASTS = timedelta(hours=6)
# What a warning may say in English too.
IN_ENGLISH = ("event", "headline", "description", "instruction")
# What XML cannot carry at all.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Told:
    """What a warning says, as its author writes it."""

    event: str
    headline: str
    expires: datetime
    category: str = "Met"
    status: str = Status.ACTUAL
    urgency: str = Urgency.EXPECTED
    severity: str = Level.SEVERE
    certainty: str = Certainty.LIKELY
    description: str = ""
    instruction: str = ""
    contact: str = ""
    onset: datetime | None = None
    responses: tuple[str, ...] = ()
    regions: Sequence[Region] = field(default=())
    english: Mapping[str, str] = field(default_factory=dict)


def _set(warning: PublicWarning, told: Told) -> None:
    """Writes what was told into the row, without what XML cannot carry."""
    for name in ("event", "headline", "category", "status", "urgency", "severity", "certainty", "description", "instruction", "contact"):
        setattr(warning, name, UNPRINTABLE.sub("", getattr(told, name)).strip())
    english = {name: UNPRINTABLE.sub("", told.english.get(name, "")).strip() for name in IN_ENGLISH}
    warning.english = {name: words for name, words in english.items() if words}
    warning.onset, warning.expires, warning.responses = told.onset, told.expires, list(told.responses)


def _facts(warning: PublicWarning) -> dict[str, object]:
    """What the book keeps of a warning."""
    return {
        "headline": warning.headline,
        "event": warning.event,
        "status": warning.status,
        "severity": warning.severity,
        "type": warning.message_type,
        "expires": warning.expires.isoformat(),
        "regions": [region.pk for region in warning.regions.all()],
    }


@transaction.atomic
def draft(
    *,
    told: Told,
    by: Person,
    about: str = "",
    attribution: str = "",
    refers: PublicWarning | None = None,
    message_type: str = MessageType.ALERT,
) -> PublicWarning:
    """A warning that nobody outside sees yet. It may be unfinished: what is missing is asked for when it is proposed."""
    warning = PublicWarning(
        author=by, about=about[:200], attribution=UNPRINTABLE.sub("", attribution)[:200], refers=refers, message_type=message_type
    )
    _set(warning, told)
    warning.save()
    warning.regions.set(told.regions)
    record(by=by, room="alerts", verb="drafted_warning", about=warning.get_absolute_url(), after=_facts(warning))
    return warning


@transaction.atomic
def follow_up(*, warning: PublicWarning, message_type: str, by: Person, all_clear: bool = False) -> PublicWarning:
    """The draft of an update, an all-clear or a cancellation of what was published, filled with what it said.

    The same draft comes back while it is not published; refused for what was never published or has been followed already.
    """
    kept = PublicWarning.objects.select_for_update(of=("self",)).get(pk=warning.pk)
    if kept.stage != Stage.PUBLISHED:
        raise Refused(_("Only what was published can be updated or cancelled: change the draft itself."))
    if kept.followed_by.filter(stage=Stage.PUBLISHED).exists():
        raise Refused(_("A later message follows this warning already: go on from that one."))
    if kept.message_type == MessageType.CANCEL:
        raise Refused(_("A cancellation ends its chain: write a new warning."))
    waiting = kept.followed_by.filter(stage__in=[Stage.DRAFT, Stage.PROPOSED], message_type=message_type).first()
    if waiting is not None and waiting.is_all_clear == all_clear:
        return waiting
    now = timezone.now()
    told = Told(
        event=kept.event,
        headline=kept.headline,
        expires=max(kept.expires, now + timedelta(hours=1)),
        category=kept.category,
        status=kept.status,
        urgency=kept.urgency,
        severity=kept.severity,
        certainty=kept.certainty,
        description=kept.description,
        instruction=kept.instruction,
        contact=kept.contact,
        responses=tuple(kept.responses),
        regions=list(kept.regions.all()),
        english=kept.english,
    )
    if all_clear or message_type == MessageType.CANCEL:
        told = replace(
            told,
            responses=(kinds.ALL_CLEAR,) if all_clear else (),
            urgency=Urgency.PAST,
            severity=Level.MINOR,
            certainty=Certainty.OBSERVED,
            expires=now + ALL_CLEAR_LASTS,
            description="",
            headline=(f"Aman: {kept.event}" if all_clear else f"Dibatalkan: {kept.headline}")[:160],
            instruction=kinds.END_INSTRUCTION if all_clear else "",
            english=_ended(kept, all_clear),
        )
    return draft(told=told, by=by, about=kept.about, attribution=kept.attribution, refers=kept, message_type=message_type)


def _ended(warning: PublicWarning, all_clear: bool) -> dict[str, str]:
    """The English of an end, where the warning itself had English words."""
    if not warning.english:
        return {}
    event = warning.english.get("event", "") or warning.event
    headline = f"All clear: {event}" if all_clear else f"Cancelled: {warning.english.get('headline', event)}"
    return {"event": event, "headline": headline[:160], "instruction": kinds.END_INSTRUCTION_EN if all_clear else ""}


def held(warning: PublicWarning, *stages: str) -> PublicWarning:
    """The warning under its row's lock; refused when it stands otherwise by now."""
    kept = PublicWarning.objects.select_for_update(of=("self",)).select_related("author", "refers").get(pk=warning.pk)
    if kept.stage not in stages:
        raise Refused(_("The warning stands at “%(stage)s” already: load the page anew.") % {"stage": kept.get_stage_display()})
    return kept


@transaction.atomic
def change(*, warning: PublicWarning, told: Told, by: Person) -> PublicWarning:
    """What a draft says from now on. What was proposed must be sent back first, so that nobody approves what somebody else changes."""
    kept = held(warning, Stage.DRAFT)
    before = _facts(kept)
    _set(kept, told)
    kept.save()
    kept.regions.set(told.regions)
    if before != (after := _facts(kept)):
        record(by=by, room="alerts", verb="changed_warning", about=kept.get_absolute_url(), before=before, after=after)
    return kept


def complete(warning: PublicWarning, now: datetime) -> None:
    """Refused with what is missing or cannot be."""
    if not warning.headline or not warning.event:
        raise Refused(_("Say in a headline what happens."))
    if warning.english and not warning.english.get("headline"):
        raise Refused(_("Say in English too what happens: the headline is missing. Or leave all of the English empty."))
    if not warning.regions.exists():
        raise Refused(_("Choose at least one region that is warned."))
    if not now < warning.expires <= now + LONGEST:
        raise Refused(_("Choose an end in the future, at most 7 days ahead: it can be updated."))
    if warning.onset is not None and warning.onset >= warning.expires:
        raise Refused(_("It cannot end before it begins."))


@transaction.atomic
def propose(*, warning: PublicWarning, by: Person) -> PublicWarning:
    """Asks a second person. Everybody else who may approve is told at once."""
    kept = held(warning, Stage.DRAFT)
    now = timezone.now()
    complete(kept, now)
    kept.stage, kept.proposed, kept.returned = Stage.PROPOSED, now, ""
    kept.save(update_fields=["stage", "proposed", "returned"])
    record(by=by, room="alerts", verb="proposed_warning", about=kept.get_absolute_url(), after=_facts(kept))
    approvers = Post.objects.filter(active=True, role__in=VERBS["warnings.approve"], agency=None)
    people = Person.objects.filter(pk__in=Holding.objects.current().filter(post__in=approvers).values("person")).exclude(pk=kept.author_id)
    notify.send(
        to=people,
        kind="warning-approval",
        subject_template=gettext_noop("Approve a warning: %(headline)s"),
        context={"headline": kept.headline, "author": kept.author.name},
        about=kept.get_absolute_url(),
        urgency=Loudness.URGENT,
        key=f"approve {kept.pk} {now.isoformat()}",
        by=by,
    )
    return kept


@transaction.atomic
def send_back(*, warning: PublicWarning, why: str, by: Person) -> PublicWarning:
    """Back to its author with a reason; the author may also take it back."""
    kept = held(warning, Stage.PROPOSED)
    if not why.strip():
        raise Refused(_("Write why, so that the author knows what to change."))
    kept.stage, kept.proposed, kept.returned = Stage.DRAFT, None, why.strip()[:500]
    kept.save(update_fields=["stage", "proposed", "returned"])
    record(by=by, room="alerts", verb="returned_warning", about=kept.get_absolute_url(), after={"why": kept.returned})
    return kept


@transaction.atomic
def drop(*, warning: PublicWarning, by: Person) -> PublicWarning:
    """The draft is not needed any more; it stays readable."""
    kept = held(warning, Stage.DRAFT, Stage.PROPOSED)
    kept.stage = Stage.DROPPED
    kept.save(update_fields=["stage"])
    record(by=by, room="alerts", verb="dropped_warning", about=kept.get_absolute_url(), after={})
    return kept
