"""The forms of what the public is told."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TellForm(forms.Form):
    """What everyone reads of an incident."""

    headline = forms.CharField(label=_("Headline"), max_length=120, help_text=_("What happened and where, without names of people."))
    text = forms.CharField(
        label=_("What everyone should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is being done, what to avoid, whom to call."),
    )


class AnswerAllForm(forms.Form):
    """One answer to all reports."""

    text = forms.CharField(label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
