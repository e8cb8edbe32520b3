"""The form of a check."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency
from pendopo.ui.offers import offer

from ..logic import Duration
from .logic import cron_fault


class CheckForm(forms.Form):
    """A new check: what runs, how often, and how late it may be."""

    name = forms.CharField(label=_("What runs"), max_length=200, help_text=_("For example: nightly backup of the payroll."))
    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())
    every = forms.CharField(label=_("Every"), required=False, max_length=10, help_text=_("A number and s, m, h, d, w or M: 1d."))
    cron = forms.CharField(
        label=_("Or by a cron line"), required=False, max_length=100, help_text=_("Five fields, for example 30 2 * * 1-5.")
    )
    zone = forms.CharField(label=_("Time zone of the cron line"), max_length=60)
    grace = forms.CharField(label=_("Grace"), max_length=10, initial="1h", help_text=_("So much later it may come, or so long it may run."))

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agency", agencies)
        self.fields["zone"].initial = settings.TIME_ZONE

    def _duration(self, name: str) -> str:
        text: str = self.cleaned_data[name].strip()
        if text:
            try:
                Duration.parse(text)
            except ValueError:
                raise forms.ValidationError(_("Write a number and s, m, h, d, w or M, for example 1d.")) from None
        return text

    def clean_every(self) -> str:
        """A duration, or nothing."""
        return self._duration("every")

    def clean_grace(self) -> str:
        """A duration."""
        return self._duration("grace")

    def clean_cron(self) -> str:
        """A cron line that comes at some time, or nothing."""
        text: str = self.cleaned_data["cron"].strip()
        if text and (why := cron_fault(text)):
            raise forms.ValidationError(_("The cron line cannot be read: %(why)s"), params={"why": why})
        return text

    def clean_zone(self) -> str:
        """A zone of the IANA table."""
        text: str = self.cleaned_data["zone"].strip()
        if text not in available_timezones():
            raise forms.ValidationError(_("Write the zone as Asia/Jakarta, Asia/Makassar or Asia/Jayapura."))
        return text

    def clean(self) -> dict[str, Any]:
        """Either a period or a cron line."""
        data = super().clean() or {}
        if not self.errors and bool(data.get("every")) == bool(data.get("cron")):
            raise forms.ValidationError(_("Give either a period or a cron line."))
        return data
