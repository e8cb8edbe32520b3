"""Availability: the list of agencies, sites, links and devices, the report of one of them, its samples, its disputes."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.holidays import JOINT_LEAVE, days_off, working_calendar
from pendopo.agencies.models import Agency
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import day, moment, number

from ..measures import HOLD, Availability, Interval
from ..models import Device, Dispute, Link, Site, Verdict
from ..usage import LINE_HOLD, samples_of
from .actions import decide_dispute, dispute, may_dispute, place_of
from .forms import AGENCIES, DEVICES, LINKS, SITES, DecideForm, DisputeForm, PeriodFilters
from .logic import overlap_s
from .reading import Picture, Reached, Work, read

PERIODS = (1, 7, 30)
OTHERS: dict[str, type[Site | Link | Device]] = {SITES: Site, LINKS: Link, DEVICES: Device}
MOST_OUTAGES = 200


def percent(share: float | None, decimals: int = 3) -> str:
    """A share in words; a dash for none."""
    return "–" if share is None else f"{number(100 * share, decimals)} %"


def minutes(seconds: float) -> str:
    """Seconds as seconds, minutes or hours in words."""
    if seconds >= 7200:
        return f"{number(seconds / 3600, 1)} {_('h')}"
    return f"{number(seconds / 60)} {_('min')}" if seconds >= 120 or not seconds else f"{number(seconds)} {_('s')}"


@dataclass(frozen=True)
class Asked:
    """What a request asks: of what, between which moments, and what counts of that time."""

    form: PeriodFilters
    since: datetime
    until: datetime
    counted: list[Interval]

    @property
    def query(self) -> str:
        """The period and hours for an address."""
        names = ("since", "until", "hours")
        return urlencode({name: str(self.form.data.get(name) or "") for name in names if self.form.data.get(name)})


def asked(request: PersonRequest) -> Asked:
    """As the request has it, or the last seven days."""
    form = PeriodFilters(request.GET, today=timezone.localdate())
    since, until = form.span(timezone.now())
    return Asked(form, since, until, [(since, until)] if form.around_the_clock else working_calendar().within(since, until))


def _of(picture: Picture, things: str) -> dict[str, Reached]:
    return {AGENCIES: picture.agencies, SITES: picture.sites, LINKS: picture.links, DEVICES: picture.devices}[things]


@dataclass(frozen=True)
class Row:
    """One thing in the list."""

    code: str
    name: str
    beside: str
    url: str
    reached: Reached
    found: Availability
    everything: float | None
    left_out_s: float


def _row(things: str, one: Reached, want: Asked) -> Row:
    thing = one.thing
    address = f"{reverse('network:reach', args=[things, thing.code])}?{want.query}"
    found = one.within(want.counted)
    name = thing.label if isinstance(thing, Agency) else thing.name
    return Row(thing.code, name, _beside(thing), address, one, found, one.everything(want.counted).share, one.left_out_s(want.counted))


def _beside(thing: Agency | Site | Link | Device) -> str:
    site = thing if isinstance(thing, Site) else thing.site if isinstance(thing, Device) else None
    if isinstance(thing, Link):
        return thing.provider or "–"
    return site.agency.label if site is not None and site.agency is not None else "–"


def _columns(things: str, want: Asked) -> list[Column]:
    beside = [] if things == AGENCIES else [Column("beside", _("Provider") if things == LINKS else _("Agency"), lambda r: r.beside)]
    return [
        Column("code", _("Code"), lambda r: r.code, csv_only=True),
        Column("name", _("Name"), lambda r: r.name, url=lambda r: r.url),
        *beside,
        Column("share", _("Availability"), lambda r: percent(r.found.share), numeric=True, csv_value=lambda r: r.found.share),
        Column("lost", _("Not reached"), lambda r: minutes(r.found.lost_s), numeric=True, csv_value=lambda r: r.found.lost_s),
        Column("outages", _("Outages"), lambda r: len(r.found.outages), numeric=True),
        Column("left_out", _("Left out"), lambda r: minutes(r.left_out_s), numeric=True, csv_value=lambda r: r.left_out_s),
        Column("unknown", _("Not measured"), lambda r: minutes(r.found.unknown_s), numeric=True, csv_value=lambda r: r.found.unknown_s),
        Column("everything", _("Nothing left out"), lambda r: percent(r.everything), numeric=True, csv_value=lambda r: r.everything),
        Column("reached", _("Reached"), lambda r: r.found.reached_s, csv_only=True),
        Column("samples", _("Samples"), lambda r: r.reached.samples, csv_only=True),
        Column("since", _("From"), lambda _r: want.since.isoformat(), csv_only=True),
        Column("until", _("To"), lambda _r: want.until.isoformat(), csv_only=True),
    ]


@require_safe
@opens("network.see")
def reached(request: PersonRequest) -> HttpResponse:
    """Availability of every agency, site, link or device, with what is left out of it and what was not measured."""
    want = asked(request)
    things = want.form.things
    picture = read(request.user, want.since, want.until, links=things == LINKS)
    rows = [_row(things, one, want) for one in _of(picture, things).values()]
    rows.sort(key=lambda row: (row.found.share if row.found.share is not None else 2, row.name))
    listing = Listing(
        request,
        title=_("Availability"),
        lead=_(
            "Reached ÷ (reached + not reached) within working hours. Planned work and disputed time are left out and listed; what was "
            "not measured counts as neither and is told."
        ),
        queryset=rows,  # type: ignore[arg-type]
        columns=_columns(things, want),
        filters=want.form,
        csv_name=f"availability-{things}",
        key=lambda r: r.code,
        per_page=500,
        empty_title=_("Nothing was measured yet"),
        empty_text=_("Presence is told each minute once a collector runs."),
    )
    if listing.wants_csv:
        return listing.csv()
    context = {
        "listing": listing,
        "periods": PERIODS,
        "things": things,
        "total": percent(_together([row.found for row in rows])),
        "period": (moment(want.since), moment(want.until)),
        **_excluded(request, picture.devices.values() if things != LINKS else picture.links.values(), want),
    }
    return render(request, "network/availability.html", context)


def _together(found: Sequence[Availability]) -> float | None:
    known = sum(one.reached_s + one.lost_s for one in found)
    return sum(one.reached_s for one in found) / known if known else None


@dataclass(frozen=True)
class Told:
    """A dispute as the page shows it: `counted` is how much of the counted time it is about, `form` how this reader may decide it."""

    row: Dispute
    counted: str
    tone: str
    form: DecideForm | None


def _excluded(request: PersonRequest, found: Any, want: Asked) -> dict[str, Any]:
    """Planned work and disputes of these things, for a page."""
    some = list(found)
    work: set[Work] = {one for reached in some for one in reached.work}
    told: set[Dispute] = {one for reached in some for one in reached.disputes}
    tones = {Verdict.OPEN: "attention", Verdict.ACCEPTED: "known", Verdict.REFUSED: ""}
    disputes = []
    for one in sorted(told, key=lambda row: (row.start, row.pk)):
        deciding = one.verdict == Verdict.OPEN and one.by_id != request.user.pk and may(request.user, "network.change", place_of(one.thing))
        form = DecideForm(auto_id=f"id_{one.pk}_%s") if deciding else None
        disputes.append(Told(one, minutes(overlap_s(want.counted, one.start, one.end)), tones[Verdict(one.verdict)], form))
    shown = [
        (one.name, moment(one.begin), moment(one.end), minutes(overlap_s(want.counted, one.begin, one.end)))
        for one in sorted(work, key=lambda one: (one.begin, one.name))
    ]
    return {"work": shown, "disputes": disputes}


def _thing(request: PersonRequest, things: str, code: str) -> Agency | Site | Link | Device:
    """The thing that an address names; agencies are known to everybody."""
    if things == AGENCIES:
        return get_object_or_404(Agency, code=code)
    if things not in OTHERS:
        raise Http404
    rows: Any = OTHERS[things].objects
    found: Site | Link | Device = get_object_or_404(rows.visible_to(request.user), code=code)
    return found


@require_safe
@opens("network.see")
def reach(request: PersonRequest, of: str, code: str) -> HttpResponse:
    """The report of one agency, site, link or device: its outages, what is left out, the samples, the method."""
    return _report(request, of, code, None)


def _report(request: PersonRequest, of: str, code: str, form: DisputeForm | None) -> HttpResponse:
    thing = _thing(request, of, code)
    want = asked(request)
    one = _of(read(request.user, want.since, want.until, links=of == LINKS), of).get(code)
    found = one.within(want.counted) if one else Availability(0.0, 0.0, 0.0)
    disputable = isinstance(thing, Site | Link) and may_dispute(request.user, thing)
    context = {
        "thing": thing,
        "name": thing.label if isinstance(thing, Agency) else thing.name,
        "of": of,
        "want": want,
        "period": (moment(want.since), moment(want.until)),
        "share": percent(found.share),
        "everything": percent(one.everything(want.counted).share if one else None),
        "facts": [
            (_("Reached"), minutes(found.reached_s)),
            (_("Not reached"), minutes(found.lost_s)),
            (_("Left out"), minutes(one.left_out_s(want.counted) if one else 0)),
            (_("Not measured"), minutes(found.unknown_s)),
        ],
        "outages": _outages(found, want, disputable),
        "measured": one.measured if one else (),
        "days_off": _days_off(want),
        "hours": settings.WORKING_HOURS,
        "hold_min": HOLD.total_seconds() / 60,
        "line_hold_min": LINE_HOLD.total_seconds() / 60,
        "form": form or (DisputeForm(initial=_initial(request)) if disputable else None),
        "asking": form is not None or "start" in request.GET,
        **_excluded(request, [one] if one else [], want),
    }
    return render(request, "network/reach.html", context, status=200 if form is None else 400)


def _outages(found: Availability, want: Asked, disputable: bool) -> list[tuple[Any, Any, str, str]]:
    """Begin, end, how long within what counts, and the address that prepares a dispute."""
    rows = []
    for begin, end in found.outages[-MOST_OUTAGES:]:
        local = [timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") for at in (begin, end)]
        address = f"?{want.query}&start={local[0]}&end={local[1]}#dispute" if disputable else ""
        rows.append((moment(begin), moment(end), minutes(overlap_s(want.counted, begin, end)), address))
    return rows


def _initial(request: PersonRequest) -> dict[str, str]:
    return {name: request.GET[name][:16] for name in ("start", "end") if name in request.GET}


def _days_off(want: Asked) -> list[tuple[Any, str]]:
    """The days off within the period that would have been working days."""
    names = {JOINT_LEAVE: _("joint leave")}
    first, last = timezone.localtime(want.since).date(), timezone.localtime(want.until).date()
    calendar = working_calendar()
    told = sorted((on, kind) for on, kind in days_off().items() if first <= on <= last and calendar.week[on.weekday()])
    return [
        (day(timezone.make_aware(datetime.combine(on, datetime.min.time()))), names.get(kind, _("national holiday"))) for on, kind in told
    ]


@require_safe
@opens("network.see")
def samples(request: PersonRequest, of: str, code: str) -> HttpResponse:
    """The samples behind a report as CSV: each word of presence, and of lines, in the period."""
    thing = _thing(request, of, code)
    want = asked(request)
    one = _of(read(request.user, want.since, want.until, links=of == LINKS), of).get(code)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="samples-{thing.code}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["figure", "device", "interface", "at", "value"])
    for device, _count in one.measured if one else ():
        writer.writerows(samples_of(device, want.since, want.until, lines=of == LINKS))
    return answer


@require_POST
@opens("network.dispute")
def ask(request: PersonRequest, of: str, code: str) -> HttpResponse:
    """A time is disputed."""
    thing = _thing(request, of, code)
    if not isinstance(thing, Site | Link):
        raise Http404
    if not may_dispute(request.user, thing):
        raise PermissionDenied(_("Engineers, stewards of the agency and the provider of the line may dispute."))
    form = DisputeForm(request.POST)
    if form.is_valid():
        try:
            dispute(thing=thing, **form.cleaned_data, by=request.user)
        except Refused as why:
            form.add_error(None, str(why))
    if form.errors:
        return _report(request, of, code, form)
    messages.success(request, _("The time is left out until another person decides."))
    return redirect(f"{reverse('network:reach', args=[of, code])}?{asked(request).query}")


@require_POST
@opens("network.change")
def decide_one(request: PersonRequest, pk: int) -> HttpResponse:
    """Another person decides a dispute."""
    row = get_object_or_404(Dispute.objects.visible_to(request.user).select_related("site", "link__b__site"), pk=pk)
    require(request.user, "network.change", place_of(row.thing))
    form = DecideForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Say what is decided, and why."))
        given = form.cleaned_data
        decide_dispute(row=row, accepted=given["verdict"] == DecideForm.ACCEPT, why=given["why"], by=request.user)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The dispute is decided: %(verdict)s.") % {"verdict": row.get_verdict_display()})
    things = SITES if row.site_id else LINKS
    first, last = (timezone.localtime(at).date().isoformat() for at in (row.start, row.end))
    return redirect(f"{reverse('network:reach', args=[things, row.thing.code])}?since={first}&until={last}")
