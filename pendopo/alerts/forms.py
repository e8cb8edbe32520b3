"""What one may ask the list of alerts, and what people say about one."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Alert, Severity, State

HOURS = [(1, _("1 hour")), (4, _("4 hours")), (12, _("12 hours")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days"))]


class AlertFilters(forms.Form):
    """Every field is optional; without a state what fires is shown."""

    state = forms.ChoiceField(label=_("State"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("All")), *Severity.choices])
    region = forms.CharField(label=_("Region"), max_length=20, required=False)
    q = forms.CharField(label=_("Name"), max_length=80, required=False)
    group = forms.IntegerField(required=False, widget=forms.HiddenInput)
    rule = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        state = self.fields["state"]
        if isinstance(state, forms.ChoiceField):
            state.choices = [
                ("", State.FIRING.label),
                ("open", _("All that is open")),
                *((one.value, one.label) for one in (State.WAITING, State.SUPPRESSED, State.ENDED)),
                ("all", _("All")),
            ]

    def narrow(self, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """The alerts that match."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state") or State.FIRING.value
        if state == "open":
            queryset = queryset.exclude(state=State.ENDED)
        elif state != "all":
            queryset = queryset.filter(state=state)
        if asked.get("severity"):
            queryset = queryset.filter(severity=asked["severity"])
        if asked.get("region"):
            queryset = queryset.filter(region__code__startswith=asked["region"].strip())
        if asked.get("q"):
            queryset = queryset.filter(name__icontains=asked["q"].strip())
        if asked.get("group"):
            queryset = queryset.filter(group=asked["group"])
        if asked.get("rule"):
            queryset = queryset.filter(rule__code=asked["rule"])
        return queryset


class NoteForm(forms.Form):
    """Taking an alert on, with a word."""

    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class SnoozeForm(forms.Form):
    """For how long, and why."""

    hours = forms.TypedChoiceField(label=_("For"), choices=HOURS, coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    @property
    def span(self) -> timedelta:
        """How long it is kept quiet."""
        return timedelta(hours=self.cleaned_data["hours"])
