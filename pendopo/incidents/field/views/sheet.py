"""The field sheet of one incident: what is known, and writing more of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.moments.asking import as_of_in, local_text
from pendopo.regions.logic import is_within
from pendopo.regions.models import Region
from pendopo.ui.door import opens

from ...cases.models import Incident
from ...cases.views.lists import ticket
from ...cases.views.page import find
from ...incoming.places import candidates
from ...plans.models import plan_of
from .. import actions
from ..actions import Counted
from ..forms import DamageForm, FamilyForm, MoveForm, NeedForm, PeopleForm, SayForm, ServiceForm, ShelterReportForm, posts_offered
from ..mapping import map_of
from ..models import Need, NeedState, Topic
from ..reading import sheet_of, villages_of

FORMS: dict[str, Callable[..., forms.Form]] = {
    "people": PeopleForm,
    "damage": DamageForm,
    "service": ServiceForm,
    "shelter": ShelterReportForm,
    "family": FamilyForm,
    "move": MoveForm,
    "need": NeedForm,
}
ABOUT_PLACES = ("people", "damage", "service")


@opens("incidents.see")
def sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything that the field has said, each number with its age, its source and its completeness."""
    return page(request, find(request.user, pk))


def page(request: PersonRequest, found: Incident, unfit: tuple[str, forms.Form] | None = None, status: int = 200) -> HttpResponse:
    """The page, now or as it was known at a moment (`?as_of=`), with a form that was refused where there is one."""
    now = timezone.now()
    as_of = as_of_in(request, now)
    known = sheet_of(found, as_of)
    writes = as_of is None and may(request.user, "incidents.write", found) and found.merged_into is None
    context: dict[str, Any] = {
        "incident": found,
        "sheet": known,
        "as_of": as_of,
        "local": local_text(known.at),
        "map": map_of(found, known, request.user),
        "plan": plan_of(found),
        "writes": writes,
        "moves": may(request.user, "incidents.handle", found),
        "forms": _forms(found, request.user.name) if writes else {},
        "posts": posts_offered() if writes and known.open_needs else [],
        "states": [choice for choice in NeedState.choices if choice[0] != NeedState.OPEN],
        "ticket": ticket(),
    }
    if unfit is not None:
        context["forms"][unfit[0]] = unfit[1]
    return render(request, "incidents/field/sheet.html", context, status=status)


def _form(name: str, found: Incident, *args: Any, **kwargs: Any) -> forms.Form:
    more = {"villages": villages_of(found)} if name in ABOUT_PLACES else {}
    return FORMS[name](*args, prefix=name, **more, **kwargs)


def _forms(found: Incident, reporter: str) -> dict[str, forms.Form]:
    return {name: _form(name, found, initial={"source": reporter}) for name in FORMS}


def _people(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    given = form.cleaned_data
    part = {name: given[name] for name in ("sex", "age", "vulnerable")}
    counted = [Counted(Topic.PEOPLE, what, given["region"], number, **part) for what, number in form.told.items()]  # type: ignore[attr-defined]
    actions.report(incident=found, counted=counted, source=given["source"], at=given["at"], by=request.user)


def _damage(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    given = form.cleaned_data
    counted = [Counted(Topic.DAMAGE, given["what"], given["region"], given["number"])]
    actions.report(incident=found, counted=counted, source=given["source"], at=given["at"], by=request.user)


def _service(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    given = form.cleaned_data
    told = {name: given[name] for name in ("what", "region", "state", "place", "note")}
    latitude, longitude = _position(given["place"], given["region"])
    counted = [Counted(Topic.SERVICE, **told, latitude=latitude, longitude=longitude)]
    actions.report(incident=found, counted=counted, source=given["source"], at=given["at"], by=request.user)


def _position(place: str, region: Region) -> tuple[Decimal | None, Decimal | None]:
    """Where a road or service is: at the one landmark or shelter of this village that its name means; else nothing is guessed."""
    known = [one for one in candidates(place) if one.latitude is not None and one.longitude is not None]
    here = [one for one in known if is_within(one.region.pk, region.pk) or is_within(region.pk, one.region.pk)]
    return (here[0].latitude, here[0].longitude) if len(here) == 1 else (None, None)


def _shelter(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    actions.report_shelter(incident=found, by=request.user, **form.cleaned_data)


def _family(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    _stay, words = actions.check_in(incident=found, by=request.user, **form.cleaned_data)
    if words:
        messages.info(request, words)


def _move(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    require(request.user, "incidents.handle", found)
    given = form.cleaned_data
    number = given["number"] if given["way"] == "out" else -given["number"]
    actions.move(incident=found, resource=given["resource"], number=number, note=given["note"], by=request.user)


def _need(found: Incident, form: forms.Form, request: PersonRequest) -> None:
    actions.ask(incident=found, by=request.user, **form.cleaned_data)


DEEDS: dict[str, Callable[[Incident, forms.Form, PersonRequest], None]] = {
    "people": _people,
    "damage": _damage,
    "service": _service,
    "shelter": _shelter,
    "family": _family,
    "move": _move,
    "need": _need,
}


@require_POST
@opens("incidents.write")
def write(request: PersonRequest, pk: int) -> HttpResponse:
    """One word of the field, from one of the forms of the page."""
    found = find(request.user, pk)
    require(request.user, "incidents.write", found)
    name = request.POST.get("do", "")
    if name not in FORMS:
        return redirect("incidents:sheet", pk=found.pk)
    form = _form(name, found, request.POST)
    if not form.is_valid():
        return page(request, found, (name, form), 400)
    try:
        DEEDS[name](found, form, request)
    except Refused as why:
        form.add_error(None, str(why))
        return page(request, found, (name, form), 400)
    return redirect("incidents:sheet", pk=found.pk)


@require_POST
@opens("incidents.write")
def say(request: PersonRequest, pk: int) -> HttpResponse:
    """How a request stands."""
    need = get_object_or_404(Need.objects.select_related("incident"), pk=pk)
    found = find(request.user, need.incident_id)
    require(request.user, "incidents.write", found)
    form = SayForm(request.POST)
    try:
        if form.is_valid():
            actions.say(need=need, by=request.user, **form.cleaned_data)
        else:
            wrong = [str(words[0]) for name, words in form.errors.items() if name != "state"]
            messages.error(request, wrong[0] if wrong else _("Say how it stands."))
    except Refused as why:
        messages.error(request, str(why))
    return redirect(need)
