"""Writing a record down, and what may be done with one."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Post
from pendopo.regions.models import Level
from pendopo.ui.offers import offer

from ..cases.forms import MOMENT, PLACE, home_regions
from ..cases.models import Incident
from .models import Landmark, Record, State, Way
from .places import at_position


class RecordForm(forms.Form):
    """What, where, who: in the order in which a caller says it. Enter saves."""

    text = forms.CharField(
        label=_("What is reported"), max_length=4000, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    place = forms.CharField(
        label=_("Where"),
        max_length=200,
        required=False,
        widget=PLACE,
        help_text=_("Village, district or landmark; what is unclear is chosen later."),
    )
    caller = forms.CharField(
        label=_("Who reports it"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    number = forms.CharField(
        label=_("Telephone number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    way = forms.ChoiceField(label=_("How it came"), choices=[one for one in Way.choices if one[0] != Way.FIELD], initial=Way.CALL)
    exercise = forms.BooleanField(label=_("Exercise (LATIHAN)"), required=False)


class FieldReportForm(forms.Form):
    """What a phone sends. `key` is its own number of the report; `said` and `sent` are of its clock."""

    key = forms.UUIDField()
    text = forms.CharField(max_length=4000, required=False)
    place = forms.CharField(max_length=200, required=False)
    latitude = forms.DecimalField(min_value=-90, max_value=90, max_digits=12, decimal_places=8, required=False)
    longitude = forms.DecimalField(min_value=-180, max_value=180, max_digits=12, decimal_places=8, required=False)
    said = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])
    sent = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])
    exercise = forms.BooleanField(required=False)


class IncidentForm(forms.Form):
    """Into which incident; none = a new one. As a request it goes to who answers for it, until a time."""

    incident = forms.ModelChoiceField(
        label=_("Incident"), queryset=Incident.objects.none(), required=False, empty_label=_("a new incident")
    )
    owner = forms.ModelChoiceField(label=_("A request: who answers for it"), queryset=Post.objects.none(), required=False)
    due = forms.DateTimeField(label=_("A request: until"), widget=MOMENT, required=False)

    def __init__(self, *args: Any, incidents: QuerySet[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "incident", incidents)
        offer(self, "owner", Post.objects.filter(active=True).order_by("title"))


class RecordFilters(forms.Form):
    """Which records; without a choice all but those that are the same as another."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])
    way = forms.ChoiceField(label=_("How it came"), required=False, choices=[("", _("All")), *Way.choices])
    text = forms.CharField(label=_("Text"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[Record]) -> QuerySet[Record]:
        """The records that match."""
        self.is_valid()
        asked = self.cleaned_data
        queryset = queryset.filter(state=asked["state"]) if asked.get("state") else queryset.exclude(state=State.SAME)
        if asked.get("way"):
            queryset = queryset.filter(way=asked["way"])
        if text := (asked.get("text") or "").strip():
            queryset = queryset.filter(Q(text__icontains=text) | Q(place__icontains=text) | Q(caller__icontains=text))
        return queryset


class LandmarkForm(forms.ModelForm):  # type: ignore[type-arg]
    """A landmark: its name, its village, and where it stands."""

    class Meta:
        model = Landmark
        fields = ["name", "region", "latitude", "longitude"]
        labels = {"name": _("Name that people use"), "region": _("Village"), "latitude": _("Latitude"), "longitude": _("Longitude")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = home_regions().filter(level__in=[Level.VILLAGE, Level.DISTRICT]).select_related("parent").defer("boundary")
        region.label_from_instance = lambda obj: f"{obj.name}, {obj.parent.name if obj.parent else ''} ({obj.pk})"  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any]:
        """A position has both numbers and lies near one of our villages."""
        given = super().clean() or {}
        latitude, longitude = given.get("latitude"), given.get("longitude")
        if (latitude is None) != (longitude is None):
            self.add_error("longitude" if longitude is None else "latitude", _("Write both numbers of the position, or neither."))
        elif latitude is not None and longitude is not None and at_position(latitude, longitude) is None:
            self.add_error("latitude", _("This position is far from every village of ours: look at both numbers."))
        return given


class LandmarkFilters(forms.Form):
    """Which landmarks."""

    text = forms.CharField(label=_("Name"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[Landmark]) -> QuerySet[Landmark]:
        """The landmarks whose name, village or district has the text."""
        self.is_valid()
        if text := (self.cleaned_data.get("text") or "").strip():
            wanted = Q(name__icontains=text) | Q(region__name__icontains=text) | Q(region__parent__name__icontains=text)
            return queryset.filter(wanted)
        return queryset
