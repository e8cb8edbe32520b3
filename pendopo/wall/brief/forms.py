"""When somebody wants the brief."""

from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import BriefWish, working_days

DAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


class WishForm(forms.Form):
    """By e-mail or not, at what time, on which days."""

    on = forms.BooleanField(label=_("Send me the brief by e-mail"), required=False)
    at = forms.TimeField(label=_("At"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M", "%H:%M:%S"])
    days = forms.TypedMultipleChoiceField(label=_("On"), choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple)

    @classmethod
    def of(cls, wish: BriefWish | None) -> Self:
        """The form with what is wished now; a fresh one proposes working days at half past six."""
        known = wish or BriefWish(on=False, days=working_days())
        return cls(initial={"on": known.on, "at": known.at, "days": known.days})

    def clean(self) -> dict[str, Any]:
        """A brief that is wanted needs a day."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("on") and not found.get("days"):
            self.add_error("days", _("Choose at least one day, or switch the brief off."))
        return found
