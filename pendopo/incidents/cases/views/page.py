"""The page of one incident and what may be done on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import At, may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.alerts.models import Alert
from pendopo.indicators.models import Indicator
from pendopo.orders.forms import GiveForm
from pendopo.ui.door import opens

from ...plans.models import plan_of
from ...procedures.logic import Standing, say
from .. import actions, logic
from ..forms import ChangeForm, DecideForm, LeadForm, MergeForm, MoveForm, SplitForm, StepForm, WriteForm, home_regions, written
from ..models import EntryKind, Incident, State, StepState, TimelineEntry, alerts_of
from ..places import map_of
from ..reading import checklist, orders_of, parts_of, timeline
from .lists import state_words, ticket

MOVE_LABELS = {
    State.OPEN: gettext_lazy("Open again"),
    State.CONTAINED: gettext_lazy("Under control"),
    State.RESOLVED: gettext_lazy("Over"),
    State.CLOSED: gettext_lazy("Reviewed: close"),
}


def find(person: Person, pk: int) -> Incident:
    """The incident, when the person may see it; else 404."""
    wanted = Incident.objects.visible_to(person).select_related(
        "region", "lead", "opened_by", "procedure__procedure", "merged_into", "split_from"
    )
    found = wanted.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def step_rows(standings: list[Standing], incident: Incident) -> list[dict[str, Any]]:
    """The checklist for a template, in the reader's language."""
    language = get_language() or "id"
    roles = incident.procedure.spec.roles if incident.procedure else {}
    return [
        {
            "code": one.step.code,
            "do": say(one.step.do, language),
            "role": say(roles.get(one.step.role, {}), language),
            "yields": say(one.step.yields, language),
            "state": one.state,
            "due": one.due,
            "mark": one.mark,
            "in_time": one.in_time,
            "early": one.step.early,
        }
        for one in standings
    ]


@opens("incidents.see")
def incident(request: PersonRequest, pk: int) -> HttpResponse:
    """One incident: how it stands, what to do next, everything that happened."""
    return page(request, find(request.user, pk))


