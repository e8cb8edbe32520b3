"""What one may ask the list of waiting rows, and what a decision needs."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region

from ..models import KeptRow, Source, Waiting

QUALITIES = [("ok", _("ok")), ("provisional", _("provisional")), ("suspect", _("suspect"))]


class WaitingFilters(forms.Form):
    """Every field is optional; without a state the rows that wait are shown."""

    state = forms.ChoiceField(label=_("State"), required=False)
    source = forms.ModelChoiceField(
        label=_("Source"), queryset=Source.objects.none(), required=False, to_field_name="code", empty_label=_("All")
    )
    indicator = forms.CharField(label=_("Indicator"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=20, required=False)
    code = forms.CharField(label=_("Check"), max_length=40, required=False)

    def __init__(self, data: Any, *, sources: QuerySet[Source]) -> None:
        super().__init__(data)
        state, source = self.fields["state"], self.fields["source"]
        if isinstance(state, forms.ChoiceField):
            state.choices = [("", Waiting.WAITING.label), *((s.value, s.label) for s in Waiting if s != Waiting.WAITING), ("all", _("All"))]
        if isinstance(source, forms.ModelChoiceField):
            source.queryset = sources

    def narrow(self, queryset: QuerySet[KeptRow]) -> QuerySet[KeptRow]:
        """The rows that match."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state") or Waiting.WAITING.value
        if state != "all":
            queryset = queryset.filter(state=state)
        if asked.get("source"):
            queryset = queryset.filter(delivery__source=asked["source"])
        if asked.get("indicator"):
            queryset = queryset.filter(series__indicator__code__startswith=asked["indicator"].strip())
        if asked.get("region"):
            queryset = queryset.filter(series__region__code__startswith=asked["region"].strip())
        if asked.get("code"):
            queryset = queryset.filter(code=asked["code"].strip())
        return queryset


class DecisionForm(forms.Form):
    """A decision that takes the rows as they are: why, and for accepted ones of which quality."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("It stays with the rows and in the book of deeds."))


class AcceptForm(DecisionForm):
    """Accept as sent."""

    quality = forms.ChoiceField(label=_("Quality"), choices=QUALITIES, initial="suspect")
    field_order = ["quality", "reason"]


class CorrectForm(DecisionForm):
    """Another value, region or time."""

    value = forms.FloatField(label=_("Value"))
    region = forms.CharField(label=_("Region"), max_length=20, help_text=_("Kemendagri code with dots, for example 35.16.13."))
    at = forms.CharField(label=_("Time"), max_length=40, help_text=_("RFC 3339 with an offset, or a date for daily and longer cadence."))
    quality = forms.ChoiceField(label=_("Quality"), choices=QUALITIES, initial="ok")
    field_order = ["value", "region", "at", "quality", "reason"]

    def clean_region(self) -> str:
        """A region of the table."""
        code: str = self.cleaned_data["region"].strip()
        if not Region.objects.filter(pk=code).exists():
            raise forms.ValidationError(_("There is no region “%(given)s”."), params={"given": code})
        return code
