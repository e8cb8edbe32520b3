"""Requests from the field, and what becomes of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.notify.actions import send
from pendopo.notify.models import Urgency
from pendopo.regions.models import Region
from pendopo.ui.words import moment_text

from ...cases.actions.changing import held
from ...cases.actions.timeline import add_line
from ...cases.models import EntryKind, Incident
from ..models import Need, NeedState, NeedWord


@transaction.atomic
def ask(
    *,
    incident: Incident,
    what: str,
    by: Person | None,
    region: Region | None = None,
    place: str = "",
    owner: Post | None = None,
    due: datetime | None = None,
    source: str = "",
) -> Need:
    """Somebody in the field needs something. It stays open until it is met, or somebody says that it cannot be; its owner is told."""
    kept = held(incident)
    if not what.strip():
        raise Refused(_("Write what is needed."))
    made = Need.objects.create(
        incident=kept,
        what=what.strip()[:300],
        region=region,
        place=place.strip()[:160],
        owner=owner,
        due=due,
        source=source.strip()[:160],
        by=by,
    )
    add_line(kept, EntryKind.NOTE, _("Needed: %(what)s") % {"what": made.what}, by=by, link=made.get_absolute_url())
    after = {"need": made.pk, "what": made.what, "owner": owner.title if owner else "", "due": due.isoformat() if due else ""}
    record(
        by=by, room="incidents", verb="ask_for", about=kept.get_absolute_url(), after=after, region=region.pk if region else kept.region_id
    )
    _tell(made, by, gettext_noop("Request from the field: %(what)s"))
    return made


@transaction.atomic
def say(*, need: Need, state: str, by: Person, text: str = "", owner: Post | None = None, due: datetime | None = None) -> Need:
    """How the request stands from now on and, where given, who answers for it and until when; the owner is told.

    Refused: “cannot be met” without the reason, or a word that there is not.
    """
    kept = Need.objects.select_for_update(of=("self",)).select_related("incident", "owner").get(pk=need.pk).known_at(timezone.now())
    if state not in NeedState.values:
        raise Refused(_("Say how it stands."))
    if state == NeedState.REFUSED and not text.strip():
        raise Refused(_("Write why it cannot be met."))
    owner, due = owner if owner != kept.owner else None, due if due != kept.due else None
    if kept.state == state and not (text.strip() or owner or due):
        return kept
    kept.state = NeedState(state)
    kept.save(update_fields=["state"])
    NeedWord.objects.create(need=kept, state=state, text=text.strip()[:300], owner=owner, due=due, by=by)
    kept.owner, kept.due = owner or kept.owner, due or kept.due
    words = f"{kept.get_state_display()}: {kept.what}" + (f" ({text.strip()})" if text.strip() else "")
    add_line(kept.incident, EntryKind.NOTE, words, by=by, acts=True)
    record(
        by=by,
        room="incidents",
        verb="say_of_request",
        about=kept.incident.get_absolute_url(),
        after={
            "need": kept.pk,
            "state": state,
            "text": text.strip(),
            "owner": owner.title if owner else "",
            "due": due.isoformat() if due else "",
        },
        region=kept.incident.region_id,
    )
    _tell(kept, by, gettext_noop("Request from the field: %(what)s"), text.strip())
    return kept


def _tell(need: Need, by: Person | None, subject: str, text: str = "") -> None:
    """Who holds the post that answers for it hears of it."""
    if need.owner is None:
        return
    context = {
        "what": need.what,
        "place": need.place or (need.region.name if need.region else ""),
        "incident": need.incident.title,
        "due": moment_text(need.due, ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE) if need.due else "",
        "state": need.state,
        "text": text,
        "exercise": need.incident.exercise,
    }
    send(
        to=[need.owner],
        kind="need",
        subject_template=subject,
        context=context,
        about=need.get_absolute_url(),
        urgency=Urgency.NORMAL,
        by=by,
    )
