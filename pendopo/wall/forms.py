"""Forms of the wall."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .models import KioskToken


class ScreenForm(forms.Form):
    """A new wall screen."""

    label = forms.CharField(label=_("Where does the screen hang?"), max_length=100, help_text=_("For example: command center, left wall."))


class ScreenFilters(forms.Form):
    """Narrows the list of screens."""

    q = forms.CharField(label=_("Name"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), ("on", _("May show")), ("off", _("Revoked"))])

    def narrow(self, queryset: QuerySet[KioskToken]) -> QuerySet[KioskToken]:
        """The screens that match."""
        if not self.is_valid():
            return queryset
        if self.cleaned_data["q"]:
            queryset = queryset.filter(label__icontains=self.cleaned_data["q"])
        if self.cleaned_data["state"]:
            queryset = queryset.filter(revoked__isnull=self.cleaned_data["state"] == "on")
        return queryset
