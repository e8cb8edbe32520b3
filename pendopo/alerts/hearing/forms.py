"""A feed that is followed, and why a warning of others is put aside."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Feed, FeedKind, Heard, Verdict

# What the page offers to begin with; addresses and limits as BMKG publishes them.
SHIPPED: dict[str, dict[str, Any]] = {
    "bmkg-nowcast": {
        "name": "BMKG: peringatan dini cuaca",
        "kind": FeedKind.CAP,
        "url": "https://www.bmkg.go.id/alerts/nowcast/id",
        "attribution": "BMKG (Badan Meteorologi, Klimatologi, dan Geofisika)",
        "every_s": 120,
    },
    "bmkg-gempa": {
        "name": "BMKG: gempa bumi terkini",
        "kind": FeedKind.QUAKES,
        "url": "https://data.bmkg.go.id/DataMKG/TEWS/autogempa.json",
        "attribution": "BMKG (Badan Meteorologi, Klimatologi, dan Geofisika)",
        "every_s": 60,
    },
}


class FeedForm(forms.ModelForm):  # type: ignore[type-arg]
    """One feed."""

    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")

    class Meta:
        model = Feed
        fields = ["name", "kind", "url", "attribution", "every_s", "certificates", "must_be_signed", "active"]
        labels = {
            "name": _("Name"),
            "kind": _("Kind"),
            "attribution": _("Name of its source"),
            "every_s": _("Look every (seconds)"),
            "certificates": _("Certificates (PEM)"),
            "must_be_signed": _("Refuse what is not signed"),
            "active": _("In use"),
        }
        widgets = {"certificates": forms.Textarea(attrs={"rows": 4})}


class AsideForm(forms.Form):
    """Why it is not for the public."""

    why = forms.CharField(label=_("Why"), max_length=500)


class HeardFilters(forms.Form):
    """Which messages; without a choice those that wait for a decision."""

    verdict = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", Verdict.WAITING.label), ("all", _("All")), *Verdict.choices[1:]]
    )

    def narrow(self, queryset: QuerySet[Heard]) -> QuerySet[Heard]:
        """The messages that match."""
        self.is_valid()
        asked = self.cleaned_data.get("verdict") or Verdict.WAITING
        return queryset if asked == "all" else queryset.filter(verdict=asked)
