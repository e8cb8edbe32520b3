"""The log of what came in: writing down, one record with what may be the same, and what becomes of it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import At, may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.regions.models import Level
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago

from ...cases.forms import home_regions
from ...cases.models import Incident
from .. import actions, logic
from ..actions import Said
from ..forms import IncidentForm, RecordFilters, RecordForm
from ..models import Landmark, Photo, Record, State
from ..places import candidates

LOOKED_AT = 200


def find(person: Person, pk: int) -> Record:
    """The record, when the person may see it; else 404."""
    found = Record.objects.visible_to(person).select_related("region__parent", "incident", "need", "same_as", "by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@opens("intake.see")
def log(request: PersonRequest) -> HttpResponse:
    """Everything that came in, the newest first."""
    links = [Link(_("Landmarks"), reverse("incidents:landmarks")), Link(_("Field page"), reverse("incidents:field-page"))]
    if request.user.has_perm("intake.write"):
        links.append(Link(_("Write down a report"), reverse("incidents:new-record")))
    listing = Listing(
        request,
        title=_("Reports that came in"),
        lead=_("Calls, radio, messages and the field. Each becomes part of an incident, a request, or is closed with a reason."),
        queryset=Record.objects.visible_to(request.user).select_related("region", "incident"),
        columns=[
            Column("text", _("Report"), lambda r: r.text[:120], url=Record.get_absolute_url),
            Column(
                "region", _("Where"), lambda r: r.region.name if r.region else r.place or "–", csv_value=lambda r: r.region_id or r.place
            ),
            Column("way", _("How it came"), lambda r: r.get_way_display(), csv_value=lambda r: r.way, sort="way"),
            Column("caller", _("Who reports it"), lambda r: r.caller or r.masked),
            Column("at", _("Said"), lambda r: ago(r.at), csv_value=lambda r: r.at, sort="at"),
            Column("state", _("State"), lambda r: r.get_state_display(), csv_value=lambda r: r.state, sort="state"),
            Column("incident", _("Incident"), lambda r: r.incident.title if r.incident else "–", csv_value=lambda r: r.incident_id),
        ],
        filters=RecordFilters(request.GET),
        links=links,
        csv_name="intake",
        empty_title=_("Nothing came in yet"),
        empty_text=_("Press r on the desk: what, where, Enter."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("intake.write")
def new(request: PersonRequest) -> HttpResponse:
    """What was said is written down and saved, whatever is unclear about it."""
    form = RecordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, _new = actions.take(said=Said(**form.cleaned_data), by=request.user)
            return redirect(made)
        except Refused as why:
            form.add_error(None, str(why))
    return render(request, "incidents/incoming/new.html", {"form": form, **_offered()})


def _offered() -> dict[str, list[Any]]:
    """The places that a field offers while one writes: villages and districts with their codes, landmarks by name."""
    places = [(name, code) for code, name in home_regions().filter(level__in=[Level.VILLAGE, Level.DISTRICT]).values_list("code", "name")]
    known = list(Landmark.objects.select_related("region__parent"))
    often = Counter(one.name.casefold() for one in known)
    return {"places": places, "landmarks": [one.name if often[one.name.casefold()] == 1 else one.label for one in known]}


@opens("intake.see")
def record(request: PersonRequest, pk: int) -> HttpResponse:
    """One record: what was said, what it may be the same as, and what becomes of it."""
    found = find(request.user, pk)
    handles = may(request.user, "intake.write", found) or request.user.has_perm("intake.write") and found.region is None
    context = {
        "record": found,
        "photos": list(found.photos.all()),
        "handles": handles,
        "open": handles and found.state == State.NEW,
        "meant": candidates(found.place) if handles and found.region is None else [],
        "likely": likely(request.user, found) if found.state == State.NEW else [],
        "copies": list(found.copies.all()),
        "number": found.number if handles else found.masked,
        "form": IncidentForm(incidents=_incidents(request.user, found)),
        **(_offered() if handles and found.region is None else {}),
    }
    return render(request, "incidents/incoming/record.html", context)


def _incidents(person: Person, record: Record) -> QuerySet[Incident]:
    return Incident.objects.visible_to(person).active().filter(exercise=record.exercise)


def told(record: Record) -> logic.Told:
    """The record as far as likeness goes."""
    photos = frozenset(photo.original for photo in record.photos.all())
    return logic.Told(record.pk, record.text, record.region_id or "", record.at, record.number, photos)


def likely(person: Person, record: Record) -> list[Record]:
    """The records that may tell the same, the likeliest first."""
    visible = Record.objects.visible_to(person).exclude(state__in=[State.SAME, State.CLOSED]).exclude(pk=record.pk)
    near = visible.filter(at__gte=record.at - logic.WINDOW, at__lte=record.at + logic.WINDOW, exercise=record.exercise)
    rows = {one.pk: one for one in near.select_related("region", "incident").prefetch_related("photos")[:LOOKED_AT]}
    return [rows[key] for key, _score in logic.likely(told(record), (told(one) for one in rows.values()))]


Deed = Callable[[PersonRequest, Record], None]


def _incident(request: PersonRequest, found: Record) -> None:
    form = IncidentForm(request.POST, incidents=_incidents(request.user, found))
    if not form.is_valid():
        raise Refused(_("Choose an incident from the list."))
    actions.to_incident(record=found, incident=form.cleaned_data["incident"], by=request.user)


def _request(request: PersonRequest, found: Record) -> None:
    form = IncidentForm(request.POST, incidents=_incidents(request.user, found))
    if not form.is_valid() or form.cleaned_data["incident"] is None:
        raise Refused(_("A request belongs to an incident: choose one from the list."))
    actions.to_request(record=found, by=request.user, **form.cleaned_data)


def _same(request: PersonRequest, found: Record) -> None:
    number = request.POST.get("as", "")
    if not number.isdecimal():
        raise Refused(_("Say which record it is the same as."))
    actions.same(record=found, as_what=find(request.user, int(number)), by=request.user)


def _place(request: PersonRequest, found: Record) -> None:
    written = request.POST.get("region", "")[:240]
    region = home_regions().filter(pk=written.strip()[:13]).first()
    named = [] if region else candidates(written)
    if region is None and len(named) != 1:
        raise Refused(_("Choose a place from the list."))
    actions.place_at(record=found, region=region or named[0].region, by=request.user)


def _close(request: PersonRequest, found: Record) -> None:
    actions.close(record=found, why=request.POST.get("why", ""), by=request.user)


DEEDS: dict[str, Deed] = {"incident": _incident, "request": _request, "same": _same, "place": _place, "close": _close}


@require_POST
@opens("intake.write")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """What becomes of a record."""
    found = find(request.user, pk)
    deed = DEEDS.get(request.POST.get("do", ""))
    if found.region is not None and not may(request.user, "intake.write", At(found.region.pk)):
        messages.error(request, _("Your post does not reach %(name)s.") % {"name": found.region.name})
    elif deed is not None:
        try:
            deed(request, found)
        except Refused as why:
            messages.error(request, str(why))
    found.refresh_from_db()
    return redirect(found.incident if found.state == State.INCIDENT and found.incident else found)


@require_safe
@opens("incidents.see")
def photo(request: PersonRequest, pk: int) -> FileResponse:
    """One picture, for who may see its record."""
    found = Photo.objects.filter(pk=pk, record__in=Record.objects.visible_to(request.user)).first()
    if found is None:
        raise Http404
    return FileResponse(found.file.open("rb"), content_type="image/jpeg", filename=f"{found.digest[:12]}.jpg")
