"""The log of devices: searched and counted."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import moment

from ..forms import ALL
from ..models import Device, LogEvent, LogEventQuerySet, LogKind, LogLevel

SPANS = {"1": timedelta(hours=1), "24": timedelta(days=1), "168": timedelta(days=7), "all": None}


class LogFilters(forms.Form):
    """Words, device, kind, how bad, since when."""

    text = forms.CharField(label=gettext_lazy("Text"), max_length=100, required=False)
    device = forms.ModelChoiceField(
        label=gettext_lazy("Device"),
        queryset=Device.objects.order_by("name"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[*ALL, *LogKind.choices], required=False)
    severity = forms.TypedChoiceField(
        label=gettext_lazy("At least"), choices=[*ALL, *LogLevel.choices[:7]], coerce=int, empty_value=None, required=False
    )
    since = forms.ChoiceField(
        label=gettext_lazy("Since"),
        choices=[
            ("24", gettext_lazy("24 hours")),
            ("1", gettext_lazy("One hour")),
            ("168", gettext_lazy("7 days")),
            ("all", gettext_lazy("All")),
        ],
        required=False,
    )

    def narrow(self, queryset: LogEventQuerySet) -> LogEventQuerySet:
        """The lines that match."""
        self.is_valid()
        asked: dict[str, Any] = self.cleaned_data
        span = SPANS.get(asked.get("since") or "24")
        wanted = Q()
        if span is not None:
            wanted &= Q(at__gte=timezone.now() - span)
        if asked.get("device"):
            wanted &= Q(device=asked["device"])
        if asked.get("kind"):
            wanted &= Q(kind=asked["kind"])
        if asked.get("severity") is not None:
            wanted &= Q(severity__lte=asked["severity"])
        found = queryset.filter(wanted)
        words = asked.get("text", "").replace("\x00", "").strip()
        return found.saying(words) if words else found


@opens("network.change")
def log(request: PersonRequest) -> HttpResponse:
    """Every line, newest first, with how many of each kind came in the last day."""
    listing = Listing(
        request,
        title=_("Log of devices"),
        lead=_("What devices say by syslog. Refused sign-ins and flapping lines become alerts."),
        queryset=LogEvent.objects.visible_to(request.user).select_related("device"),
        columns=[
            Column("at", _("When"), lambda e: moment(e.at), csv_value=lambda e: e.at),
            Column(
                "device",
                _("Device"),
                lambda e: e.device.name if e.device else e.host or e.sender,
                csv_value=lambda e: e.device.code if e.device else e.sender,
            ),
            Column("severity", _("Severity"), lambda e: e.get_severity_display(), csv_value=lambda e: e.severity),
            Column("kind", _("Kind"), lambda e: e.get_kind_display(), csv_value=lambda e: e.kind),
            Column("app", _("Program"), lambda e: e.app or "–"),
            Column("text", _("Text"), lambda e: e.text),
            Column("sender", _("Sender"), lambda e: e.sender, csv_only=True),
            Column("raw", _("Raw line"), lambda e: e.raw, csv_only=True),
        ],
        filters=LogFilters(request.GET),
        csv_name="log",
        per_page=100,
        empty_title=_("No device has said anything yet"),
        empty_text=_("Set PENDOPO_SYSLOG and send the syslog of your devices there."),
    )
    if listing.wants_csv:
        return listing.csv()
    return render(request, "network/log.html", {"listing": listing, "kinds": _kinds(request.user)})


def _kinds(user: Any) -> list[tuple[str, str, int]]:
    """How many lines of each kind came in the last day."""
    since = timezone.now() - timedelta(days=1)
    rows = LogEvent.objects.visible_to(user).filter(at__gte=since).order_by().values_list("kind").annotate(lines=Count("pk"))
    names = dict(LogKind.choices)
    return [(kind, str(names[kind]), lines) for kind, lines in sorted(rows, key=lambda row: -row[1])]
