"""Declaring a posture."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.indicators.models import Indicator, Publicity
from pendopo.regions.models import Region
from pendopo.ui.offers import offer

from ..cases.forms import home_regions
from .models import Level

SPANS = [(12, _("12 hours")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days")), (336, _("14 days")), (720, _("30 days"))]


class DeclareForm(forms.Form):
    """Where, which, for how long, why, and on which decree."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=None)
    level = forms.ChoiceField(label=_("Posture"), choices=Level.choices)
    hours = forms.TypedChoiceField(
        label=_("For"), choices=SPANS, coerce=int, initial=72, help_text=_("It runs out by itself unless renewed.")
    )
    reason = forms.CharField(label=_("Why"), max_length=500)
    basis = forms.CharField(label=_("Decree"), max_length=300, required=False, help_text=_("Number and date; an emergency needs one."))
    shared = forms.ModelMultipleChoiceField(
        label=_("Agencies' own figures that all may read meanwhile"),
        queryset=Indicator.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("It ends with the posture. A renewal names them again."),
    )
    exercise = forms.BooleanField(label=_("Exercise (LATIHAN)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        private = Indicator.objects.filter(publicity=Publicity.AGENCY).order_by("code")
        offer(self, "shared", private)
        if not private.exists():
            del self.fields["shared"]
        offer(self, "region", home_regions().filter(level__in=["regency", "district"]).order_by("code"))

    @property
    def until(self) -> Any:
        """When it runs out."""
        return timezone.now() + timedelta(hours=self.cleaned_data["hours"])
