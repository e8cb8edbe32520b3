"""What one may ask the book of deeds."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Entry

DATE = {"type": "date"}


class EntryFilters(forms.Form):
    """Every field is optional; what is given must all hold. Dates are days of the government's zone, both included."""

    person = forms.CharField(label=_("Person"), max_length=200, required=False)
    deed = forms.CharField(label=_("Deed"), max_length=100, required=False)
    about = forms.CharField(label=_("About"), max_length=300, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))

    def narrow(self, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        """The entries that match. A deed is a room (`agencies`), a verb (`changed`) or both (`agencies.changed`)."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("person"):
            queryset = queryset.filter(actor__icontains=asked["person"])
        if asked.get("deed"):
            room, dot, verb = asked["deed"].strip().partition(".")
            queryset = queryset.filter(room=room, verb__startswith=verb) if dot else queryset.filter(Q(room=room) | Q(verb=room))
        if asked.get("about"):
            queryset = queryset.filter(about__startswith=asked["about"].strip())
        if asked.get("since"):
            queryset = queryset.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            queryset = queryset.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return queryset


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
