"""The author's form of a public warning, and the list's filters."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region
from pendopo.ui.offers import offer

from . import kinds
from .actions import IN_ENGLISH, Told
from .models import Category, Certainty, Level, PublicWarning, Stage, Status, Urgency

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
USUAL_HOURS = 6
RESPONSES = [
    ("Evacuate", _("Evacuate")),
    ("Shelter", _("Take shelter")),
    ("Prepare", _("Prepare")),
    ("Avoid", _("Avoid the place")),
    ("Monitor", _("Follow the news")),
    ("Execute", _("Do as planned")),
    ("Assess", _("Look at the damage")),
    (kinds.ALL_CLEAR, _("All clear")),
]


def warned_regions() -> QuerySet[Region]:
    """What can be warned from a picker: the government's region as a whole, and its districts."""
    found = Region.objects.within(settings.REGION).filter(level__in=["regency", "district"])
    return found.defer("boundary").order_by("code")


class WarningForm(forms.Form):
    """What happens, where, until when, and what people should do."""

    status = forms.ChoiceField(label=_("Is it real?"), choices=Status.choices, widget=forms.RadioSelect)
    headline = forms.CharField(
        label=_("Headline"), max_length=140, help_text=_("One sentence: what, where, when. This is what people hear.")
    )
    event = forms.CharField(label=_("Danger"), max_length=60)
    category = forms.ChoiceField(label=_("Kind of danger"), choices=Category.choices)
    severity = forms.ChoiceField(label=_("How bad"), choices=Level.choices)
    urgency = forms.ChoiceField(label=_("How soon"), choices=Urgency.choices)
    certainty = forms.ChoiceField(label=_("How sure"), choices=Certainty.choices)
    regions = forms.ModelMultipleChoiceField(
        label=_("Who is warned"), queryset=Region.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    onset = forms.DateTimeField(label=_("Begins"), widget=MOMENT, required=False, help_text=_("Empty: at once."))
    expires = forms.DateTimeField(label=_("Holds until"), widget=MOMENT)
    description = forms.CharField(label=_("What is known"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    instruction = forms.CharField(label=_("What to do"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    responses = forms.MultipleChoiceField(label=_("In a word"), choices=RESPONSES, required=False, widget=forms.CheckboxSelectMultiple)
    contact = forms.CharField(label=_("Whom to call"), max_length=200, required=False)
    headline_en = forms.CharField(label=_("Headline"), max_length=140, required=False)
    event_en = forms.CharField(label=_("Danger"), max_length=60, required=False)
    description_en = forms.CharField(label=_("What is known"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    instruction_en = forms.CharField(label=_("What to do"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "regions", warned_regions())
        self.fields["regions"].label_from_instance = lambda region: region.name  # type: ignore[attr-defined]

    @property
    def told(self) -> Told:
        """What the author wrote, as a value."""
        given = dict(self.cleaned_data)
        english = {name: given.pop(f"{name}_en") for name in IN_ENGLISH}
        # The usual words of a kind alone are no English warning: its author did not write one.
        wrote = english["headline"] or english["description"]
        return Told(
            **{**given, "english": english if wrote else {}, "responses": tuple(given["responses"]), "regions": list(given["regions"])}
        )


def usual(kind: kinds.Kind | None) -> dict[str, Any]:
    """What the form begins with for a kind of danger."""
    begins: dict[str, Any] = {
        "status": Status.ACTUAL,
        "expires": timezone.localtime() + timedelta(hours=USUAL_HOURS),
        "contact": "112",
        "severity": Level.SEVERE,
        "urgency": Urgency.EXPECTED,
        "certainty": Certainty.LIKELY,
        "category": Category.OTHER,
    }
    if kind is not None:
        begins |= {
            "event": kind.event,
            "category": kind.category,
            "severity": kind.severity,
            "urgency": kind.urgency,
            "certainty": kind.certainty,
            "responses": list(kind.responses),
            "instruction": kind.instruction,
            "event_en": kind.event_en,
            "instruction_en": kind.instruction_en,
        }
    return begins


def written(warning: PublicWarning) -> dict[str, Any]:
    """A warning as the form shows it."""
    names = (
        "status",
        "headline",
        "event",
        "category",
        "severity",
        "urgency",
        "certainty",
        "onset",
        "expires",
        "description",
        "instruction",
        "responses",
        "contact",
    )
    english = {f"{name}_en": words for name, words in warning.english.items()}
    return {**{name: getattr(warning, name) for name in names}, **english, "regions": [region.pk for region in warning.regions.all()]}


class ReturnForm(forms.Form):
    """Why it goes back to its author."""

    why = forms.CharField(label=_("Why"), max_length=500)


class WarningFilters(forms.Form):
    """Which warnings; without a choice all but those that were dropped."""

    stage = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), ("force", _("In force")), *Stage.choices])
    status = forms.ChoiceField(label=_("Real or exercise"), required=False, choices=[("", _("All")), *Status.choices])
    text = forms.CharField(label=_("Text"), max_length=100, required=False)

    def narrow(self, queryset: QuerySet[PublicWarning]) -> QuerySet[PublicWarning]:
        """The warnings that match."""
        self.is_valid()
        asked = self.cleaned_data
        stage = asked.get("stage")
        if stage == "force":
            queryset = queryset.filter(pk__in=PublicWarning.objects.in_force(timezone.now()).values("pk"))
        elif stage:
            queryset = queryset.filter(stage=stage)
        else:
            queryset = queryset.exclude(stage=Stage.DROPPED)
        if asked.get("status"):
            queryset = queryset.filter(status=asked["status"])
        if text := (asked.get("text") or "").strip():
            queryset = queryset.filter(headline__icontains=text)
        return queryset
