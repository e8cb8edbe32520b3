"""Pages for stewards: the day at a place, and setting up places, floors, things, closures and holidays."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.bookings.models import Booking, State
from pendopo.ui.door import opens

from . import actions
from .forms import ClosureForm, FloorForm, HolidayForm, PlaceForm, ResourceForm, initial_of
from .models import Floor, Holiday, Place, Resource
from .views import kiosk_address


def _kept(request: PersonRequest, code: str) -> Place:
    """The place, if the reader keeps it. Raises Http404 or PermissionDenied."""
    found = get_object_or_404(Place, code=code)
    require(request.user, "coworking.keep", found)
    return found


@opens("coworking.keep")
def today(request: PersonRequest) -> HttpResponse:
    """The day at every place of the steward: what waits for approval, who is expected, who is there."""
    kept = [place for place in Place.objects.filter(active=True) if may(request.user, "coworking.keep", place)]
    start = datetime.combine(timezone.localdate(), time(), ZoneInfo(settings.TIME_ZONE))
    of_mine = Booking.objects.filter(resource__place__in=kept).select_related("resource__place", "by")
    rows = of_mine.filter(start__lt=start + timedelta(days=1), end__gt=start).exclude(state__in=[State.CANCELLED, State.REFUSED])
    context = {
        "places": [(place, kiosk_address(place)) for place in kept],
        "pending": of_mine.filter(state=State.PENDING, end__gt=timezone.now()).order_by("start")[:100],
        "rows": rows.order_by("start", "resource__name")[:300],
        "may_add": may(request.user, "coworking.keep"),
    }
    return render(request, "coworking/today.html", context)


@opens("coworking.keep")
def new_place(request: PersonRequest) -> HttpResponse:
    """A new place."""
    form = PlaceForm(request.POST or None, initial={"zone": settings.TIME_ZONE}, within=settings.REGION)
    if request.method == "POST" and form.is_valid() and Place.objects.filter(code=form.cleaned_data["code"]).exists():
        form.add_error("code", _("There is a place with this code: choose another."))
    return _place_form(request, form, _("A new place"), reverse("coworking:today"))


@opens("coworking.keep")
def change_place(request: PersonRequest, code: str) -> HttpResponse:
    """A place as it is set up."""
    found = _kept(request, code)
    form = PlaceForm(request.POST or None, initial=initial_of(found, PlaceForm), within=settings.REGION)
    form.fields["code"].disabled = True
    return _place_form(request, form, found.name, reverse("coworking:setup", args=[code]))


def _place_form(request: PersonRequest, form: PlaceForm, title: str, back: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if not may(request.user, "coworking.keep", Place(agency=given["agency"], region=given["region"])):
            form.add_error("agency", _("Your post does not reach there: choose your own agency or region."))
        else:
            try:
                made = actions.set_place(code=given.pop("code"), by=request.user, **given)
                messages.success(request, _("Saved."))
                return redirect("coworking:setup", made.code)
            except Refused as why:
                form.add_error("hours", str(why))
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": back})


@opens("coworking.keep")
def setup(request: PersonRequest, code: str) -> HttpResponse:
    """What a place consists of, and what may be changed: floors, things, closures, holidays."""
    found = _kept(request, code)
    context = {
        "place": found,
        "floors": found.floors.order_by("level"),
        "things": found.resources.select_related("floor").order_by("kind", "name"),
        "closures": found.closures.filter(end__gt=timezone.now()),
        "holidays": Holiday.objects.filter(day__gte=timezone.localdate(), place=None)
        | found.holidays.filter(day__gte=timezone.localdate()),
        "closure_form": ClosureForm(),
        "holiday_form": HolidayForm(initial={"place": found.pk}),
        "floor_form": FloorForm(),
        "kiosk": kiosk_address(found),
    }
    return render(request, "coworking/setup.html", context)


@opens("coworking.keep")
def floor(request: PersonRequest, code: str, pk: int = 0) -> HttpResponse:
    """A floor: its name, its storey, its plan."""
    found = _kept(request, code)
    known = get_object_or_404(Floor, pk=pk, place=found) if pk else None
    initial = {"name": known.name, "level": known.level} if known else {}
    form = FloorForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        body = given["plan"].read() if given["plan"] else b""
        try:
            actions.set_floor(place=found, name=given["name"], level=given["level"], plan=body, floor=known, by=request.user)
            messages.success(request, _("Saved."))
            return redirect("coworking:setup", code)
        except Refused as why:
            form.add_error("plan", str(why))
    return _form(request, form, known.name if known else _("A new floor"), code, files=True)


@opens("coworking.keep")
def thing(request: PersonRequest, code: str, thing: str = "") -> HttpResponse:
    """Something to book."""
    found = _kept(request, code)
    known = get_object_or_404(Resource, code=thing, place=found) if thing else None
    form = ResourceForm(request.POST or None, initial=initial_of(known, ResourceForm) if known else {}, place=found)
    if known:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        wanted = given.pop("code")
        if not known and Resource.objects.filter(code=wanted).exists():
            form.add_error("code", _("There is a “%(code)s” already: choose another code.") % {"code": wanted})
        else:
            actions.set_resource(code=wanted, place=found, by=request.user, **given)
            messages.success(request, _("Saved."))
            return redirect("coworking:setup", code)
    return _form(request, form, known.name if known else _("A new thing to book"), code)


def _form(request: PersonRequest, form: forms.Form, title: str, code: str, *, files: bool = False) -> HttpResponse:
    back = reverse("coworking:setup", args=[code])
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": back, "files": files})


@require_POST
@opens("coworking.keep")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Closes or reopens the place, adds, moves or drops a holiday. What was booked then is taken back, and people are told."""
    found = _kept(request, code)
    deed = request.POST.get("deed", "")
    form: Any = {"close": ClosureForm, "holiday": HolidayForm}.get(deed, forms.Form)(request.POST)
    try:
        count = _deed(request, found, deed, form)
    except Refused as why:
        messages.error(request, str(why))
        return redirect("coworking:setup", code)
    if count is None:
        messages.error(request, _("This could not be read: fill in every field."))
    else:
        told = ngettext("Done. %(n)s booking was taken back.", "Done. %(n)s bookings were taken back.", count) % {"n": count}
        messages.success(request, told)
    return redirect("coworking:setup", code)


