"""The pages of one site, one device, one link, and the step that moves a site or link on."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may, may_somewhere, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..actions import Proof, advance
from ..figures.reading import is_beyond, shown, usage_effectiveness
from ..forms import StepForm
from ..graph import lost, way
from ..logic import speed_text
from ..models import Configuration, Device, Link, LogEvent, Site, SiteKind, State, Step
from ..reading import read_network
from ..standing import NEVER, standings, state_of_span
from ..usage import loads
from .overview import detours, in_names, ticket
from .reports import DAY, EVERY_S, traffic_chart

TONES = {State.IN_SERVICE: "well", State.RETIRED: "", State.PLANNED: ""}


def tone(state: str) -> str:
    """The state of the stylesheet for how far a thing has come."""
    return TONES.get(State(state), "known")


def _site(person: Person, code: str) -> Site:
    seen = Site.objects.visible_to(person).select_related("agency", "region__parent")
    found = seen.defer("region__boundary", "region__parent__boundary").filter(code=code).first()
    if not isinstance(found, Site):
        raise Http404
    return found


def _link(person: Person, code: str) -> Link:
    found = Link.objects.visible_to(person).select_related("a__site", "b__site", "a_interface", "b_interface").filter(code=code).first()
    if not isinstance(found, Link):
        raise Http404
    return found


@opens("network.see")
def site(request: PersonRequest, code: str) -> HttpResponse:
    """One site: its devices and how they stand, its power and sensors, its steps into service."""
    return _site_page(request, _site(request.user, code))


def _site_page(request: PersonRequest, found: Site, form: StepForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    known, told = standings(now), shown(now)
    context = {
        "site": found,
        "tone": tone(found.state),
        "devices": [(one, known.get(one.code, NEVER)) for one in found.devices.all()],
        "units": [(unit, told.get(unit.code), unit.code in told and is_beyond(unit, told[unit.code])) for unit in found.units.all()],
        "effectiveness": usage_effectiveness(now) if found.kind == SiteKind.DATA_CENTRE else None,
        "ticket": ticket(),
        **_steps(request.user, found, form),
    }
    return render(request, "network/site.html", context, status=status)


def _steps(person: Person, thing: Site | Link, form: StepForm | None) -> dict[str, Any]:
    changing = may(person, "network.change", place_of(thing))
    return {
        "steps": thing.steps.select_related("by"),
        "form": (form or StepForm(state=thing.state)) if changing else None,
        "may_change": changing,
    }


@opens("network.see")
def device(request: PersonRequest, code: str) -> HttpResponse:
    """One device: how it stands, its way to the core, its interfaces and links, and who is affected when it fails."""
    found = Device.objects.visible_to(request.user).select_related("site__agency").filter(code=code).first()
    if not isinstance(found, Device):
        raise Http404
    graph, names = read_network()
    steps = way(graph, code) if code in graph.sites else None
    links = [*found.links_a.select_related("b", "b__site"), *found.links_b.select_related("a", "a__site")]
    context = {
        "device": found,
        "standing": standings(timezone.now()).get(code, NEVER),
        "ports": [(port, speed_text(port.speed_bps)) for port in found.interfaces.select_related("agency")],
        "links": [(one, one.b if one.a_id == found.pk else one.a, tone(one.state)) for one in links],
        "way": [(step, names.links[step]) for step in steps or ()],
        "cut_off": steps is None,
        "is_root": code in graph.roots,
        "loss": in_names(lost(graph, devices={code}), names),
        "address": found.address if may_somewhere(request.user, "network.change") else None,
        "ticket": ticket(),
        "configuration": Configuration.objects.visible_to(request.user).filter(device=found).defer("text").first(),
        "log": LogEvent.objects.visible_to(request.user).filter(device=found)[:5],
    }
    return render(request, "network/device.html", context)


@opens("network.see")
def link(request: PersonRequest, code: str) -> HttpResponse:
    """One link: what it is made of, who is affected when it is cut, who has another way, its steps into service."""
    return _link_page(request, _link(request.user, code))


def _link_page(request: PersonRequest, found: Link, form: StepForm | None = None, status: int = 200) -> HttpResponse:
    graph, names = read_network()
    code = known = found.code if found.code in graph.by_code else ""
    now = timezone.now()
    states = standings(now)
    (load,) = loads([found], now - DAY, now) or (None,)
    context = {
        "link": found,
        "chart": traffic_chart(found, (load.inward, load.outward), now - DAY, now, EVERY_S) if load else None,
        "tone": tone(found.state),
        "capacity": speed_text(found.capacity_bps),
        "now": state_of_span(graph, code, states) if known else "",
        "loss": in_names(lost(graph, {code}), names) if known else None,
        "detours": detours(graph, names, {code}, set()) if known else [],
        "sharing": [
            (duct, sorted((one, names.links[one]) for one in graph.in_duct(duct) if one != found.code))
            for duct in sorted(map(str, found.ducts))
        ],
        "ticket": ticket(),
        **_steps(request.user, found, form),
    }
    return render(request, "network/link.html", context, status=status)


@require_POST
@opens("network.change")
def step_site(request: PersonRequest, code: str) -> HttpResponse:
    """The site has come to another state."""
    found = _site(request.user, code)
    form = StepForm(request.POST, request.FILES, state=found.state)
    return redirect(found) if _step(request, found, form) else _site_page(request, found, form, 400)


@require_POST
@opens("network.change")
def step_link(request: PersonRequest, code: str) -> HttpResponse:
    """The link has come to another state."""
    found = _link(request.user, code)
    form = StepForm(request.POST, request.FILES, state=found.state)
    return redirect(found) if _step(request, found, form) else _link_page(request, found, form, 400)


def place_of(thing: Site | Link) -> Site:
    """The site whose engineers may change a thing: its own, or that at the far end of a link."""
    return thing if isinstance(thing, Site) else thing.b.site


def _step(request: PersonRequest, thing: Site | Link, form: StepForm) -> bool:
    require(request.user, "network.change", place_of(thing))
    if not form.is_valid():
        return False
    asked = form.cleaned_data
    try:
        step = advance(thing=thing, state=asked["state"], on=asked["on"], by=request.user, proof=Proof(asked["note"], asked["file"]))
    except Refused as why:
        form.add_error(None, str(why))
        return False
    messages.success(request, _("Now: %(state)s.") % {"state": step.get_state_display()})
    return True


@require_safe
@opens("network.see")
def proof(request: PersonRequest, pk: int) -> FileResponse:
    """The file of a step."""
    step = Step.objects.filter(pk=pk).exclude(file="").first()
    if step is None or not step.file.storage.exists(str(step.file.name)):
        raise Http404
    return FileResponse(step.file.open("rb"), as_attachment=True, filename=step.file_name)
