"""What one may ask the book of deeds."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """Every field is optional; what is given must all hold."""

    person = forms.CharField(label=_("Person"), max_length=200, required=False)
    deed = forms.CharField(label=_("Deed"), max_length=100, required=False, help_text=_("Room and verb, for example agencies.changed"))
    about = forms.CharField(
        label=_("About"), max_length=300, required=False, help_text=_("The path of the thing, for example /agencies/rsud")
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
