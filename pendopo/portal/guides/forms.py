"""Whether a guide helped."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pendopo.ui.strangers import StrangerForm


class SolvedForm(StrangerForm):
    """What is still open."""

    question = forms.CharField(label=_("What is still unclear?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
