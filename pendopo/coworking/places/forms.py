"""Forms of places, for stewards."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency
from pendopo.regions.models import Level, Region
from pendopo.ui.offers import offer

from .models import Feature, Floor, Kind, Place, Resource

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class PlaceForm(forms.Form):
    """A place."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(label=_("About"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    agency = forms.ModelChoiceField(label=_("Kept by"), queryset=Agency.objects.none(), required=False)
    region = forms.ModelChoiceField(label=_("District"), queryset=Region.objects.none(), required=False)
    hours = forms.CharField(
        label=_("Opening hours"),
        max_length=300,
        initial="Mo-Fr 08:00-17:00",
        help_text=_("Such as Mo-Fr 08:00-17:00; Sa 09:00-12:00, or 24/7."),
    )
    zone = forms.CharField(label=_("Time zone"), max_length=40)
    grace_minutes = forms.IntegerField(
        label=_("Minutes until a no-show is released"), min_value=0, max_value=240, initial=20, help_text=_("0: nobody loses a booking.")
    )
    network = forms.CharField(label=_("Name of the guest network"), max_length=32, required=False)
    active = forms.BooleanField(label=_("Can be booked"), required=False, initial=True)

    def __init__(self, *args: Any, within: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agency", Agency.objects.filter(active=True))
        offer(self, "region", Region.objects.within(within).filter(level=Level.DISTRICT))


class FloorForm(forms.Form):
    """A floor with its plan."""

    name = forms.CharField(label=_("Name of the floor"), max_length=80)
    level = forms.IntegerField(label=_("Storey"), min_value=-9, max_value=99, initial=1)
    plan = forms.FileField(
        label=_("Plan (SVG)"), required=False, help_text=_("Rectangles whose id is the code of a thing place that thing by themselves.")
    )


class ResourceForm(forms.Form):
    """Something to book."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("What"), choices=Kind.choices)
    capacity = forms.IntegerField(label=_("People"), min_value=1, max_value=5000, initial=1)
    features = forms.MultipleChoiceField(label=_("With"), choices=Feature.choices, required=False, widget=forms.CheckboxSelectMultiple)
    about = forms.CharField(label=_("About"), max_length=300, required=False)
    floor = forms.ModelChoiceField(label=_("Floor"), queryset=Floor.objects.none(), required=False)
    x = forms.FloatField(label=_("Left on the plan"), required=False)
    y = forms.FloatField(label=_("Top on the plan"), required=False)
    w = forms.FloatField(label=_("Width on the plan"), min_value=1, initial=60)
    h = forms.FloatField(label=_("Height on the plan"), min_value=1, initial=40)
    longest_minutes = forms.IntegerField(
        label=_("Longest booking"), min_value=0, max_value=11_520, initial=0, help_text=_("In minutes; 0: as long as the place is open.")
    )
    approval = forms.BooleanField(label=_("A steward approves each booking"), required=False)
    check_in = forms.BooleanField(label=_("Released when nobody comes"), required=False, initial=True)
    active = forms.BooleanField(label=_("Can be booked"), required=False, initial=True)

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        floors: QuerySet[Floor] = place.floors.all()
        offer(self, "floor", floors)


class ClosureForm(forms.Form):
    """A span in which a place is closed."""

    start = forms.DateTimeField(label=_("From"), widget=MOMENT)
    end = forms.DateTimeField(label=_("Until"), widget=MOMENT)
    why = forms.CharField(label=_("Why"), max_length=200)


class HolidayForm(forms.Form):
    """A holiday of all places or of one."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    name = forms.CharField(label=_("Name"), max_length=120)
    place = forms.ModelChoiceField(
        label=_("Where"), queryset=Place.objects.filter(active=True), required=False, empty_label=_("everywhere")
    )


def initial_of(thing: Place | Resource, form: type[forms.Form]) -> dict[str, Any]:
    """A row as its form shows it."""
    return {name: getattr(thing, name) for name in form.base_fields}
