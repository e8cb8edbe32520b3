"""Pages of bookings: find something by time, one thing with its week, one booking, and my own."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.members.models import HouseRules, Member
from pendopo.coworking.places.models import Place, Resource, calendars
from pendopo.ui.door import opens

from . import actions, logic
from .actions import Unavailable, Wish
from .feeds import address_for
from .forms import BookForm, FindForm, WhyForm, initial_of
from .models import Booking, Wait
from .search import Found, find
from .weeks import monday_of, week_of

MOST_SHOWN = 60
FARTHEST_DAYS = 366


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What is free at a time, for so many people; open to everybody. Without a question: the next morning on which a place is open."""
    places = list(Place.objects.filter(active=True).order_by("name"))
    asked = FindForm(request.GET) if "day" in request.GET else FindForm(_next_morning(places))
    found: list[Found] = find(asked.search()) if asked.is_valid() and places else []
    free = [one for one in found if one.free]
    context: dict[str, Any] = {
        "form": asked,
        "places": places,
        "free": free[:MOST_SHOWN],
        "more": max(0, len(free) - MOST_SHOWN),
        "taken": [one for one in found if not one.free][:MOST_SHOWN],
        "searched": asked.is_valid(),
        "tab": "find",
    }
    if asked.is_valid():
        wanted = asked.search()
        context |= {"start": wanted.start, "end": wanted.end, "instead": [] if free else _nearest(found, wanted.start, wanted.end)}
    return render(request, "coworking/find.html", context)


def _next_morning(places: list[Place]) -> dict[str, Any]:
    """Two hours from nine on the next open day."""
    now = timezone.now()
    day = timezone.localdate(now) + timedelta(days=int(timezone.localtime(now).hour >= 15))
    known = calendars(places, now, now + timedelta(days=14))
    coming = (day + timedelta(days=number) for number in range(14))
    first = next((one for one in coming if any(calendar.spans_of(one) for calendar in known.values())), day)
    begin = time(9) if first != timezone.localdate(now) or timezone.localtime(now).hour < 9 else time(timezone.localtime(now).hour + 1)
    return {"day": first.isoformat(), "begin": begin.strftime("%H:%M"), "until": time(begin.hour + 2).strftime("%H:%M"), "people": 1}


def _nearest(found: list[Found], start: datetime, end: datetime) -> list[tuple[Resource, logic.Offer]]:
    if not found:
        return []
    return actions.instead(Wish(found[0].resource, start, end, ""), None, timezone.now())


def _resource(code: str) -> Resource:
    return get_object_or_404(Resource.objects.select_related("place", "floor"), code=code, active=True, place__active=True)


def _day_in(text: str) -> date:
    """The day of an address, or today when it is none or absurdly far away."""
    today = timezone.localdate()
    try:
        found = parse_date(text)
    except ValueError:
        return today
    return found if found and abs((found - today).days) <= FARTHEST_DAYS else today


def _moment_in(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) and abs((found - timezone.now()).days) <= FARTHEST_DAYS else None


def resource(request: HttpRequest, code: str) -> HttpResponseBase:
    """One thing: what it is, its week as a calendar, and the form that books it."""
    found = _resource(code)
    if request.method == "POST":
        return book(request, code)
    zone = ZoneInfo(found.place.zone)
    start, end = _moment_in(request.GET.get("start", "")), _moment_in(request.GET.get("end", ""))
    initial = initial_of(start, end, zone) if start and end and start < end else {}
    return _page(request, found, BookForm(initial=initial, resource=found))


def _page(request: HttpRequest, found: Resource, form: BookForm, gone: Unavailable | None = None, status: int = 200) -> HttpResponse:
    start = _moment_in(request.GET.get("start", ""))
    shown = start.astimezone(ZoneInfo(found.place.zone)).date() if start else _day_in(request.GET.get("week", ""))
    monday = monday_of(shown)
    context = {
        "resource": found,
        "week": week_of(found, monday, request.user, timezone.now()),
        "earlier": monday - timedelta(days=7),
        "later": monday + timedelta(days=7),
        "today": timezone.localdate(),
        "form": form,
        "gone": gone,
        "may_keep": isinstance(request.user, Person) and may(request.user, "coworking.keep", found),
        "rules": _rules_to_accept(request.user),
    }
    return render(request, "coworking/resource.html", context, status=status)


def _rules_to_accept(user: object) -> HouseRules | None:
    member = Member.objects.of(user)
    return member.rules_to_accept() if member else None


