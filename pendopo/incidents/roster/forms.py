"""Forms of the roster and what one may ask its lists."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.regions.models import Region
from pendopo.ui.offers import offer

from .models import Absence, LineKind, LogLine, Roster, Shift

ALL = ("", _("all"))
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def people() -> QuerySet[Person]:
    """Who may be chosen: everybody who has not left."""
    return Person.objects.filter(is_active=True)


class RosterForm(forms.Form):
    """A roster, its pattern and its crew, one e-mail address a line in the order of the cycle."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and -; part of the address."))
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), required=False)
    needed_from = forms.ChoiceField(
        label=_("Needed from"),
        required=False,
        choices=[("", _("always")), ("watch", _("watch (siaga)")), ("emergency", _("emergency (tanggap darurat)"))],
    )
    turns = forms.CharField(
        label=_("Turns of a day"),
        max_length=300,
        initial="P 07:00-15:00, S 15:00-23:00, M 23:00-07:00",
        help_text=_("A letter and its hours for each turn, such as P 07:00-15:00."),
    )
    cycle = forms.CharField(
        label=_("Cycle"),
        max_length=60,
        initial="PPSSMM--",
        help_text=_("What one person does day after day: a letter for each day, - = off. The crew is spread evenly over it."),
    )
    crew = forms.CharField(label=_("Crew"), widget=forms.Textarea, help_text=_("One e-mail address a line, in the order of the cycle."))

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Region.objects.filter(Q(code=region) | Q(code__startswith=f"{region}."), level__in=["regency", "district"])
        offer(self, "region", own.order_by("code"))

    def clean_crew(self) -> list[Person]:
        """The people, in the order given."""
        names = [line.strip().lower() for line in self.cleaned_data["crew"].splitlines() if line.strip()]
        known = {person.email.lower(): person for person in people().filter(email__in=names)}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise forms.ValidationError(_("Nobody here has the address %(list)s."), params={"list": ", ".join(unknown)})
        return [known[name] for name in names]


class PlanForm(forms.Form):
    """How far to plan the pattern."""

    first = forms.DateField(label=_("From"), widget=DAY, initial=timezone.localdate)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=120, initial=28)


class ShiftForm(forms.Form):
    """A shift by hand."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    since = forms.DateTimeField(label=_("From"), widget=MOMENT)
    until = forms.DateTimeField(label=_("To"), widget=MOMENT)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", people())


class GiveForm(forms.Form):
    """Who takes a shift, and why."""

    to = forms.ModelChoiceField(label=_("Given to"), queryset=Person.objects.none())
    why = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", people())


class AbsenceForm(forms.Form):
    """A stretch in which somebody is away."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    since = forms.DateTimeField(label=_("From"), widget=MOMENT)
    until = forms.DateTimeField(label=_("To"), widget=MOMENT)
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Leave, illness, duty elsewhere."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", people())


class LineForm(forms.Form):
    """A line for the logbook."""

    text = forms.CharField(label=_("What happened"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=[(LineKind.NOTE, LineKind.NOTE.label), (LineKind.HANDOVER, LineKind.HANDOVER.label)])


class ShiftFilters(forms.Form):
    """Whose shifts, of which roster, when. Without a choice of time: from today on."""

    roster = forms.ModelChoiceField(label=_("Roster"), queryset=Roster.objects.all(), to_field_name="code", required=False)
    person = forms.CharField(label=_("Person"), max_length=200, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DAY)
    until = forms.DateField(label=_("To"), required=False, widget=DAY)

    def narrow(self, queryset: QuerySet[Shift]) -> QuerySet[Shift]:
        """The shifts that match."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("roster"):
            queryset = queryset.filter(roster=asked["roster"])
        if text := asked.get("person", "").strip():
            queryset = queryset.filter(Q(person__name__icontains=text) | Q(person__email__iexact=text))
        first = asked.get("since") or timezone.localdate()
        queryset = queryset.filter(until__date__gte=first)
        if asked.get("until"):
            queryset = queryset.filter(since__date__lt=asked["until"] + timedelta(days=1))
        return queryset


class AbsenceFilters(forms.Form):
    """Whose absences."""

    person = forms.CharField(label=_("Person"), max_length=200, required=False)

    def narrow(self, queryset: QuerySet[Absence]) -> QuerySet[Absence]:
        """The absences that match."""
        self.is_valid()
        text = self.cleaned_data.get("person", "").strip()
        return queryset.filter(person__name__icontains=text) if text else queryset


class LineFilters(forms.Form):
    """What to look for in the logbook."""

    text = forms.CharField(label=_("Text"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *LineKind.choices])

    def narrow(self, queryset: QuerySet[LogLine]) -> QuerySet[LogLine]:
        """The lines that match."""
        self.is_valid()
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(Q(text__icontains=text) | Q(by__name__icontains=text))
        kind = self.cleaned_data.get("kind")
        return queryset.filter(kind=kind) if kind else queryset
