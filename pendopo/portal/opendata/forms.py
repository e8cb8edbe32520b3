"""Forms of open data: what one looks for, a request for figures, and its answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pendopo.ui.strangers import StrangerForm

from .models import Asker, Outcome


class AskForm(StrangerForm):
    """A request for figures that are not published yet."""

    what = forms.CharField(
        label=_("Which data do you need?"), max_length=300, help_text=_("One sentence: which figure, where, since when.")
    )
    purpose = forms.CharField(label=_("What for?"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    asker = forms.ChoiceField(label=_("You are"), choices=Asker.choices)
    email = forms.EmailField(label=_("E-mail for the answer"), required=False, help_text=_("Never shown to others."))


class AnswerForm(forms.Form):
    """What the government says to a request."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[choice for choice in Outcome.choices if choice[0] != Outcome.WAITING])
    text = forms.CharField(label=_("Answer that everyone reads"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
