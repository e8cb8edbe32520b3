"""Requests from the field, and what becomes of them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.regions.models import Region

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
    """Somebody in the field needs something. It stays open until it is met, or somebody says that it cannot be."""
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
    return made


@transaction.atomic
def say(*, need: Need, state: str, by: Person, text: str = "") -> Need:
    """How the request stands from now on. Refused: “cannot be met” without the reason, or a word that there is not."""
    kept = Need.objects.select_for_update(of=("self",)).select_related("incident").get(pk=need.pk)
    if state not in NeedState.values:
        raise Refused(_("Say how it stands."))
    if state == NeedState.REFUSED and not text.strip():
        raise Refused(_("Write why it cannot be met."))
    if kept.state == state and not text.strip():
        return kept
    kept.state = NeedState(state)
    kept.save(update_fields=["state"])
    NeedWord.objects.create(need=kept, state=state, text=text.strip()[:300], by=by)
    words = f"{kept.get_state_display()}: {kept.what}" + (f" ({text.strip()})" if text.strip() else "")
    add_line(kept.incident, EntryKind.NOTE, words, by=by, acts=True)
    record(
        by=by,
        room="incidents",
        verb="say_of_request",
        about=kept.incident.get_absolute_url(),
        after={"need": kept.pk, "state": state, "text": text.strip()},
        region=kept.incident.region_id,
    )
    return kept
