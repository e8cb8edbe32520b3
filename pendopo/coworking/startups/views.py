"""Pages of start-ups: the public directory, one start-up, and what its team and the stewards may do there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may, may_somewhere
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.members.models import Member
from pendopo.coworking.outcome import sandbox
from pendopo.coworking.outcome.actions import open_sandbox
from pendopo.coworking.places.models import Place
from pendopo.indicators import sources as indicators
from pendopo.indicators.sharing.actions import agree, end_agreement
from pendopo.ui.door import opens

from . import actions
from .forms import AgreementForm, DatasetForm, MilestoneForm, ReachForm, StartupFilters, StartupForm, TeamForm
from .models import Event, Milestone, Programme, Startup
from .reading import OUTCOMES, pulses, ticket_for

MOST_SHOWN = 200
# Names that are pages of this room already.
PAGES = frozenset({"new", "work", "programmes", "events", "registrations"})


@require_safe
def startups(request: HttpRequest) -> HttpResponse:
    """The public directory: what the start-ups achieved together, as on the wall, and each of them."""
    filters = StartupFilters(request.GET)
    shown = pulses(OUTCOMES)
    context = {
        "tab": "startups",
        "filters": filters,
        "startups": filters.narrow(Startup.objects.published().select_related("region"))[:MOST_SHOWN],
        "outcomes": list(shown.values()),
        "ticket": ticket_for(shown.values()),
        "programmes": Programme.objects.all()[:6],
        "events": Event.objects.filter(cancelled=None).order_by("-start")[:6],
        "own": Startup.objects.of(request.user),
        "is_member": _is_member(request.user),
    }
    return render(request, "coworking/startups.html", context)


def _is_member(user: Any) -> bool:
    return isinstance(user, Person) and Member.objects.active().filter(person=user).exists()


def _rights(request: HttpRequest, found: Startup) -> tuple[bool, bool]:
    """Whether the reader belongs to the team, and whether they are a steward there."""
    if not isinstance(request.user, Person):
        return False, False
    return Startup.objects.of(request.user).filter(pk=found.pk).exists(), may(request.user, "coworking.keep", found)


@require_safe
def startup(request: HttpRequest, code: str) -> HttpResponse:
    """One start-up: profile, team, what it reached, and the data it uses with their newest figures. Public once it is published."""
    found = get_object_or_404(Startup.objects.select_related("region", "sandbox"), code=code)
    own, keeper = _rights(request, found)
    if not (own or keeper) and (found.published is None or found.ended):
        raise Http404
    return _page(request, found, own, keeper)


def _page(request: HttpRequest, found: Startup, own: bool, keeper: bool, **more: Any) -> HttpResponse:
    uses = list(found.datasets.select_related("indicator"))
    shown = pulses(use.indicator.code for use in uses)
    inside = own or keeper
    milestones = list(found.milestones.select_related("programme"))
    context = {
        "tab": "startups",
        "startup": found,
        "own": own,
        "keeper": keeper,
        "team": found.team.all() if inside else found.team.filter(shown=True),
        "milestones": [one for one in milestones if inside or (one.public and (one.checked or not one.reached))],
        "datasets": [(use, shown.get(use.indicator.code)) for use in uses if use.indicator.publicity == "public"],
        "house_code": settings.REGION,
        "ticket": ticket_for(shown.values()),
        "programmes": found.applications.filter(verdict="accepted").select_related("programme"),
        "milestone_form": MilestoneForm(),
        "reach_form": ReachForm(),
        "dataset_form": DatasetForm() if own else None,
        "team_form": TeamForm() if own else None,
        "tests": sandbox.indicators_of(found) if inside else (),
        "agreed": sandbox.agreed_with(found) if inside else (),
        "agreement_form": _agreement_form(request, found) if keeper else None,
        **more,
    }
    return render(request, "coworking/startup.html", context)


def _agreement_form(request: HttpRequest, found: Startup) -> AgreementForm | None:
    """What a steward may agree with the start-up, once its sandbox is open."""
    opened = found.sandbox_id is not None and found.ended is None
    return AgreementForm(person=request.user) if opened and isinstance(request.user, Person) else None


@opens("")
def new(request: PersonRequest) -> HttpResponse:
    """A member founds a start-up; a steward publishes it."""
    member = Member.objects.active().filter(person=request.user).first()
    if member is None and not may_somewhere(request.user, "coworking.keep"):
        messages.warning(request, _("Register as a member first."))
        return redirect("coworking:join")
    form = StartupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = slugify(form.cleaned_data["name"])[:60] or "startup"
        if code in PAGES or Startup.objects.filter(code=code).exists():
            form.add_error("name", _("There is a start-up with this name already."))
        else:
            first = Place.objects.filter(active=True).select_related("agency").order_by("pk").first()
            made = actions.set_startup(code=code, by=request.user, agency=first.agency if first else None, **form.cleaned_data)
            if member:
                actions.add_to_team(startup=made, name=member.name, member=member, by=request.user)
            messages.success(request, _("Saved. A steward publishes it."))
            return redirect(made)
    return render(request, "coworking/form.html", {"title": _("A new start-up"), "form": form, "tab": "startups"})


def _inside(request: PersonRequest, code: str) -> tuple[Startup, bool, bool]:
    """The start-up, if the reader belongs to its team or is a steward there. Raises Http404."""
    found = get_object_or_404(Startup.objects.select_related("region", "sandbox"), code=code)
    own, keeper = _rights(request, found)
    if not (own or keeper):
        raise Http404
    return found, own, keeper


@opens("")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """The profile, by its team or a steward."""
    found, _own, _keeper = _inside(request, code)
    form = StartupForm(request.POST or None, initial={name: getattr(found, name) for name in StartupForm.base_fields})
    if request.method == "POST" and form.is_valid():
        actions.set_startup(code=found.code, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(found)
    return render(request, "coworking/form.html", {"title": found.name, "form": form, "tab": "startups"})


Deed = Callable[[PersonRequest, Startup], bool]


@require_POST
@opens("")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Milestones, datasets and the sandbox by the team; publishing and checking by stewards."""
    found, own, keeper = _inside(request, code)
    deed = request.POST.get("deed", "")
    try:
        if deed == "key" and own:
            secret = open_sandbox(startup=found, by=request.user)
            return _page(request, found, own, keeper, secret=secret)
        open_deeds = {**(TEAM if own else {}), **(STEWARDS if keeper else {})}
        done = deed in open_deeds and open_deeds[deed](request, found)
    except (Refused, indicators.Refused) as why:
        messages.error(request, str(why))
        return redirect(found)
    if done:
        messages.success(request, _("Done."))
    else:
        messages.warning(request, _("Nothing was changed: look at what it says."))
    return redirect(found)


