"""Pages of call-outs, chains and call lists."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.notify.channels import is_set_up
from pendopo.notify.models import SILENT, Channel
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import moment

from . import actions
from .forms import ROWS, CallOutFilters, ChainForm, ListForm, StartForm, StepForm, StopForm, whom_choices
from .models import CallList, CallOut, Chain, Reply, State
from .planning import reached_now, to_ring
from .tokens import reply_key


@opens("desk.see")
def call_outs(request: PersonRequest) -> HttpResponse:
    """Every call-out, the newest first."""
    links = [Link(_("Call people out"), reverse("incidents:start-call-out"))] if holds(request.user, "desk.work") else []
    started = Column(
        "started", _("Time"), lambda c: moment(c.started), url=CallOut.get_absolute_url, sort="started", csv_value=lambda c: c.started
    )
    listing = Listing(
        request,
        title=_("Call-outs"),
        lead=_("Who was called for what, and who answered."),
        queryset=CallOut.objects.visible_to(request.user).select_related("chain", "answered_by", "started_by").order_by("-started", "-pk"),
        columns=[
            started,
            Column("subject", _("What for"), lambda c: c.subject),
            Column("exercise", _("Exercise"), lambda c: _("yes") if c.exercise else "", csv_value=lambda c: "yes" if c.exercise else "no"),
            Column("chain", _("Chain"), lambda c: c.chain.name, csv_value=lambda c: c.chain.code),
            Column("state", _("State"), lambda c: c.get_state_display(), sort="state", csv_value=lambda c: c.state),
            Column("answered_by", _("Answered by"), lambda c: c.answered_by.name if c.answered_by else ""),
            Column("ended", _("Ended"), lambda c: moment(c.ended), csv_value=lambda c: c.ended),
        ],
        filters=CallOutFilters(request.GET),
        links=[Link(_("Chains"), reverse("incidents:chains")), *links],
        csv_name="pendopo-callouts",
        empty_title=_("Nobody was called out yet"),
        empty_text=_("A chain says whom to call one after another until somebody answers."),
        empty_url=reverse("incidents:chains"),
        empty_action=_("Chains"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("desk.work", house=True)
def start(request: PersonRequest) -> HttpResponse:
    """Call people out by hand. Twice for the same page gives the call-out that runs already."""
    initial = {name: request.GET.get(name, "") for name in ("about", "subject", "detail", "chain", "severity") if request.GET.get(name)}
    form = StartForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        key = given["about"] or f"{given['subject']} {timezone.now():%Y-%m-%d %H:%M}"
        try:
            made = actions.start(by=request.user, key=f"hand {key}{' exercise' if given['exercise'] else ''}", **given)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            return redirect(made)
    lead = _("The first step of the chain leaves at once. Whoever answers first ends it.")
    context = {"title": _("Call people out"), "lead": lead, "form": form, "submit": _("Call now"), "cancel": reverse("incidents:call-outs")}
    return render(request, "ui/form.html", context)


@opens("desk.see")
def call_out(request: PersonRequest, pk: int) -> HttpResponse:
    """One call-out: each call with how it was delivered, what came back, and whom to ring by hand."""
    found = get_object_or_404(CallOut.objects.visible_to(request.user).select_related("chain", "answered_by", "started_by"), pk=pk)
    calls = list(found.calls.select_related("person", "dispatch").prefetch_related("dispatch__tries"))
    steps = [(number, step, [call for call in calls if call.place == number]) for number, step in enumerate(found.plan, 1)]
    context = {
        "out": found,
        "steps": steps,
        "replies": Reply.objects.filter(call__call_out=found).select_related("call__person"),
        "by_hand": to_ring([found]).get(found.pk, []) if found.state in (State.RUNNING, State.UNANSWERED) else [],
        "form": StopForm(),
        "may_work": holds(request.user, "desk.work"),
    }
    return render(request, "incidents/callout/call_out.html", context)


@require_POST
@opens("desk.work", house=True)
def stop(request: PersonRequest, pk: int) -> HttpResponse:
    """Nobody more is called."""
    found = get_object_or_404(CallOut.objects.visible_to(request.user), pk=pk)
    try:
        stopped = actions.stop(call_out=found, by=request.user, why=request.POST.get("why", "").replace("\x00", ""))
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("Nobody more is called.") if stopped else _("It had ended already."))
    return redirect(found)


@opens("desk.see")
def chains(request: PersonRequest) -> HttpResponse:
    """The escalation chains, and how answers come in by each channel."""
    may_change = holds(request.user, "roster.change")
    channels = [(Channel(code), is_set_up(code)) for code in Channel.values if code != Channel.WEBHOOK]
    keys = (
        [
            (Channel(code), f"{settings.SITE_URL}{reverse('incidents:replies', args=[code])}", reply_key(code))
            for code in Channel.values
            if code not in SILENT
        ]
        if holds(request.user, "notify.change")
        else []
    )
    context = {
        "chains": Chain.objects.filter(ended=None).select_related("region").prefetch_related("steps"),
        "lists": CallList.objects.all(),
        "channels": channels,
        "keys": keys,
        "may_change": may_change,
    }
    return render(request, "incidents/callout/chains.html", context)


@opens("desk.see")
def chain(request: PersonRequest, code: str) -> HttpResponse:
    """One chain, and who would be reached by it right now."""
    found = get_object_or_404(Chain.objects.select_related("region"), code=code, ended=None)
    reached = reached_now(found, timezone.now())
    context = {"chain": found, "reached": reached, "dead": not any(step.reaches_somebody for step in reached)}
    context |= {"may_change": holds(request.user, "roster.change"), "may_work": holds(request.user, "desk.work")}
    return render(request, "incidents/callout/chain.html", context)


@opens("roster.change", house=True)
def new_chain(request: PersonRequest) -> HttpResponse:
    """A new chain."""
    return _chain_form(request, None)


@opens("roster.change", house=True)
def change_chain(request: PersonRequest, code: str) -> HttpResponse:
    """Other steps; call-outs that run keep the steps they began with."""
    return _chain_form(request, get_object_or_404(Chain, code=code, ended=None))


def _chain_form(request: PersonRequest, found: Chain | None) -> HttpResponse:
    facts = {name: getattr(found, name) for name in ("name", "code", "alarm_from", "region", "word", "patience_s")} if found else {}
    form = ChainForm(request.POST or None, initial=facts)
    choices = whom_choices(found)
    steps = list(found.steps.all()) if found else []
    rows = []
    for number in range(max(ROWS, len(steps) + 2)):
        step = steps[number] if number < len(steps) else None
        key = step.target.pk if step and step.target else ""
        initial = {"whom": f"{step.whom}:{key}", "channels": step.channels, "wait_s": step.wait_s} if step else {}
        rows.append(StepForm(request.POST or None, initial=initial, choices=choices, prefix=f"step{number}"))
    if request.method == "POST" and form.is_valid() and all(row.is_valid() for row in rows):
        try:
            saved = actions.set_chain(steps=[spec for row in rows if (spec := row.spec())], by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect(saved)
    context = {"title": found.name if found else _("A new chain"), "form": form, "rows": rows, "chain": found}
    return render(request, "incidents/callout/chain_form.html", context)


@opens("desk.see")
def lists(request: PersonRequest) -> HttpResponse:
    """People who are called together."""
    may_change = holds(request.user, "roster.change")
    listing = Listing(
        request,
        title=_("Call lists"),
        queryset=CallList.objects.prefetch_related("people").order_by("name"),
        columns=[
            Column("name", _("Name"), lambda row: row.name, sort="name"),
            Column("people", _("People"), lambda row: ", ".join(person.name for person in row.people.all())),
        ],
        links=[Link(_("A new call list"), reverse("incidents:new-call-list"))] if may_change else (),
        csv_name="pendopo-call-lists",
        empty_title=_("No call list yet"),
        empty_text=_("People who are called together, such as the heads of the agencies for floods."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("roster.change", house=True)
def new_list(request: PersonRequest) -> HttpResponse:
    """A call list, new or under a name that is known."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_list(by=request.user, name=form.cleaned_data["name"], people=list(form.cleaned_data["people"]))
        except Refused as why:
            form.add_error(None, str(why))
        else:
            return redirect("incidents:call-lists")
    return render(request, "ui/form.html", {"title": _("A new call list"), "form": form, "cancel": reverse("incidents:call-lists")})
