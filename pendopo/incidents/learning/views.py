"""Pages of learning: a finding of a review, and the procedure that changes because of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..cases.models import Incident
from ..cases.views.page import find
from ..procedures.logic import WrongProcedure
from ..procedures.models import ProcedureVersion, newest
from ..procedures.views import roles_of
from . import actions
from .forms import AllSteps, StepsFormSet, begins, defined
from .models import Finding


def _find(request: PersonRequest, pk: int) -> Finding:
    """The finding, when the person may see its incident and handles it; else 404 or 403."""
    seen = Finding.objects.filter(pk=pk, incident__in=Incident.objects.visible_to(request.user))
    found = seen.select_related("incident__procedure__procedure", "by").first()
    if found is None:
        raise Http404
    require(request.user, "incidents.handle", found.incident)
    return found


@require_POST
@opens("incidents.handle")
def write(request: PersonRequest, pk: int) -> HttpResponse:
    """A finding of the review of an incident."""
    found = find(request.user, pk)
    require(request.user, "incidents.handle", found)
    try:
        return redirect(
            actions.write_finding(incident=found, text=request.POST.get("text", ""), step=request.POST.get("step", ""), by=request.user)
        )
    except Refused as why:
        messages.error(request, str(why))
    return redirect("incidents:report", pk)


@require_POST
@opens("incidents.handle")
def put_aside(request: PersonRequest, pk: int) -> HttpResponse:
    """Nothing changes because of a finding."""
    found = _find(request, pk)
    try:
        actions.put_aside(finding=found, why=request.POST.get("why", ""), by=request.user)
    except Refused as why:
        messages.error(request, str(why))
    return redirect(found)


@opens("incidents.handle", house=True)
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """The next version of a procedure, prefilled with the newest; of the incident's own kind, or of `?kind=`."""
    found = _find(request, pk)
    if found.settled:
        messages.error(request, _("This finding is settled already."))
        return redirect(found)
    own = found.incident.procedure.procedure.code if found.incident.procedure else ""
    code = request.GET.get("kind") or own
    known = newest()
    base = next((one for one in known if one.procedure.code == code), None)
    forms = _steps(request, base) if base else None
    if base and forms is not None and request.method == "POST" and forms.is_valid():
        try:
            stood = ProcedureVersion.objects.get(procedure=base.procedure, number=int(request.POST.get("base") or 0))
            version = actions.change_procedure(finding=found, base=stood, definition=defined(stood, forms.kept()), by=request.user)
            messages.success(
                request, _("Version %(n)s is in use. Incidents that are open keep the version they began with.") % {"n": version.number}
            )
            return redirect(f"{base.procedure.get_absolute_url()}?version={version.number}")
        except (Refused, WrongProcedure) as why:
            messages.error(request, str(why))
        except (ValueError, ProcedureVersion.DoesNotExist):
            raise Http404 from None
    context = {"finding": found, "base": base, "known": known, "forms": forms}
    return render(request, "incidents/learning/change.html", context)


def _steps(request: PersonRequest, base: ProcedureVersion) -> StepsFormSet:
    roles = list(roles_of(base.spec, get_language() or "id").items())
    given = request.POST if request.method == "POST" else None
    answer = AllSteps(given, initial=begins(base.spec.steps), form_kwargs={"roles": roles})
    assert isinstance(answer, StepsFormSet)
    return answer
