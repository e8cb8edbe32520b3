"""Forms of meetings."""

from django import forms
from django.utils.translation import gettext_lazy as _


class GuestForm(forms.Form):
    """Who a guest is: nothing else is asked."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    agency = forms.CharField(
        label=_("Agency or office"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
