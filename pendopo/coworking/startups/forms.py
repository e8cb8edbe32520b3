"""Forms of start-ups, programmes and events."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import may
from pendopo.agencies.models import Person
from pendopo.coworking.places.models import Place
from pendopo.indicators.models import Indicator
from pendopo.indicators.sharing.actions import agreeable
from pendopo.regions.models import Level, Region
from pendopo.ui.offers import offer

from .models import Stage, Startup

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
LINES = forms.Textarea(attrs={"rows": 4})


class StartupForm(forms.Form):
    """The profile of a start-up."""

    name = forms.CharField(label=_("Name"), max_length=120)
    line = forms.CharField(label=_("In one line"), max_length=160)
    about = forms.CharField(label=_("About"), max_length=5000, required=False, widget=LINES)
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    sector = forms.CharField(label=_("Sector"), max_length=80)
    needs = forms.CharField(label=_("What you look for"), max_length=300, required=False)
    site = forms.URLField(label=_("Website"), max_length=300, required=False, assume_scheme="https")
    region = forms.ModelChoiceField(label=_("District"), queryset=Region.objects.none(), required=False)
    founded = forms.DateField(label=_("Founded"), widget=DAY, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        around = Region.objects.within(settings.REGION).filter(level=Level.DISTRICT)
        offer(self, "region", around.order_by("name"))

    def clean_site(self) -> str:
        """An address that a browser opens."""
        url = str(self.cleaned_data["site"])
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return url


class MilestoneForm(forms.Form):
    """A milestone to reach."""

    title = forms.CharField(label=_("Milestone"), max_length=200)
    due = forms.DateField(label=_("Until"), widget=DAY)


class ReachForm(forms.Form):
    """What came of a milestone."""

    day = forms.DateField(label=_("Reached on"), widget=DAY, initial=timezone.localdate)
    jobs = forms.IntegerField(label=_("New jobs"), min_value=0, max_value=100_000, initial=0)
    revenue = forms.DecimalField(
        label=_("Revenue since the last milestone (rupiah)"), min_value=0, max_digits=16, decimal_places=0, initial=0
    )
    funding = forms.DecimalField(label=_("Funding since then (rupiah)"), min_value=0, max_digits=16, decimal_places=0, initial=0)
    proof = forms.CharField(label=_("Proof"), max_length=300, help_text=_("What a steward can look at: a letter, a contract, an address."))

    def clean_day(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class DatasetForm(forms.Form):
    """An indicator of the government on which a start-up builds."""

    indicator = forms.ModelChoiceField(label=_("Dataset"), queryset=Indicator.objects.none())
    what_for = forms.CharField(label=_("What for"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "indicator", Indicator.objects.published().order_by("code"))


class TeamForm(forms.Form):
    """Somebody who belongs to a start-up."""

    name = forms.CharField(label=_("Name"), max_length=120)
    task = forms.CharField(label=_("Task"), max_length=120, required=False)
    shown = forms.BooleanField(label=_("Show on the public page"), required=False, help_text=_("Only if this person wishes so."))


class AgreementForm(forms.Form):
    """A figure that is not public, for the sandbox of one start-up."""

    indicator = forms.ModelChoiceField(label=_("Dataset"), queryset=Indicator.objects.none())
    purpose = forms.CharField(label=_("What for"), max_length=300)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "indicator", agreeable(person).exclude(code__startswith="sandbox.").order_by("code"))


class StartupFilters(forms.Form):
    """Which start-ups."""

    sector = forms.CharField(label=_("Sector"), max_length=80, required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=[("", _("all")), *Stage.choices], required=False)

    def narrow(self, queryset: Any) -> Any:
        """The start-ups that match."""
        self.is_valid()
        if sector := self.cleaned_data.get("sector", "").strip().replace("\x00", ""):
            queryset = queryset.filter(sector__icontains=sector)
        if stage := self.cleaned_data.get("stage"):
            queryset = queryset.filter(stage=stage)
        return queryset


class ApplyForm(forms.Form):
    """An application of one of the reader's start-ups."""

    startup = forms.ModelChoiceField(label=_("Start-up"), queryset=Startup.objects.none())
    text = forms.CharField(label=_("Why you"), max_length=5000, widget=LINES)

    def __init__(self, *args: Any, own: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "startup", own)


class ProgrammeForm(forms.Form):
    """A programme."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=160)
    about = forms.CharField(label=_("About"), max_length=5000, required=False, widget=LINES)
    call_opens = forms.DateField(label=_("The call opens"), widget=DAY)
    call_closes = forms.DateField(label=_("The call closes"), widget=DAY)
    begins = forms.DateField(label=_("Begins"), widget=DAY)
    ends = forms.DateField(label=_("Ends"), widget=DAY)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=1000, initial=10)


class HourForm(forms.Form):
    """An hour of a mentor."""

    mentor = forms.CharField(label=_("Mentor"), max_length=120)
    topic = forms.CharField(label=_("Topic"), max_length=160, required=False)
    start = forms.DateTimeField(label=_("From"), widget=MOMENT)
    end = forms.DateTimeField(label=_("Until"), widget=MOMENT)


class EventForm(forms.Form):
    """An event."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=160)
    about = forms.CharField(label=_("About"), max_length=5000, required=False, widget=LINES)
    start = forms.DateTimeField(label=_("From"), widget=MOMENT)
    end = forms.DateTimeField(label=_("Until"), widget=MOMENT)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000, initial=40)
    place = forms.ModelChoiceField(label=_("Where"), queryset=Place.objects.none(), empty_label=_("elsewhere"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = places_kept_by(person)
        offer(self, "place", kept)
        self.fields["place"].required = not may(person, "coworking.keep")
        self.fields["place"].initial = kept.first()


def places_kept_by(person: Person) -> QuerySet[Place]:
    """The places of which the person is a steward."""
    active = Place.objects.filter(active=True).select_related("agency").order_by("pk")
    return active.filter(pk__in=[place.pk for place in active if may(person, "coworking.keep", place)])


class ComeForm(forms.Form):
    """Somebody wants to come. `website` is hidden from people."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    website = forms.CharField(required=False, widget=forms.HiddenInput)
