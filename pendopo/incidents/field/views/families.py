"""Families in the shelters of an incident, for who writes on its sheet: who stays where, and that one has left."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import require
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ...cases.reading import family
from ...cases.views.page import find
from .. import actions
from ..models import Stay

SHOWN = 300


@require_safe
@opens("incidents.write")
def families(request: PersonRequest, pk: int) -> HttpResponse:
    """Who stays, by shelter; `?text=` narrows to a head of family or a shelter."""
    found = find(request.user, pk)
    require(request.user, "incidents.write", found)
    text = request.GET.get("text", "").replace("\x00", "").strip()[:100]
    staying = Stay.objects.filter(incident__in=family(found), until=None).select_related("shelter__region", "incident")
    stays = staying.filter(head__icontains=text) | staying.filter(shelter__name__icontains=text) if text else staying
    rows = list(stays.order_by("shelter__name", "head")[: SHOWN + 1])
    context = {"incident": found, "stays": rows[:SHOWN], "more": len(rows) > SHOWN, "text": text}
    return render(request, "incidents/field/families.html", context)


@require_POST
@opens("incidents.write")
def leave(request: PersonRequest, pk: int) -> HttpResponse:
    """The family has left the shelter."""
    stay = get_object_or_404(Stay.objects.select_related("incident", "shelter"), pk=pk)
    found = find(request.user, stay.incident_id)
    require(request.user, "incidents.write", found)
    if actions.check_out(stay=stay, by=request.user):
        messages.success(request, _("%(head)s has left %(shelter)s.") % {"head": stay.head, "shelter": stay.shelter.name})
    return redirect("incidents:families", pk=found.pk)