def _deed(request: PersonRequest, found: Place, deed: str, form: Any) -> int | None:
    """How many bookings were taken back; None when the form cannot be read."""
    by, pk = request.user, request.POST.get("pk", "")
    row = int(pk) if pk.isdecimal() and len(pk) < 10 else 0
    if deed == "reopen":
        for closure in found.closures.filter(pk=row):
            actions.reopen_place(closure=closure, by=by)
        return 0
    if deed == "drop":
        for holiday in _holidays(request, found, row):
            actions.drop_holiday(holiday=holiday, by=by)
        return 0
    if deed == "national":
        days, taken = actions.take_over_holidays(place=found, by=by)
        messages.success(request, ngettext("%(n)s holiday is new.", "%(n)s holidays are new.", days) % {"n": days})
        return taken
    if not form.is_valid() or deed not in ("close", "holiday"):
        return None
    given = form.cleaned_data
    if deed == "close":
        return actions.close_place(place=found, **given, by=by)[1]
    if given["place"] is None:
        require(by, "coworking.keep")
    elif given["place"] != found:
        require(by, "coworking.keep", given["place"])
    moved = list(_holidays(request, found, row))
    if moved:
        return actions.move_holiday(holiday=moved[0], day=given["day"], by=by)
    return actions.add_holiday(**given, by=by)[1]


def _holidays(request: PersonRequest, found: Place, pk: int) -> list[Holiday]:
    """The holiday, if it is one of this place, or one of all places and the reader keeps them all."""
    rows = Holiday.objects.filter(pk=pk)
    return list(rows if may(request.user, "coworking.keep") else rows.filter(place=found))
