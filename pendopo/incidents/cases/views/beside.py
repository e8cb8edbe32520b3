"""The incident beside the faces: procedure, map, figures and decisions in a narrow frame that a meeting room shows."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin

from pendopo.agencies.access import may
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..forms import DecideForm
from ..places import map_of
from ..reading import checklist, figures_known
from .lists import state_words, ticket
from .page import find, step_rows


@xframe_options_sameorigin
@opens("incidents.see")
def beside(request: PersonRequest, pk: int) -> HttpResponse:
    """What people in a meeting about this incident have before their eyes; every part is alive."""
    found = find(request.user, pk)
    steps = step_rows(checklist(found), found)
    regions = list(found.regions.order_by("code"))
    context = {
        "incident": found,
        "state": state_words(found),
        "regions": regions,
        "map": map_of(found, regions),
        "steps": steps,
        "steps_done": sum(step["state"] in ("done", "skipped") for step in steps),
        "figures": [{**one, "at": datetime.fromisoformat(one["at"])} for one in figures_known(found, request.user, timezone.now())],
        "decisions": found.decisions.select_related("by")[:5],
        "handles": may(request.user, "incidents.handle", found),
        "decides": may(request.user, "incidents.decide", found),
        "decide": DecideForm(),
        "back": "beside",
        "ticket": ticket(),
    }
    return render(request, "incidents/cases/beside.html", context)
