"""Pages of programmes and events: the call, the cohort, mentors' hours; coming to an event. Public, with what stewards do there."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import agency_ids_of, may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from . import actions
from .forms import ApplyForm, ComeForm, EventForm, HourForm, ProgrammeForm, places_kept_by
from .models import Application, Event, MentorHour, Milestone, Programme, Registration, Startup


@require_safe
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """A programme: its call, its cohort, its mentors' hours to come."""
    return _programme_page(request, get_object_or_404(Programme, code=code))


def _programme_page(request: HttpRequest, found: Programme, form: ApplyForm | None = None, status: int = 200) -> HttpResponse:
    keeper = isinstance(request.user, Person) and may(request.user, "coworking.keep", found)
    own = Startup.objects.of(request.user)
    today = timezone.localdate()
    applications = found.applications.select_related("startup")
    context = {
        "tab": "startups",
        "programme": found,
        "is_open": found.call_opens <= today <= found.call_closes,
        "cohort": [one.startup for one in applications.filter(verdict="accepted", startup__published__isnull=False)],
        "applications": applications if keeper else (),
        "hours": found.hours.filter(start__gt=timezone.now()).select_related("startup")[:50],
        "own": own,
        "form": form or ApplyForm(own=own),
        "hour_form": HourForm() if keeper else None,
        "keeper": keeper,
    }
    return render(request, "coworking/programme.html", context, status=status)


@require_POST
@opens("")
def act_on_programme(request: PersonRequest, code: str) -> HttpResponse:
    """Applying and taking an hour by start-ups; deciding and offering hours by stewards."""
    found = get_object_or_404(Programme, code=code)
    deed = request.POST.get("deed", "")
    try:
        if deed == "apply":
            form = ApplyForm(request.POST, own=Startup.objects.of(request.user))
            if not form.is_valid():
                return _programme_page(request, found, form, 400)
            actions.apply(programme=found, by=request.user, **form.cleaned_data)
            messages.success(request, _("The application is sent."))
        elif deed == "take":
            _take(request, found)
        elif deed in ("accept", "decline", "offer"):
            require(request.user, "coworking.keep", found)
            _decide(request, found, deed)
    except Refused as why:
        messages.error(request, str(why))
    return redirect(found)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _take(request: PersonRequest, found: Programme) -> None:
    hour = get_object_or_404(MentorHour.objects.select_related("programme"), pk=_number(request, "hour"), programme=found)
    own = get_object_or_404(Startup.objects.of(request.user), pk=_number(request, "startup"))
    if actions.take_hour(hour=hour, startup=own, by=request.user):
        messages.success(request, _("The hour is yours."))
    else:
        messages.warning(request, _("Somebody was quicker: choose another hour."))


def _decide(request: PersonRequest, found: Programme, deed: str) -> None:
    if deed == "offer":
        form = HourForm(request.POST)
        if not form.is_valid():
            raise Refused(_("Say who the mentor is, and from when until when."))
        actions.offer_hour(programme=found, by=request.user, **form.cleaned_data)
    else:
        chosen = get_object_or_404(Application.objects.select_related("startup"), pk=_number(request, "application"), programme=found)
        why = request.POST.get("why", "").replace("\x00", "")
        actions.decide_application(application=chosen, accept=deed == "accept", why=why, by=request.user)
    messages.success(request, _("Done."))


@require_safe
def event(request: HttpRequest, code: str) -> HttpResponse:
    """An event and how to come."""
    return _event_page(request, get_object_or_404(Event.objects.select_related("place"), code=code))


def _event_page(request: HttpRequest, found: Event, form: ComeForm | None = None, status: int = 200) -> HttpResponse:
    keeper = isinstance(request.user, Person) and may(request.user, "coworking.keep", found.place)
    taken = found.registrations.count()
    first = {"name": request.user.name, "email": request.user.email} if isinstance(request.user, Person) else {}
    context = {
        "tab": "startups",
        "event": found,
        "left": max(0, found.seats - taken),
        "is_over": found.end <= timezone.now(),
        "form": form or ComeForm(initial=first),
        "people": found.registrations.all() if keeper else (),
        "keeper": keeper,
    }
    return render(request, "coworking/event.html", context, status=status)


