"""Forms of incidents and what one may ask their list."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Person
from pendopo.alerts.models import Severity
from pendopo.regions.models import Region
from pendopo.ui.offers import offer

from ..procedures.models import ProcedureVersion, newest
from .models import Incident, State, StepState

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
PLACE = forms.TextInput(attrs={"list": "places", "autocomplete": "off"})
WRITTEN_CODE = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
ACTIVE = "active"


def home_regions() -> QuerySet[Region]:
    """The government's region and everything below it."""
    return Region.objects.within(settings.REGION)


def find_places(text: str) -> list[Region]:
    """Regions by code or name, one a line or separated by `;`. Raises ValidationError that says how to write what was not found."""
    found: list[Region] = []
    for part in (piece.strip() for line in text.splitlines() for piece in line.split(";")):
        if not part:
            continue
        code = WRITTEN_CODE.search(part)
        rows = list(Region.objects.filter(pk=code[0])) if code else list(home_regions().filter(name__iexact=part).order_by("code")[:9])
        if not rows:
            raise forms.ValidationError(
                _("There is no region “%(name)s”: choose one from the list, or write its code."), params={"name": part[:60]}
            )
        if len(rows) > 1:
            which = ", ".join(f"{row.name} ({row.pk})" for row in rows)
            raise forms.ValidationError(
                _("There are several “%(name)s”: write the code. %(which)s"), params={"name": part[:60], "which": which}
            )
        found.append(rows[0])
    return list(dict.fromkeys(found))


class PlacesField(forms.CharField):
    """Regions as people write them."""

    def clean(self, value: Any) -> Any:
        """The regions."""
        return find_places(super().clean(value) or "")


def written(regions: list[Region]) -> str:
    """Regions as `PlacesField` reads them."""
    return "\n".join(f"{region.name} ({region.pk})" for region in regions)


class OpenForm(forms.Form):
    """A new incident: a kind and a place are enough, and twenty seconds."""

    procedure = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect, required=False)
    place = PlacesField(
        label=_("Where?"), max_length=200, required=False, widget=PLACE, help_text=_("Name of the village or district, or its code.")
    )
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=_("Empty: the kind and the place."))
    detail = forms.CharField(label=_("What is known"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("as usual for its kind")), *Severity.choices])
    more = PlacesField(
        label=_("More places"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("One a line.")
    )
    began = forms.DateTimeField(label=_("Began"), widget=MOMENT, required=False)
    exercise = forms.BooleanField(label=_("Exercise (LATIHAN): everything is marked, and it ends with a score"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {one.procedure.code: one for one in newest()}
        kinds = [(code, one.name) for code, one in self.versions.items()]
        offer(self, "procedure", [*kinds, ("", _("Something else"))])

    def clean(self) -> dict[str, Any]:
        """A title or a kind; with a kind, its usual severity and title."""
        given: dict[str, Any] = super().clean() or {}
        version = self.versions.get(given.get("procedure") or "")
        if version is None and not (given.get("title") or "").strip():
            raise forms.ValidationError(_("Choose a kind, or write a title."))
        if (began := given.get("began")) and began > timezone.now():
            self.add_error("began", _("This time has not come yet: write what has happened."))
        return given

    @property
    def version(self) -> ProcedureVersion | None:
        """The procedure that was chosen, in its newest version."""
        return self.versions.get(self.cleaned_data["procedure"])

    @property
    def places(self) -> list[Region]:
        """Every place that was named."""
        return [*self.cleaned_data["place"], *self.cleaned_data["more"]]


class ChangeForm(forms.Form):
    """The facts of an incident as they are known now; `known` says which the writer had before their eyes."""

    known = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    detail = forms.CharField(label=_("What is known"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    regions = PlacesField(
        label=_("Regions"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line: a name or a code."),
    )
    agencies = forms.ModelMultipleChoiceField(
        label=_("Agencies that take part"), queryset=Agency.objects.none(), required=False, widget=forms.SelectMultiple(attrs={"size": 10})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agencies", Agency.objects.filter(active=True))


class WriteForm(forms.Form):
    """A line of the timeline."""

    text = forms.CharField(label=_("What happened"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    at = forms.DateTimeField(label=_("When"), widget=MOMENT, required=False, help_text=_("Empty: just now."))
    file = forms.FileField(label=_("Picture or file"), required=False)


class DecideForm(forms.Form):
    """A decision."""

    text = forms.CharField(label=_("What is decided"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    why = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(forms.Form):
    """How it stands from now on."""

    to = forms.CharField(max_length=10)
    why = forms.CharField(label=_("Why"), max_length=500, required=False)


class StepForm(forms.Form):
    """What somebody says of a step."""

    step = forms.CharField(max_length=40)
    state = forms.ChoiceField(choices=StepState.choices)
    text = forms.CharField(label=_("What came of it"), max_length=1000, required=False)


class LeadForm(forms.Form):
    """Who leads, and who led when the form was shown."""

    do = forms.CharField(widget=forms.HiddenInput, initial="lead", required=False)
    before = forms.ModelChoiceField(queryset=Person.objects.all(), required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    lead = forms.ModelChoiceField(label=_("Who leads"), queryset=Person.objects.none(), required=False, empty_label=_("nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "lead", Person.objects.filter(is_active=True))

    def hide(self) -> "LeadForm":
        """The same wish, only to be confirmed."""
        self.fields["lead"].widget = forms.HiddenInput()
        return self


class MergeForm(forms.Form):
    """Of which incident it is a part."""

    into = forms.ModelChoiceField(label=_("Becomes part of"), queryset=Incident.objects.none())

    def __init__(self, *args: Any, others: QuerySet[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "into", others)


class SplitForm(forms.Form):
    """Which part goes on by itself."""

    title = forms.CharField(label=_("Title of the new incident"), max_length=200)
    regions = forms.ModelMultipleChoiceField(
        label=_("Its regions"), queryset=Region.objects.none(), widget=forms.SelectMultiple(attrs={"size": 6})
    )

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "regions", regions)


class IncidentFilters(forms.Form):
    """Which incidents; without a state those that go on."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("that go on")), *State.choices, ("all", _("all"))])
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("all")), *Severity.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    text = forms.CharField(label=_("Text"), max_length=200, required=False)
    drills = forms.ChoiceField(label=_("Exercises"), required=False, choices=[("", _("all")), ("no", _("without")), ("yes", _("only"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.procedure.code, one.name) for one in newest()]
        offer(self, "kind", [("", _("all")), *kinds])

    def narrow(self, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        """The incidents that match."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state")
        if not state:
            queryset = queryset.filter(state__in=[State.OPEN, State.CONTAINED])
        elif state != "all":
            queryset = queryset.filter(state=state)
        if asked.get("severity"):
            queryset = queryset.filter(severity=asked["severity"])
        if asked.get("kind"):
            queryset = queryset.filter(procedure__procedure__code=asked["kind"])
        if asked.get("drills"):
            queryset = queryset.filter(exercise=asked["drills"] == "yes")
        if text := asked.get("text", "").strip():
            queryset = queryset.filter(Q(title__icontains=text) | Q(detail__icontains=text))
        return queryset
