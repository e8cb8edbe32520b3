"""What one may ask of availability, and the words with which time is disputed and decided."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
USUAL_DAYS, MOST_DAYS = 7, 92
AGENCIES, SITES, LINKS, DEVICES = "agencies", "sites", "links", "devices"
OF = [(AGENCIES, _("Agencies")), (SITES, _("Sites")), (LINKS, _("Links")), (DEVICES, _("Devices"))]
WORKING, ALWAYS = "", "all"
HOURS = [(WORKING, _("Working hours")), (ALWAYS, _("Around the clock"))]


class PeriodFilters(forms.Form):
    """Of what, from which day to which, within which hours. Anything that cannot be means the last seven days."""

    of = forms.ChoiceField(label=_("Of"), choices=OF, required=False)
    since = forms.DateField(label=_("From"), widget=DAY, required=False)
    until = forms.DateField(label=_("To and with"), widget=DAY, required=False)
    hours = forms.ChoiceField(label=_("Counted"), choices=HOURS, required=False)

    def __init__(self, data: Any, *, today: date) -> None:
        given = {name: data.get(name, "") for name in ("of", "since", "until", "hours")}
        if not given["since"] and not given["until"]:
            days = int(data["days"]) if data.get("days", "").isdecimal() and len(data["days"]) < 4 else USUAL_DAYS
            given |= {"since": str(today - timedelta(days=max(1, min(days, MOST_DAYS)) - 1)), "until": str(today)}
        super().__init__({**given, "of": given["of"] or AGENCIES})
        self.today = today

    def clean(self) -> dict[str, Any]:
        """No longer than a quarter."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and not since <= until < since + timedelta(days=MOST_DAYS):
            raise forms.ValidationError(_("Choose a period of 92 days at most that does not end before it begins."))
        return found

    def narrow(self, rows: Any) -> Any:
        """The form asks for a reading, it takes no rows away."""
        return rows

    @property
    def things(self) -> str:
        """Of what."""
        self.is_valid()
        return self.cleaned_data.get("of") or AGENCIES

    @property
    def around_the_clock(self) -> bool:
        """Whether nights and days off count too."""
        self.is_valid()
        return bool(self.cleaned_data.get("hours") == ALWAYS)

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """From the first day's midnight to the last day's, on the clock of the installation; never later than now."""
        zone = ZoneInfo(settings.TIME_ZONE)
        good = self.is_valid()
        until = (self.cleaned_data.get("until") if good else None) or self.today
        since = (self.cleaned_data.get("since") if good else None) or until - timedelta(days=USUAL_DAYS - 1)
        begin, end = (datetime.combine(day, time(), zone) for day in (since, until + timedelta(days=1)))
        return min(begin, now - timedelta(minutes=1)), min(end, now)


class DisputeForm(forms.Form):
    """From when to when an outage should not count, and why."""

    start = forms.DateTimeField(label=_("From"), widget=MOMENT)
    end = forms.DateTimeField(label=_("To"), widget=MOMENT)
    reason = forms.CharField(label=_("Why it should not count"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DecideForm(forms.Form):
    """What becomes of a dispute, and why."""

    ACCEPT, REFUSE = "accept", "refuse"
    verdict = forms.ChoiceField(label=_("Verdict"), choices=[(ACCEPT, _("It stays left out")), (REFUSE, _("It counts"))])
    why = forms.CharField(label=_("Why"), max_length=500)
