"""What pages and papers ask of an incident: its whole timeline, its checklist, its orders, and the figures that matter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.alerts.cap.models import PublicWarning
from pendopo.alerts.models import Alert, Change
from pendopo.indicators.latest import figure_json, figures
from pendopo.indicators.models import Indicator
from pendopo.network.models import Device, Link, Site
from pendopo.orders.models import Order, Word

from ..callout.models import CallOut
from ..procedures.logic import Mark, Standing, standings
from .models import EntryKind, Incident, StepMark, TimelineEntry, alerts_of

MOST_FIGURES = 12
MOST_PARTS = 30
MOST_LINES = 2000


@dataclass(frozen=True)
class Happened:
    """One line of the timeline as people read it. `late`: when it was written down, where that was much later. `by` is '' for the house."""

    at: datetime
    kind: str
    label: str
    text: str
    by: str
    link: str = ""
    file: str = ""
    file_url: str = ""
    digest: str = ""
    noted: datetime | None = None
    tone: str = ""


def family(incident: Incident) -> list[Incident]:
    """The incident and what was merged into it."""
    return [incident, *incident.merged.all()]


def parts_of(incident: Incident, reader: Person) -> list[Device | Link | Site]:
    """The parts of the network that its alerts lead to, as far as the reader may see both."""
    seen = alerts_of(incident) & Alert.objects.visible_to(reader)
    links = set(seen.filter(link__startswith="/network/").values_list("link", flat=True))
    codes = {link.rsplit("/", 1)[1] for link in links}
    if not codes:
        return []
    found = [one for kind in (Site, Device, Link) for one in kind.objects.visible_to(reader).filter(code__in=codes).order_by("name")]
    return [one for one in found if one.get_absolute_url() in links][:MOST_PARTS]


def timeline(incident: Incident, *, reader: Person | None = None, as_of: datetime | None = None) -> list[Happened]:
    """Everything that happened, the oldest first, as it was written by `as_of`: lines of people and of the house, what its alerts did (with
    a reader: as far as they may see), what became of its orders, and call-outs. As many queries, however long it is."""
    moment = as_of or timezone.now()
    all_of_it = family(incident)
    paths = [one.get_absolute_url() for one in all_of_it]
    lines = TimelineEntry.objects.filter(incident__in=all_of_it, noted__lte=moment).select_related("by")
    found = [_line(entry) for entry in lines[:MOST_LINES]]
    seen = alerts_of(incident) if reader is None else alerts_of(incident) & Alert.objects.visible_to(reader)
    changes = Change.objects.filter(alert__in=seen, at__lte=moment).exclude(state="acknowledged")
    found += [_change(change) for change in changes.select_related("alert", "by").order_by("-id")[:MOST_LINES]]
    words = Word.objects.filter(order__about__in=paths, at__lte=moment).exclude(verb="give").select_related("order__to", "by")
    found += [_word(word) for word in words.order_by("-id")[:MOST_LINES]]
    found += [
        _warning(warning)
        for warning in PublicWarning.objects.published().filter(about__in=paths, sent__lte=moment).select_related("approved_by")
    ]
    for out in CallOut.objects.filter(about__in=paths, started__lte=moment).select_related("answered_by", "started_by"):
        found += _call_out(out, moment)
    return sorted(found, key=lambda one: one.at)


def _line(entry: TimelineEntry) -> Happened:
    late = entry.noted if abs((entry.noted - entry.at).total_seconds()) > 120 else None
    url = f"/incidents/files/{entry.pk}" if entry.file_name else ""
    return Happened(
        entry.at,
        entry.kind,
        str(entry.get_kind_display()),
        entry.text,
        entry.by.name if entry.by else "",
        entry.link,
        entry.file_name,
        url,
        entry.digest,
        late,
    )


def _change(change: Change) -> Happened:
    tone = {"firing": "danger", "ended": "well"}.get(change.state, "attention")
    text = f"{change.alert.name}: {change.word}" + (f", {change.reason}" if change.reason else "")
    return Happened(
        change.at,
        EntryKind.ALERT,
        str(EntryKind.ALERT.label),
        text,
        change.by.name if change.by else "",
        change.alert.get_absolute_url(),
        tone=tone,
    )


def _word(word: Word) -> Happened:
    text = f"{word.order.to.title}: {word.said}, {word.order.what}" + (f" ({word.text})" if word.text else "")
    return Happened(word.at, EntryKind.ORDER, str(EntryKind.ORDER.label), text, word.by.name, word.order.get_absolute_url())


def _warning(warning: PublicWarning) -> Happened:
    by = warning.approved_by.name if warning.approved_by else ""
    return Happened(
        warning.sent or warning.created,
        EntryKind.ALERT,
        str(warning.get_message_type_display()),
        warning.headline,
        by,
        warning.get_absolute_url(),
        tone=warning.tone,
    )


def _call_out(out: CallOut, moment: datetime) -> list[Happened]:
    kind, label, link = EntryKind.CALL, str(EntryKind.CALL.label), out.get_absolute_url()
    found = [Happened(out.started, kind, label, out.subject, out.started_by.name if out.started_by else "", link)]
    if out.ended and out.ended <= moment:
        who = out.answered_by.name if out.answered_by else ""
        text = _("%(name)s answered") % {"name": who} if who else str(out.get_state_display())
        found.append(Happened(out.ended, kind, label, text, who, link, tone="well" if who else "attention"))
    return found


def checklist(incident: Incident, *, at: datetime | None = None) -> list[Standing]:
    """The steps of its pinned procedure as they stand; [] without one."""
    if incident.procedure is None:
        return []
    moment = at or timezone.now()
    marks = StepMark.objects.filter(incident=incident, at__lte=moment).select_related("by")
    said = [Mark(mark.step, mark.state, mark.at, mark.by.name, mark.text) for mark in marks]
    return standings(incident.procedure.spec.steps, said, incident.opened, moment)


def orders_of(incident: Incident) -> list[Order]:
    """Its orders, and those of what was merged into it."""
    paths = [one.get_absolute_url() for one in family(incident)]
    return list(Order.objects.filter(about__in=paths).select_related("to", "by", "post").prefetch_related("words").order_by("due", "pk"))


def _watched(incident: Incident, reader: Person) -> list[Indicator]:
    """The indicators of its alerts and of its kind that the reader may see."""
    codes = set(alerts_of(incident).exclude(indicator="").values_list("indicator", flat=True))
    codes |= set(incident.procedure.spec.figures) if incident.procedure else set()
    return list(Indicator.objects.visible_to(reader).filter(code__in=codes).order_by("code")[:MOST_FIGURES])


def figures_known(incident: Incident, reader: Person, as_of: datetime) -> list[dict[str, Any]]:
    """The figures that matter for it as they were known at a moment, in the shape of GET /api/v1/latest with `name`."""
    watched = {one.code: one for one in _watched(incident, reader)}
    if not watched:
        return []
    regions = [incident.region_id]
    found = figures(list(watched.values()), regions, as_of=as_of)
    return [
        {**figure_json(one, as_of), "name": watched[one.indicator].name, "decimals": watched[one.indicator].decimals}
        for one in found
        if one.value is not None
    ][:MOST_FIGURES]