def _valid(request: PersonRequest, form: type[forms.Form], **more: Any) -> dict[str, Any]:
    """What the form says. Raises Refused with its first complaint."""
    bound = form(request.POST, **more)
    if not bound.is_valid():
        name, errors = next(iter(bound.errors.items()))
        raise Refused(f"{bound.fields[name].label if name in bound.fields else ''}: {errors[0]}")
    return bound.cleaned_data


def _number(request: PersonRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _milestone(request: PersonRequest, found: Startup) -> Milestone:
    return get_object_or_404(found.milestones.select_related("startup"), pk=_number(request, "milestone"))


def _add_milestone(request: PersonRequest, found: Startup) -> bool:
    return bool(actions.set_milestone(startup=found, by=request.user, **_valid(request, MilestoneForm)))


def _reach(request: PersonRequest, found: Startup) -> bool:
    return bool(actions.reach_milestone(milestone=_milestone(request, found), by=request.user, **_valid(request, ReachForm)))


def _dataset(request: PersonRequest, found: Startup) -> bool:
    return bool(actions.name_dataset(startup=found, by=request.user, **_valid(request, DatasetForm)))


def _join(request: PersonRequest, found: Startup) -> bool:
    return bool(actions.add_to_team(startup=found, by=request.user, **_valid(request, TeamForm)))


def _part(request: PersonRequest, found: Startup) -> bool:
    one = get_object_or_404(found.team.select_related("startup"), pk=_number(request, "one"))
    return actions.take_from_team(one=one, by=request.user)


def _check(request: PersonRequest, found: Startup) -> bool:
    return actions.check_milestone(milestone=_milestone(request, found), by=request.user)


def _publish(request: PersonRequest, found: Startup) -> bool:
    return actions.publish_startup(startup=found, by=request.user)


def _finish(request: PersonRequest, found: Startup) -> bool:
    return actions.end_startup(startup=found, by=request.user)


def _agree(request: PersonRequest, found: Startup) -> bool:
    if found.sandbox is None or found.ended:
        raise Refused(_("The start-up opens its sandbox first."))
    return bool(agree(source=found.sandbox, by=request.user, **_valid(request, AgreementForm, person=request.user)))


def _stop(request: PersonRequest, found: Startup) -> bool:
    running = sandbox.agreed_with(found)
    return end_agreement(agreement=get_object_or_404(running, pk=_number(request, "agreement")), by=request.user)


TEAM: dict[str, Deed] = {"milestone": _add_milestone, "reach": _reach, "dataset": _dataset, "team": _join, "part": _part}
STEWARDS: dict[str, Deed] = {"check": _check, "publish": _publish, "end": _finish, "agree": _agree, "stop": _stop}
