"""The form by which a service of the network is shown to the public."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pendopo.network.models import Service


class ShowForm(forms.Form):
    """A service and what the public calls it."""

    service = forms.ModelChoiceField(label=_("Service of the network"), queryset=Service.objects.order_by("name"), to_field_name="code")
    name_id = forms.CharField(label=_("Name (Indonesian)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=120, required=False)
    about = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    address = forms.URLField(label=_("Address"), required=False, assume_scheme="https")
