"""Webhooks: those of the house for administrators, one's own for everybody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago

from .. import actions
from ..forms import EndpointForm
from ..kinds import KINDS
from ..models import Dispatch, Endpoint

LATELY = 20


def health(endpoint: Endpoint) -> str:
    """In a few words, whether notices arrive there."""
    if not endpoint.active:
        return _("Switched off")
    return _("Failing") if endpoint.failing_since else _("Works")


def wanted(endpoint: Endpoint) -> str:
    """The kinds it hears."""
    return ", ".join(str(KINDS[code].label) for code in endpoint.kinds if code in KINDS) or _("all")


@opens("notify.change", house=True)
def endpoints(request: PersonRequest) -> HttpResponse:
    """The webhooks of the house."""
    listing = Listing(
        request,
        title=_("Webhooks"),
        lead=_("Other systems hear of notices at once: each is posted as signed JSON."),
        queryset=Endpoint.objects.of_house(),
        columns=[
            Column("name", _("Name"), lambda row: row.name, url=Endpoint.get_absolute_url, sort="name"),
            Column("url", _("Address"), lambda row: row.url),
            Column("kinds", _("Kinds of notice"), wanted, csv_value=lambda row: " ".join(row.kinds)),
            Column("state", _("State"), health),
            Column(
                "failing_since",
                _("Failing since"),
                lambda row: ago(row.failing_since) if row.failing_since else "–",
                csv_value=lambda row: row.failing_since,
            ),
        ],
        links=[Link(_("Add a webhook"), reverse("notify:add-endpoint"))],
        csv_name="pendopo-webhooks",
        empty_title=_("No webhook yet"),
        empty_text=_("Add the address of a system that should hear of notices."),
        empty_url=reverse("notify:add-endpoint"),
        empty_action=_("Add a webhook"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("notify.change", house=True)
def add(request: PersonRequest) -> HttpResponse:
    """A webhook of the house."""
    return _add(request, None, reverse("notify:endpoints"))


@opens("")
def add_mine(request: PersonRequest) -> HttpResponse:
    """A webhook for notices to me."""
    return _add(request, request.user, reverse("notify:mine"))


def _add(request: PersonRequest, person: Person | None, back: str) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = actions.add_endpoint(person=person, by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error("url", str(why))
        else:
            return _page(request, endpoint, secret)
    lead = _("Every notice is posted there as signed JSON. The secret that proves it is shown once, after saving.")
    return render(request, "ui/form.html", {"title": _("Add a webhook"), "lead": lead, "form": form, "cancel": back})


def _mine_or_house(request: PersonRequest, pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.changeable_by(request.user), pk=pk)


@opens("")
def endpoint(request: PersonRequest, pk: int) -> HttpResponse:
    """One webhook: how it fares, what was posted lately and how it answered."""
    return _page(request, _mine_or_house(request, pk))


def _page(request: PersonRequest, endpoint: Endpoint, secret: str = "") -> HttpResponse:
    rows = Dispatch.objects.filter(endpoint=endpoint).select_related("notice").prefetch_related("tries")[:LATELY]
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "kinds": wanted(endpoint),
        "health": health(endpoint),
        "lately": [(row, next(reversed(row.tries.all()), None)) for row in rows],
        "back": reverse("notify:mine") if endpoint.person_id else reverse("notify:endpoints"),
    }
    answer = render(request, "notify/endpoint.html", context)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer


@opens("")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Another name, address or choice."""
    found = _mine_or_house(request, pk)
    form = EndpointForm(request.POST or None, instance=Endpoint.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_endpoint(endpoint=found, by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error("url", str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    return render(request, "ui/form.html", {"title": found.name, "form": form, "cancel": found.get_absolute_url()})


@require_POST
@opens("")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """Test it, give it a new secret, switch it off or on, remove it."""
    found = _mine_or_house(request, pk)
    deed = request.POST.get("deed", "")
    if deed == "secret":
        return _page(request, found, actions.rotate_secret(endpoint=found, by=request.user))
    if deed == "remove":
        actions.remove_endpoint(endpoint=found, by=request.user)
        messages.success(request, _("The webhook is removed."))
        return redirect("notify:mine" if found.person_id else "notify:endpoints")
    try:
        messages.success(request, _deed(found, request.user, deed))
    except Refused as why:
        messages.error(request, str(why))
    return redirect(found)


def _deed(endpoint: Endpoint, by: Person, deed: str) -> str:
    """Does it and says so."""
    if deed == "test":
        actions.test_endpoint(endpoint=endpoint, by=by)
        return _("A test notice is on its way. Its answer stands below in a moment.")
    if deed == "off":
        actions.switch_off(endpoint=endpoint, by=by)
        return _("The webhook is switched off.")
    if deed == "on":
        actions.switch_on(endpoint=endpoint, by=by)
        return _("The webhook is switched on.")
    raise Refused(_("Choose what to do with the webhook."))
