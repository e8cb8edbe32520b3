"""Forms of chains, call lists and call-outs."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person, Post
from pendopo.alerts.models import Severity
from pendopo.notify.models import IMPERSONAL, Channel
from pendopo.regions.models import Region
from pendopo.ui.offers import offer
from pendopo.ui.paths import own_path

from ..roster.models import Roster
from .actions import StepSpec
from .models import CallList, CallOut, Chain, State, Whom

ALL = ("", _("all"))
PERSONAL = [(code, label) for code, label in Channel.choices if code not in IMPERSONAL]
NOBODY = ("", "–")
ROWS = 6


def whom_choices(but: Chain | None = None) -> list[Any]:
    """Everybody a step can call, by kind: the value is `kind:key`."""
    others = Chain.objects.filter(ended=None).exclude(pk=but.pk if but else 0)
    found: list[tuple[Whom, QuerySet[Any]]] = [
        (Whom.ROSTER, Roster.objects.filter(ended=None)),
        (Whom.POST, Post.objects.filter(active=True)),
        (Whom.LIST, CallList.objects.all()),
        (Whom.PERSON, Person.objects.filter(is_active=True)),
        (Whom.CHAIN, others),
    ]
    groups = [(whom.label, [(f"{whom}:{row.pk}", str(row)) for row in rows]) for whom, rows in found]
    return [NOBODY, *[group for group in groups if group[1]], (f"{Whom.SIREN}:", Whom.SIREN.label)]


class StepForm(forms.Form):
    """One step: whom, on which channels, how long to wait."""

    whom = forms.ChoiceField(label=_("Whom"), required=False)
    channels = forms.MultipleChoiceField(label=_("Channels"), choices=PERSONAL, required=False, widget=forms.CheckboxSelectMultiple)
    wait_s = forms.IntegerField(label=_("Wait (seconds)"), min_value=10, max_value=3600, initial=180, required=False)

    def __init__(self, *args: Any, choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "whom", choices)

    def spec(self) -> StepSpec | None:
        """The step as the verb takes it; None for an empty line."""
        whom, _colon, key = self.cleaned_data.get("whom", "").partition(":")
        if not whom:
            return None
        models = {Whom.ROSTER: Roster, Whom.POST: Post, Whom.LIST: CallList, Whom.PERSON: Person, Whom.CHAIN: Chain}
        model = models.get(Whom(whom))
        target = model.objects.filter(pk=key).first() if model else None  # type: ignore[attr-defined]
        return StepSpec(whom, target, self.cleaned_data["channels"], self.cleaned_data["wait_s"] or 180)


class ChainForm(forms.Form):
    """A chain without its steps."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and -; part of the address."))
    alarm_from = forms.ChoiceField(
        label=_("Starts by itself for alerts from"), required=False, choices=[("", _("never")), *Severity.choices]
    )
    region = forms.ModelChoiceField(label=_("Only alerts within"), queryset=Region.objects.none(), required=False)
    word = forms.CharField(
        label=_("Only alerts with this word"),
        max_length=150,
        required=False,
        help_text=_("The word by which alerts are grouped, such as water or network; empty: every alert."),
    )
    patience_s = forms.IntegerField(
        label=_("Seconds an alert may wait at an awake desk"),
        min_value=0,
        max_value=3600,
        initial=120,
        help_text=_("Without an awake desk it starts at once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Region.objects.within(settings.REGION).filter(level__in=["regency", "district"])
        offer(self, "region", own.defer("boundary").order_by("code"))


class ListForm(forms.Form):
    """A call list, one e-mail address a line."""

    name = forms.CharField(label=_("Name"), max_length=120)
    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=Person.objects.none(), widget=forms.SelectMultiple(attrs={"size": 12})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "people", Person.objects.filter(is_active=True))


class StartForm(forms.Form):
    """Calling people out by hand."""

    chain = forms.ModelChoiceField(label=_("Chain"), queryset=Chain.objects.none(), to_field_name="code")
    subject = forms.CharField(label=_("What for"), max_length=200)
    detail = forms.CharField(label=_("What they must know"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.SEVERE)
    exercise = forms.BooleanField(label=_("Exercise: every message says so"), required=False)
    about = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "chain", Chain.objects.filter(ended=None))

    def clean_about(self) -> str:
        """A path of this house or nothing."""
        about: str = self.cleaned_data["about"]
        return own_path(about)


class StopForm(forms.Form):
    """Why nobody more is called."""

    why = forms.CharField(label=_("Why"), max_length=300)


class CallOutFilters(forms.Form):
    """Which call-outs."""

    text = forms.CharField(label=_("Text"), max_length=200, required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *State.choices])

    def narrow(self, queryset: QuerySet[CallOut]) -> QuerySet[CallOut]:
        """The call-outs that match."""
        self.is_valid()
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(subject__icontains=text)
        state = self.cleaned_data.get("state")
        return queryset.filter(state=state) if state else queryset
