"""What one may ask the lists of the network, and the word with which something moves on."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.ui.offers import offer

from . import logic
from .models import Device, DeviceRole, Link, Medium, Site, State

ALL = [("", _("All"))]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SiteFilters(forms.Form):
    """State and words."""

    state = forms.ChoiceField(label=_("State"), choices=[*ALL, *State.choices], required=False)
    text = forms.CharField(label=_("Text"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[Site]) -> QuerySet[Site]:
        """The sites that match."""
        self.is_valid()
        if state := self.cleaned_data.get("state"):
            queryset = queryset.filter(state=state)
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(code__icontains=text) | Q(agency__name__icontains=text))
        return queryset


class LinkFilters(forms.Form):
    """State, medium and words."""

    state = forms.ChoiceField(label=_("State"), choices=[*ALL, *State.choices], required=False)
    medium = forms.ChoiceField(label=_("Medium"), choices=[*ALL, *Medium.choices], required=False)
    text = forms.CharField(label=_("Text"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[Link]) -> QuerySet[Link]:
        """The links that match."""
        self.is_valid()
        for name in ("state", "medium"):
            if value := self.cleaned_data.get(name):
                queryset = queryset.filter(**{name: value})
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(code__icontains=text) | Q(provider__icontains=text))
        return queryset


class DeviceFilters(forms.Form):
    """Role and words."""

    role = forms.ChoiceField(label=_("Role"), choices=[*ALL, *DeviceRole.choices], required=False)
    text = forms.CharField(label=_("Text"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[Device]) -> QuerySet[Device]:
        """The devices that match."""
        self.is_valid()
        if role := self.cleaned_data.get("role"):
            queryset = queryset.filter(role=role)
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(code__icontains=text) | Q(site__name__icontains=text))
        return queryset


class StepForm(forms.Form):
    """Where a site or link has come to, since when, with proof."""

    state = forms.ChoiceField(label=_("Has come to"))
    on = forms.DateField(label=_("On"), widget=DAY)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    file = forms.FileField(label=_("File as proof (OTDR measurement, permit)"), required=False)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        words = dict(State.choices)
        offer(self, "state", [(code, words[code]) for code in logic.next_states(state)])


class InventoryForm(forms.Form):
    """An inventory as YAML, or one of its tables as CSV."""

    file = forms.FileField(label=_("File (YAML or CSV)"))


class AcceptForm(forms.Form):
    """What becomes of findings, and where new devices stand."""

    ACCEPT, LEAVE = "accept", "leave"
    site = forms.ModelChoiceField(
        label=_("Where new devices stand"), queryset=Site.objects.order_by("name"), required=False, empty_label=_("Place not known yet")
    )
    verdict = forms.ChoiceField(choices=[(ACCEPT, ACCEPT), (LEAVE, LEAVE)])