@require_POST
def come(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody wants to come. Who registered before gets the same answer."""
    found = get_object_or_404(Event.objects.select_related("place"), code=code)
    form = ComeForm(request.POST)
    if not form.is_valid():
        return _event_page(request, found, form, 400)
    try:
        if not form.cleaned_data["website"]:
            actions.register_for(event=found, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    except Refused as why:
        form.add_error(None, str(why))
        return _event_page(request, found, form, 409)
    messages.success(request, _("You are expected. Show your name at the entrance."))
    return redirect(found)


@require_POST
@opens("coworking.keep")
def note(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody came to an event."""
    found = get_object_or_404(Registration.objects.select_related("event__place"), pk=pk)
    require(request.user, "coworking.keep", found.event.place)
    actions.note_attendance(registration=found, by=request.user)
    return redirect(found.event)


@opens("coworking.keep")
def work(request: PersonRequest) -> HttpResponse:
    """What waits for a steward: start-ups to publish, milestones to check, applications to decide; new programmes and events."""
    waiting = [one for one in Startup.objects.filter(published=None, ended=None) if may(request.user, "coworking.keep", one)]
    reached = Milestone.objects.filter(reached__isnull=False, checked=None).select_related("startup")
    context = {
        "waiting": waiting,
        "reached": [one for one in reached if may(request.user, "coworking.keep", one.startup)],
        "applications": Application.objects.filter(verdict="sent").select_related("startup", "programme")[:100],
        "programmes": Programme.objects.all()[:20],
        "events": Event.objects.order_by("-start")[:20],
    }
    return render(request, "coworking/startup_work.html", context)


@opens("coworking.keep")
def new_programme(request: PersonRequest) -> HttpResponse:
    """A new programme; the agency of the steward's own place answers for it."""
    first = places_kept_by(request.user).first()
    agency = first.agency_id if first and first.agency_id else min(agency_ids_of(request.user), default=None)
    return _new(
        request, ProgrammeForm(request.POST or None), _("A new programme"), Programme, partial(actions.set_programme, agency_id=agency)
    )


@opens("coworking.keep")
def change_programme(request: PersonRequest, code: str) -> HttpResponse:
    """A programme is changed."""
    found = get_object_or_404(Programme, code=code)
    require(request.user, "coworking.keep", found)
    form = ProgrammeForm(request.POST or None, initial={name: getattr(found, name) for name in ProgrammeForm.base_fields})
    return _change(request, found, form, actions.set_programme)


@opens("coworking.keep")
def new_event(request: PersonRequest) -> HttpResponse:
    """A new event, at a place of which the person is a steward."""
    return _new(request, EventForm(request.POST or None, person=request.user), _("A new event"), Event, actions.set_event)


def _event(request: PersonRequest, code: str) -> Event:
    """An event that the person may change. Raises Http404 and PermissionDenied."""
    found = get_object_or_404(Event.objects.select_related("place"), code=code)
    require(request.user, "coworking.keep", found.place)
    return found


@opens("coworking.keep")
def change_event(request: PersonRequest, code: str) -> HttpResponse:
    """An event is changed; who registered is told of another time or place."""
    found = _event(request, code)
    first = {name: getattr(found, name) for name in EventForm.base_fields}
    form = EventForm(request.POST or None, person=request.user, initial=first)
    return _change(request, found, form, actions.set_event)


@require_POST
@opens("coworking.keep")
def cancel_event(request: PersonRequest, code: str) -> HttpResponse:
    """An event does not take place."""
    found = _event(request, code)
    try:
        if actions.cancel_event(event=found, why=request.POST.get("why", "").replace("\x00", ""), by=request.user):
            messages.success(request, _("Cancelled. Whoever registered is told."))
    except Refused as why:
        messages.error(request, str(why))
    return redirect(found)


def _new(request: PersonRequest, form: Any, title: str, model: Any, verb: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if not model.objects.filter(code=code).exists():
            return _set(request, form, title, verb)
        form.add_error("code", _("There is a “%(code)s” already: choose another code.") % {"code": code})
    return _form(request, form, title)


def _change(request: PersonRequest, found: Any, form: Any, verb: Any) -> HttpResponse:
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        return _set(request, form, found.name, verb)
    return _form(request, form, found.name)


def _set(request: PersonRequest, form: Any, title: str, verb: Any) -> HttpResponse:
    try:
        return redirect(verb(by=request.user, **form.cleaned_data))
    except Refused as why:
        form.add_error(None, str(why))
    return _form(request, form, title)


def _form(request: PersonRequest, form: Any, title: str) -> HttpResponse:
    return render(request, "coworking/form.html", {"title": title, "form": form, "tab": "startups"})