@require_POST
@opens("")
def book(request: PersonRequest, code: str) -> HttpResponse:
    """Books it, once or as a series; a refusal shows the nearest alternatives."""
    found = _resource(code)
    form = BookForm(request.POST, resource=found)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    if _rules_to_accept(request.user):
        form.add_error(None, _("There are new house rules: accept them first, then book."))
        return _page(request, found, form, status=409)
    given = form.cleaned_data
    start, end = form.span()
    wish = Wish(found, start, end, given["title"], given["people"])
    try:
        actions.knock(by=request.user)
        if request.POST.get("deed") == "wait":
            actions.wait(wish=wish, by=request.user)
            messages.success(request, _("You are on the waiting list. When it becomes free, it is yours and we tell you."))
            return redirect("coworking:mine")
        if given["repeat"]:
            series, made = actions.book_series(wish=wish, rule=given["repeat"], until=given["last"], skip=given["skip"], by=request.user)
            messages.success(request, ngettext("%(n)s booking was made.", "%(n)s bookings were made.", len(made)) % {"n": len(made)})
            for day, why in series.skipped.items():
                messages.warning(request, f"{date.fromisoformat(day):%d-%m-%Y}: {why}")
            return redirect(made[0])
        booking = actions.book(wish=wish, by=request.user)
    except Unavailable as gone:
        return _page(request, found, form, gone, 409)
    except Refused as why:
        form.add_error(None, str(why))
        return _page(request, found, form, status=409)
    messages.success(
        request, _("Booked.") if booking.state == logic.CONFIRMED else _("A steward is asked: you are told when it is approved.")
    )
    return redirect(booking)


@opens("")
def mine(request: PersonRequest) -> HttpResponse:
    """My bookings to come and past, what I wait for, my pass, and the address of my calendar."""
    now = timezone.now()
    own = Booking.objects.of(request.user).select_related("resource__place", "series")
    member = Member.objects.of(request.user)
    context = {
        "coming": own.active().filter(end__gt=now).order_by("start")[:100],
        "past": own.exclude(state__in=logic.ACTIVE, end__gt=now).filter(start__lt=now).order_by("-start")[:20],
        "waits": Wait.objects.filter(by=request.user, ended=None, end__gt=now).select_related("resource__place"),
        "member": member,
        "rules": member.rules_to_accept() if member else None,
        "passes": member.passes.filter(ended=None, until__gte=timezone.localdate()).select_related("plan") if member else (),
        "feed": address_for(request.user),
        "tab": "mine",
        "now": now,
    }
    return render(request, "coworking/mine.html", context)


def _booking(request: PersonRequest, code: str) -> tuple[Booking, bool]:
    """The booking and whether the reader is a steward there; for the person themselves and for stewards."""
    found = Booking.objects.select_related("resource__place", "by", "series").filter(code=code).first()
    keeper = found is not None and may(request.user, "coworking.keep", found.resource)
    if found is None or not (keeper or found.by_id == request.user.pk):
        raise Http404
    return found, keeper


@require_safe
@opens("")
def booking(request: PersonRequest, code: str) -> HttpResponse:
    """One booking: how it stands and what may be done."""
    return _booking_page(request, *_booking(request, code))


def _booking_page(request: PersonRequest, found: Booking, keeper: bool, gone: Unavailable | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    zone = ZoneInfo(found.resource.place.zone)
    coming = found.series.bookings.active().filter(start__gt=now).order_by("start") if found.series else ()
    form = BookForm(
        initial={**initial_of(found.start, found.end, zone), "title": found.title, "people": found.people}, resource=found.resource
    )
    context = {
        "booking": found,
        "keeper": keeper,
        "coming": coming,
        "gone": gone,
        "form": form,
        "why": WhyForm(),
        "may_check_in": logic.may_check_in(found.state, found.start, found.end, now),
        "may_leave": found.state == logic.HERE and found.start < now < found.end,
        "may_change": found.is_active and found.start > now,
        "may_cancel": found.is_active and found.end > now,
    }
    return render(request, "coworking/booking.html", context, status=status)


@require_POST
@opens("")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Give it back, move it, check in, go early; approve or refuse for stewards."""
    found, keeper = _booking(request, code)
    deed = request.POST.get("deed", "")
    try:
        if deed == "move":
            return _move(request, found, keeper)
        if deed in ("approve", "refuse") and keeper:
            done = actions.approve(booking=found, by=request.user) if deed == "approve" else _refuse(request, found)
        elif deed == "cancel_series" and found.series:
            done = bool(actions.cancel_series(series=found.series, by=request.user))
        elif deed in DEEDS:
            done = DEEDS[deed](booking=found, by=request.user)
        else:
            return redirect(found)
    except Refused as why:
        messages.error(request, str(why))
        return redirect(found)
    if done:
        messages.success(request, _("Done."))
    else:
        messages.warning(request, _("It stood otherwise by now: look at what it says."))
    return redirect(found)


DEEDS = {"cancel": actions.cancel, "check_in": actions.check_in, "leave": actions.leave}


def _refuse(request: PersonRequest, found: Booking) -> bool:
    return actions.refuse(booking=found, by=request.user, why=request.POST.get("why", "").replace("\x00", ""))


def _move(request: PersonRequest, found: Booking, keeper: bool) -> HttpResponse:
    form = BookForm({**request.POST.dict(), "title": found.title, "people": str(found.people)}, resource=found.resource)
    if not form.is_valid():
        messages.error(request, _("Give a day and times."))
        return redirect(found)
    start, end = form.span()
    try:
        actions.move(booking=found, resource=found.resource, start=start, end=end, by=found.by)
    except Unavailable as gone:
        return _booking_page(request, found, keeper, gone, 409)
    messages.success(request, _("The booking has moved."))
    return redirect(found)


@require_POST
@opens("")
def stop_waiting(request: PersonRequest, pk: int) -> HttpResponse:
    """Off the waiting list."""
    actions.stop_waiting(wait=get_object_or_404(Wait, pk=pk, by=request.user), by=request.user)
    return redirect(reverse("coworking:mine"))