def page(request: PersonRequest, found: Incident, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    """The page, with a form that was refused where there is one."""
    handles = may(request.user, "incidents.handle", found)
    readable = set(Indicator.objects.visible_to(request.user).values_list("code", flat=True)) if found.pk else set()
    steps = step_rows(checklist(found), found)
    regions = list(found.regions.order_by("code"))
    context = {
        "incident": found,
        "state": state_words(found),
        "regions": regions,
        "agencies": list(found.agencies.all()),
        "map": map_of(found, regions),
        "plan": plan_of(found) if found.is_active else None,
        "steps": steps,
        "steps_done": sum(step["state"] in ("done", "skipped") for step in steps),
        "next_step": next((step for step in steps if step["state"] in ("late", "waiting")), None),
        "timeline": timeline(found, reader=request.user)[::-1],
        "orders": orders_of(found),
        "decisions": [
            (one, [f for f in one.figures if f["indicator"] in readable]) for one in found.decisions.select_related("by", "post")
        ],
        "alerts": (alerts_of(found) & Alert.objects.visible_to(request.user)).select_related("region").order_by("ended", "-started")[:20],
        "parts": parts_of(found, request.user),
        "heard": alerts_of(found).filter(link__startswith=reverse("reports:clusters")).exists(),
        "meetings": [one for one in found.entries.filter(kind=EntryKind.MEETING) if one.link],
        "merged": list(found.merged.all()),
        "moves": [(to, MOVE_LABELS[State(to)]) for to in logic.moves_from(found.state)] if handles else [],
        "handles": handles,
        "decides": may(request.user, "incidents.decide", found),
        "gives": may(request.user, "orders.give", found),
        "calls": may(request.user, "desk.work"),
        "write": form if isinstance(form, WriteForm) else WriteForm(),
        "decide": form if isinstance(form, DecideForm) else DecideForm(),
        "lead": LeadForm(initial={"lead": found.lead_id, "before": found.lead_id}) if handles else None,
        "ticket": ticket(),
    }
    return render(request, "incidents/cases/incident.html", context, status=status)


Deed = Callable[[PersonRequest, Incident], None]


def _write(request: PersonRequest, found: Incident) -> None:
    form = WriteForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Unfit(form)
    actions.write(incident=found, by=request.user, **form.cleaned_data)


def _decide(request: PersonRequest, found: Incident) -> None:
    form = DecideForm(request.POST)
    if not form.is_valid():
        raise Unfit(form)
    actions.decide(incident=found, by=request.user, **form.cleaned_data)


def _lead(request: PersonRequest, found: Incident) -> None:
    form = LeadForm(request.POST)
    if not form.is_valid():
        raise Unfit(form)
    wish, before = form.cleaned_data, form.cleaned_data["before"]
    lead = request.user if "me" in request.POST else wish["lead"]
    if before is not None and before != lead and not wish["sure"]:
        raise Unsure(before, lead)
    actions.take_lead(incident=found, lead=lead, by=request.user, instead_of=before)


def _move(request: PersonRequest, found: Incident) -> None:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Unfit(form)
    actions.move(incident=found, by=request.user, **form.cleaned_data)


def _step(request: PersonRequest, found: Incident) -> None:
    form = StepForm({"state": StepState.DONE, **request.POST.dict()})
    if not form.is_valid():
        raise Unfit(form)
    actions.mark_step(incident=found, by=request.user, **form.cleaned_data)


class Unfit(Exception):
    """A form that was not filled in as it must be."""

    def __init__(self, form: forms.Form) -> None:
        self.form = form
        super().__init__("unfit")


class Unsure(Exception):
    """Somebody leads already: who takes over is asked first."""

    def __init__(self, before: Person, lead: Person | None) -> None:
        self.before, self.lead = before, lead
        super().__init__("unsure")


# What may be done on the page: the deed, and the verb of the doorkeeper that it needs.
DEEDS: dict[str, tuple[Deed, str]] = {
    "write": (_write, "incidents.write"),
    "decide": (_decide, "incidents.decide"),
    "lead": (_lead, "incidents.handle"),
    "move": (_move, "incidents.handle"),
    "step": (_step, "incidents.handle"),
}


@require_POST
@opens("incidents.write")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """One deed on the page of an incident."""
    found = find(request.user, pk)
    deed, verb = DEEDS.get(request.POST.get("do", ""), (None, ""))
    if deed is None:
        return redirect(found)
    require(request.user, verb, found)
    beside = request.POST.get("back") == "beside"
    try:
        deed(request, found)
    except Unfit as unfit:
        if beside:
            messages.error(request, _("Fill in what is missing."))
            return redirect("incidents:beside", pk)
        if not isinstance(unfit.form, WriteForm | DecideForm):  # these stand on the page and show what is wrong themselves
            for words in unfit.form.errors.values():
                messages.error(request, " ".join(str(word) for word in words))
        return page(request, found, unfit.form, 400)
    except Unsure as unsure:
        return _ask(request, found, unsure)
    except Refused as why:
        messages.error(request, str(why))
    if beside:
        return redirect("incidents:beside", pk)
    return redirect(f"{found.get_absolute_url()}{'#steps' if request.POST.get('do') == 'step' else ''}")


def _ask(request: PersonRequest, found: Incident, unsure: Unsure) -> HttpResponse:
    """Whether the lead shall really pass from one to another."""
    form = LeadForm(initial={"lead": unsure.lead, "before": unsure.before, "sure": True}).hide()
    words = {"name": unsure.before.name, "other": unsure.lead.name if unsure.lead else _("nobody")}
    context = {
        "title": found.title,
        "lead": _("%(name)s leads. From now on shall lead: %(other)s.") % words,
        "form": form,
        "submit": _("Pass on the lead"),
        "action": reverse("incidents:act", args=[found.pk]),
        "cancel": found.get_absolute_url(),
    }
    return render(request, "ui/form.html", context)


@opens("incidents.handle")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """The facts as they are known now."""
    found = find(request.user, pk)
    require(request.user, "incidents.handle", found)
    facts = {
        "title": found.title,
        "severity": found.severity,
        "detail": found.detail,
        "regions": written(list(found.regions.order_by("code"))),
        "agencies": [one.pk for one in found.agencies.all()],
        "known": actions.edition(found),
    }
    form = ChangeForm(request.POST or None, initial=facts)
    if request.method == "POST" and form.is_valid() and _reaches(request, found, form):
        try:
            actions.change(incident=found, by=request.user, **form.cleaned_data)
            return redirect(found)
        except Refused as why:
            form.add_error(None, str(why))
    return render(
        request,
        "ui/form.html",
        {"title": _("Change: %(title)s") % {"title": found.title}, "form": form, "cancel": found.get_absolute_url()},
    )


def _reaches(request: PersonRequest, found: Incident, form: ChangeForm) -> bool:
    """Whether the post reaches every region that the incident did not touch before; else the form says which not."""
    new, before = form.cleaned_data["regions"], set(found.regions.values_list("pk", flat=True))
    for place in new:
        if place.pk not in before and not may(request.user, "incidents.handle", At(place.pk)):
            form.add_error("regions", _("Your post does not reach %(name)s.") % {"name": place.name})
            return False
    if not new and before and not may(request.user, "incidents.handle"):
        form.add_error("regions", _("Say where it is: your post reaches a part of the region only."))
        return False
    return True


@opens("orders.give")
def order(request: PersonRequest, pk: int) -> HttpResponse:
    """Orders about this incident, to one post or several."""
    found = find(request.user, pk)
    require(request.user, "orders.give", found)
    form = GiveForm(request.POST or None, person=request.user, initial={"what": request.GET.get("what", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.order(incident=found, what=given["what"], to=given["to"], by=request.user, due=given["due"], post=given["post"])
            return redirect(found)
        except Refused as why:
            form.add_error(None, str(why))
    context = {"title": _("Give an order"), "lead": found.title, "form": form, "submit": _("Give"), "cancel": found.get_absolute_url()}
    return render(request, "ui/form.html", context)


@opens("incidents.handle")
def join(request: PersonRequest, pk: int) -> HttpResponse:
    """Two that are one, or one that is two."""
    found = find(request.user, pk)
    require(request.user, "incidents.handle", found)
    others = Incident.objects.visible_to(request.user).active().filter(exercise=found.exercise).exclude(pk=found.pk)
    wish = request.POST.get("do", "")
    merge = MergeForm(request.POST if wish == "merge" else None, others=others)
    parts = home_regions().filter(pk__in=found.regions.values("pk"))
    split = SplitForm(request.POST if wish == "split" else None, regions=parts)
    try:
        if wish == "merge" and merge.is_valid():
            require(request.user, "incidents.handle", merge.cleaned_data["into"])
            return redirect(actions.merge(incident=found, into=merge.cleaned_data["into"], by=request.user))
        if wish == "split" and split.is_valid():
            return redirect(actions.split(incident=found, by=request.user, **split.cleaned_data))
    except Refused as why:
        messages.error(request, str(why))
    context = {"incident": found, "merge": merge, "split": split, "others": others.exists(), "parts": parts.count() > 1}
    return render(request, "incidents/cases/join.html", context)


@require_safe
@opens("incidents.see")
def file(request: PersonRequest, pk: int) -> FileResponse:
    """The attachment of a line, for whoever sees the incident."""
    entry = TimelineEntry.objects.filter(pk=pk, incident__in=Incident.objects.visible_to(request.user)).exclude(file="").first()
    if entry is None:
        raise Http404
    return FileResponse(entry.file.open("rb"), as_attachment=True, filename=entry.file_name)
