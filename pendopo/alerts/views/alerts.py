"""The list of alerts, live, and the page of one."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import require
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.bus.subjects import ALERTS
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Listing
from pendopo.ui.severity import mark
from pendopo.ui.templatetags.house import ago, exact

from ..actions import acknowledge, snooze, wake
from ..forms import AlertFilters, NoteForm, SnoozeForm
from ..models import RANKS, Alert, Group, Snooze, State

MOST_AT_ONCE = 2000
# So many groups stand above the list.
MOST_GROUPS = 12
# "In an hour", from the list.
LATER = timedelta(hours=1)


def ticket() -> str:
    """The right to hear that alerts changed, in the whole installation."""
    province = settings.REGION.split(".")[0]
    return issue([Follow(ALERTS, province, below=True)])


def worst_first(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """By severity, then the newest."""
    rank = Case(*(When(severity=word, then=Value(number)) for word, number in RANKS.items()), default=0, output_field=IntegerField())
    return alerts.annotate(rank=rank).order_by("-rank", "-started", "-pk")


def _columns() -> list[Column]:
    return [
        Column("name", _("Alert"), lambda a: a.name, url=Alert.get_absolute_url, sort="name"),
        Column("severity", _("Severity"), lambda a: mark(a.severity), csv_value=lambda a: a.severity, sort="rank"),
        Column("region", _("Region"), lambda a: a.region.name, csv_value=lambda a: a.region_id, sort="region"),
        Column("why", _("Why"), lambda a: a.reason),
        Column("value", _("Value"), lambda a: exact(a.value), numeric=True, csv_value=lambda a: a.value),
        Column("started", _("Since"), lambda a: ago(a.started), csv_value=lambda a: a.started, sort="started"),
        Column("state", _("State"), state_words, csv_value=lambda a: a.state, sort="state"),
        Column("ended", _("Ended"), lambda a: a.ended, csv_only=True),
        Column("peak", _("Peak"), lambda a: a.peak, csv_only=True),
        Column("fingerprint", _("Fingerprint"), lambda a: a.fingerprint, csv_only=True),
        Column("group", _("Group"), lambda a: a.group_id, csv_only=True),
    ]


def quiet_words(alert: Alert) -> str:
    """Why it is kept quiet, in words."""
    known = {
        "parent": _("what it depends on is bad"),
        "waiting": _("waits for word of what it depends on"),
        "maintenance": _("maintenance"),
        "snooze": _("put aside"),
    }
    return str(known.get(alert.quiet, alert.quiet))


def state_words(alert: Alert) -> str:
    """How it stands: firing, taken on, flapping, or quiet and why."""
    words = [str(alert.get_state_display())]
    if alert.quiet:
        words.append(quiet_words(alert))
    if alert.acknowledged and alert.ended is None:
        words.append(_("taken on"))
    if alert.flapping:
        words.append(_("flapping"))
    if alert.exercise:
        words.append(_("EXERCISE"))
    return ", ".join(words)


@opens("alerts.see")
def alerts(request: PersonRequest) -> HttpResponse:
    """What fires, worst first; the list is alive."""
    may_handle = request.user.has_perm("alerts.handle")
    listing = Listing(
        request,
        title=_("Alerts"),
        lead=_("What is bad now. An alert ends by itself when what is watched is well again; taking it on stops the ringing."),
        queryset=worst_first(Alert.objects.visible_to(request.user).select_related("region", "rule")),
        columns=_columns(),
        filters=AlertFilters(request.GET),
        bulk=[Bulk("acknowledge", _("Take on"))] if may_handle else [],
        csv_name="alerts",
        empty_title=_("Nothing fires"),
        empty_text=_("As soon as a rule is met or a system outside reports something, it stands here within a second."),
    )
    if request.method == "POST":
        if listing.action == "acknowledge":
            chosen = _reachable(request.user, [int(key) for key in listing.selected()[:MOST_AT_ONCE] if key.isdecimal()])
            _said(request, acknowledge(alerts=chosen, by=request.user))
        return redirect(request.get_full_path())
    return listing.csv() if listing.wants_csv else render(request, "alerts/alerts.html", _shown(request, listing, may_handle))


def _shown(request: PersonRequest, listing: Listing, may_handle: bool) -> dict[str, Any]:
    """What the page shows: each alert with its words and whether the reader may take it on, and the groups that fire."""
    for one in listing.page.object_list:
        one.words = state_words(one)
        one.open_to_me = may_handle and one.state != State.ENDED and request.user.has_perm("alerts.handle", one)
    groups = Group.objects.visible_to(request.user).filter(closed=None)
    groups = groups.annotate(firing=Count("alerts", filter=Q(alerts__state=State.FIRING))).filter(firing__gt=1).order_by("-firing")
    back = request.get_full_path()
    return {"listing": listing, "ticket": ticket(), "groups": groups[:MOST_GROUPS], "back": back}


def _reachable(person: Person, keys: list[int]) -> list[Alert]:
    """The alerts that the person sees and may handle; PermissionDenied when one is out of reach."""
    found = list(Alert.objects.visible_to(person).filter(pk__in=keys))
    for alert in found:
        require(person, "alerts.handle", alert)
    return found


def _said(request: PersonRequest, count: int) -> None:
    messages.success(request, ngettext("%(n)s alert was taken on.", "%(n)s alerts were taken on.", count) % {"n": count})


def _alert(person: Person, pk: int) -> Alert:
    found = Alert.objects.visible_to(person).select_related("region", "rule__indicator", "source", "group").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@opens("alerts.see")
def alert(request: PersonRequest, pk: int) -> HttpResponse:
    """One alert: why, since when, what changed, who took it on."""
    return _page(request, _alert(request.user, pk), SnoozeForm())


def _page(request: PersonRequest, found: Alert, form: SnoozeForm, status: int = 200) -> HttpResponse:
    snoozed = Snooze.objects.filter(fingerprint=found.fingerprint, until__gt=timezone.now()).select_related("by").first()
    context = {
        "alert": found,
        "words": state_words(found),
        "quiet": quiet_words(found),
        "changes": found.changes.select_related("by").order_by("-id")[:200],
        "acknowledgements": found.acknowledgements.select_related("by"),
        "snoozed": snoozed,
        "note": NoteForm(),
        "snooze": form,
        "may_handle": request.user.has_perm("alerts.handle", found),
        "ticket": ticket(),
        "before": Alert.objects.visible_to(request.user).filter(fingerprint=found.fingerprint).exclude(pk=found.pk)[:10],
    }
    return render(request, "alerts/alert.html", context, status=status)


@require_POST
@opens("alerts.handle")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it on, put it aside for a while (`later`: for an hour, from the list), or take it up again. `back` is where it was asked."""
    found = _alert(request.user, pk)
    require(request.user, "alerts.handle", found)
    wish = request.POST.get("do", "")
    if wish == "acknowledge":
        note = NoteForm(request.POST)
        _said(request, acknowledge(alerts=[found], by=request.user, note=note.cleaned_data["note"] if note.is_valid() else ""))
    elif wish == "snooze":
        form = SnoozeForm(request.POST)
        if not form.is_valid():
            return _page(request, found, form, 400)
        snooze(alert=found, by=request.user, until=timezone.now() + form.span, reason=form.cleaned_data["reason"])
        messages.success(request, _("It is put aside. It is still watched."))
    elif wish == "later":
        snooze(alert=found, by=request.user, until=timezone.now() + LATER, reason=_("put aside for an hour from the list"))
        messages.success(request, _("It rings again in an hour if it is still bad."))
    elif wish == "wake":
        wake(alert=found, by=request.user)
        messages.success(request, _("It is watched aloud again."))
    back = request.GET.get("back", "")
    own = back.startswith(reverse("alerts:alerts")) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if own else found.get_absolute_url())
