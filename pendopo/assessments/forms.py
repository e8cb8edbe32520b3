"""Forms of assessments."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, sees_everything
from pendopo.agencies.models import Agency, Post
from pendopo.ui.offers import offer

from .catalogue import all_instruments
from .logic import Instrument, Level, Node
from .models import Treatment, Weight
from .sheet import name_of

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def agencies_in_reach(user: User) -> QuerySet[Agency]:
    """The agencies that the reader's posts reach."""
    found = Agency.objects.filter(active=True)
    return found if sees_everything(user) else found.filter(pk__in=agency_ids_of(user))


class OpenForm(forms.Form):
    """A new assessment."""

    instrument = forms.ChoiceField(label=_("Instrument"))
    year = forms.IntegerField(label=_("Year"), min_value=2018, max_value=2100)
    title = forms.CharField(label=_("Title"), max_length=200, required=False, help_text=_("Left empty: the instrument and the year."))
    agency = forms.ModelChoiceField(
        label=_("Agency"), queryset=Agency.objects.none(), required=False, empty_label=_("the government as a whole")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "instrument", [(one.code, name_of(one.root.name)) for one in all_instruments()])
        self.fields["year"].initial = timezone.localdate().year
        offer(self, "agency", agencies_in_reach(user))


def level_text(level: Level) -> str:
    """A level as one reads it where it is chosen: its number and word, and what it asks of the requirement."""
    word = f"{level.step} · {name_of(level.word)}"
    return format_html("<span><strong>{}</strong> {}</span>", word, name_of(level.asked)) if level.asked else word


class AnswerForm(forms.Form):
    """The answer to one requirement, shaped by its instrument: fulfilled levels, one level of a ladder, or a number."""

    def __init__(self, *args: Any, instrument: Instrument, node: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scale = instrument.scale
        low = int(scale.low)
        levels = [(level.step, level_text(level)) for level in instrument.levels_of(node)] if scale.whole else []
        if levels and instrument.cumulative:
            self.fields["held"] = forms.TypedMultipleChoiceField(
                label=_("Levels that are fulfilled"),
                coerce=int,
                choices=levels[1:],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("A level counts only when all below it are fulfilled. Without any it is level %(low)s.") % {"low": low},
            )
        elif levels:
            self.fields["value"] = forms.ChoiceField(label=_("Level"), choices=levels, widget=forms.RadioSelect, required=False)
        else:
            step = "1" if scale.whole else "0.01"
            self.fields["value"] = forms.DecimalField(
                label=_("Value"),
                required=False,
                min_value=scale.low,
                max_value=scale.high,
                widget=forms.NumberInput(attrs={"step": step, "min": str(scale.low), "max": str(scale.high)}),
                help_text=_("From %(low)s to %(high)s.") % {"low": scale.low, "high": scale.high},
            )
        if instrument.exclusions:
            self.fields["excluded"] = forms.BooleanField(label=_("Does not apply"), required=False)
        self.fields["note"] = forms.CharField(
            label=_("Reason, or what the assessor should know"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
        )


class EvidenceForm(forms.Form):
    """A file or a link as evidence."""

    title = forms.CharField(label=_("What it shows"), max_length=200)
    file = forms.FileField(label=_("File"), required=False, help_text=_("100 MB at most."))
    link = forms.URLField(label=_("or link"), max_length=500, required=False, assume_scheme="https")
    since = forms.DateField(label=_("Holds from"), widget=DAY, required=False)
    until = forms.DateField(label=_("Holds until"), widget=DAY, required=False, help_text=_("You are reminded a month before."))


class ReviewForm(forms.Form):
    """What the reviewer says."""

    remark = forms.CharField(label=_("Remark"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class FindingForm(forms.Form):
    """A finding with its owner and date."""

    text = forms.CharField(label=_("What was found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    weight = forms.ChoiceField(label=_("Weight"), choices=Weight.choices, initial=Weight.MINOR)
    owner = forms.ModelChoiceField(
        label=_("Who puts it right"),
        queryset=Post.objects.filter(active=True),
        required=False,
        empty_label=_("nobody yet"),
        help_text=_("The post gets an order."),
    )
    due = forms.DateTimeField(label=_("Until"), widget=MOMENT, required=False)


FROM_ONE_TO_FIVE = forms.NumberInput(attrs={"min": 1, "max": 5})


class RiskForm(forms.Form):
    """A risk of the register, of the government as a whole or of an agency that the reader reaches."""

    text = forms.CharField(label=_("What may happen"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    likelihood = forms.IntegerField(label=_("Likelihood (1-5)"), min_value=1, max_value=5, widget=FROM_ONE_TO_FIVE)
    impact = forms.IntegerField(label=_("Impact (1-5)"), min_value=1, max_value=5, widget=FROM_ONE_TO_FIVE)
    treatment = forms.ChoiceField(label=_("Treatment"), choices=Treatment.choices)
    plan = forms.CharField(label=_("What is done about it"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Post.objects.filter(active=True), required=False, empty_label=_("nobody yet"))
    agency = forms.ModelChoiceField(
        label=_("Agency"), queryset=Agency.objects.none(), required=False, empty_label=_("the government as a whole")
    )
    review = forms.DateField(label=_("Judge again on"), widget=DAY, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agency", agencies_in_reach(user))


class PassageForm(forms.Form):
    """A door for an auditor."""

    label = forms.CharField(label=_("For whom"), max_length=200)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=90, initial=14)
