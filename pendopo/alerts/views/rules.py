"""Pages of rules: the list, one with its dry run, new and changed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import require
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.models import Indicator
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.severity import mark

from ..actions import declare_rule, use_rule
from ..forms_rules import KINDS, RuleForm, initial_of, told_of
from ..models import Alert, Rule
from ..rules import WrongRule, rule_of
from ..trying import Outcome, try_rule

DAYS = 30


@opens("alerts.see")
def rules(request: PersonRequest) -> HttpResponse:
    """Every rule on what the reader may read."""
    found = Rule.objects.visible_to(request.user).select_related("region", "indicator")
    found = found.annotate(open=Count("alerts", filter=~Q(alerts__state="ended"))).order_by("automatic", "code")
    links = [Link(_("New rule"), reverse("alerts:new-rule"))] if request.user.has_perm("alerts.change") else []
    listing = Listing(
        request,
        title=_("Rules"),
        lead=_("When people must be told. Each source has its rule of silence without anybody's doing."),
        queryset=found,
        columns=[
            Column("name", _("Rule"), lambda r: r.name, url=Rule.get_absolute_url, sort="name"),
            Column("kind", _("Kind"), kind_words, csv_value=lambda r: r.kind),
            Column(
                "figure",
                _("Figure"),
                lambda r: r.indicator.name if r.indicator else "–",
                csv_value=lambda r: r.indicator.code if r.indicator else "",
            ),
            Column("region", _("Region"), lambda r: r.region.name, csv_value=lambda r: r.region_id, sort="region"),
            Column("severity", _("Severity"), lambda r: mark(r.severity), csv_value=lambda r: r.severity),
            Column("open", _("Open alerts"), lambda r: r.open, numeric=True, sort="open"),
            Column("state", _("State"), lambda r: _("in use") if r.active else _("retired"), csv_value=lambda r: r.active),
            Column("code", _("Code"), lambda r: r.code, csv_only=True),
        ],
        csv_name="rules",
        links=links,
        empty_title=_("No rules yet"),
        empty_text=_("Make one here, or load a file with pendopo rules load."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def kind_words(rule: Rule) -> str:
    """The kind in words."""
    return str(KINDS[rule.kind][0]) if rule.kind in KINDS else rule.kind


def _rule(person: Person, code: str) -> Rule:
    found = Rule.objects.visible_to(person).select_related("region", "indicator__weight", "source").filter(code=code).first()
    if found is None:
        raise Http404
    return found


@opens("alerts.see")
def rule(request: PersonRequest, code: str) -> HttpResponse:
    """One rule: what it says, its alerts, and when it would have fired in the last days."""
    found = _rule(request.user, code)
    days = int(request.GET["days"]) if request.GET.get("days") in ("7", "30", "90", "365") else DAYS
    context = {
        "rule": found,
        "kind": kind_words(found),
        "keys": told_of(found),
        "alerts": Alert.objects.visible_to(request.user).filter(rule=found).select_related("region")[:20],
        "outcome": _tried(found, days),
        "days": days,
        "spans": [7, 30, 90, 365],
        "may_change": request.user.has_perm("alerts.change", found),
    }
    return render(request, "alerts/rule.html", context)


def _tried(found: Rule, days: int) -> Outcome | None:
    if found.indicator is None or found.kind == "composite":
        return None
    try:
        judged = rule_of(found.about)
    except WrongRule:
        return None
    return try_rule(judged, found.indicator, found.region_id, dims=found.dims, scope=found.scope, days=days, until=timezone.now())


@opens("alerts.change")
def new(request: PersonRequest) -> HttpResponse:
    """First the kind, then its form; it can be tried on history before it is saved."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(request, "alerts/kinds.html", {"kinds": [(code, name, about) for code, (name, about) in KINDS.items()]})
    return _form(request, kind, None)


@opens("alerts.change")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """The form of a rule that is there."""
    found = _rule(request.user, code)
    require(request.user, "alerts.change", found)
    if found.kind not in KINDS or found.source is not None:
        raise Http404
    return _form(request, found.kind, found)


def _form(request: PersonRequest, kind: str, found: Rule | None) -> HttpResponse:
    indicators = Indicator.objects.visible_to(request.user).order_by("code")
    initial = initial_of(found) if found else {"region": settings.REGION}
    form = RuleForm(request.POST if request.method == "POST" else None, kind=kind, indicators=indicators, initial=initial)
    outcome = None
    if request.method == "POST" and form.is_valid():
        require(request.user, "alerts.change", _Place(form.cleaned_data["region"].pk))
        if request.POST.get("do") == "try":
            outcome = _try(form, kind)
        else:
            return redirect(_saved(request, form, found).get_absolute_url())
    context = {
        "form": form,
        "kind": KINDS[kind][0],
        "about": KINDS[kind][1],
        "outcome": outcome,
        "rule": found,
        "days": form.data.get("days", ""),
    }
    return render(request, "alerts/rule_form.html", context)


class _Place:
    """A place to ask the doorkeeper about."""

    def __init__(self, region: str) -> None:
        self.region_id = region


def _try(form: RuleForm, kind: str) -> Outcome | None:
    if kind == "composite":
        return None
    data, days = form.cleaned_data, form.cleaned_data.get("days") or 90
    rule = rule_of(form.about)
    return try_rule(rule, data["indicator"], data["region"].pk, dims=data["dims"], scope=data["scope"], days=days, until=timezone.now())


def _saved(request: PersonRequest, form: RuleForm, found: Rule | None) -> Rule:
    data = form.cleaned_data
    taken = set(Rule.objects.filter(code__startswith=form.code).values_list("code", flat=True))
    free = (code for code in (form.code, *(f"{form.code}-{number}" for number in range(2, len(taken) + 3))) if code not in taken)
    given: dict[str, Any] = {name: data[name] for name in ("name", "region", "scope", "severity", "group", "advice")}
    given |= {"about": form.about, "indicator": data.get("indicator"), "dims": data.get("dims") or {}}
    made, _changed = declare_rule(by=request.user, code=found.code if found else next(free), **given)
    messages.success(request, _("The rule is in use: it is judged from now on."))
    return made


@require_POST
@opens("alerts.change")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Out of use, or into use again."""
    found = _rule(request.user, code)
    require(request.user, "alerts.change", found)
    if request.POST.get("do") in ("retire", "use"):
        use_rule(rule=found, by=request.user, active=request.POST["do"] == "use")
        messages.success(request, _("The rule was changed."))
    return redirect(found.get_absolute_url())
