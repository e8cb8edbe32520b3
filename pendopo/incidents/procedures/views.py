"""Pages of procedures: every kind, and one with its steps in the version asked for."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..learning.reading import origin_of
from .logic import Procedure, say
from .models import ProcedureVersion, newest


def roles_of(spec: Procedure, language: str) -> dict[str, str]:
    """The names of its roles."""
    return {code: say(name, language) for code, name in spec.roles.items()}


@opens("incidents.see")
def procedures(request: PersonRequest) -> HttpResponse:
    """Every kind of incident and how many steps its procedure has."""
    return render(request, "incidents/procedures/procedures.html", {"versions": newest()})


@opens("incidents.see")
def procedure(request: PersonRequest, code: str) -> HttpResponse:
    """One procedure, in its newest version or in that of `?version=`."""
    versions = list(ProcedureVersion.objects.filter(procedure__code=code).select_related("procedure"))
    asked = request.GET.get("version", "")
    found = next((one for one in versions if str(one.number) == asked or not asked), None)
    if found is None:
        raise Http404
    language = get_language() or "id"
    roles = roles_of(found.spec, language)
    steps = [
        {
            "do": say(step.do, language),
            "role": roles.get(step.role, ""),
            "within_s": step.within_s,
            "yields": say(step.yields, language),
            "early": step.early,
        }
        for step in found.spec.steps
    ]
    return render(
        request,
        "incidents/procedures/procedure.html",
        {"version": found, "versions": versions, "steps": steps, "came_of": origin_of(found, request.user)},
    )
