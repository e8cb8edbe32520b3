"""What one may ask of the region list, and the files it takes."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import BoundaryKind, Level, Region

LARGEST_FILE_MB = 64


class RegionFilters(forms.Form):
    """Narrows the list of regions."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("all")), *Level.choices])
    within = forms.CharField(label=_("Within (code)"), required=False, max_length=13)
    boundary = forms.ChoiceField(label=_("Boundary"), required=False, choices=[("", _("all")), *BoundaryKind.choices])

    def narrow(self, queryset: QuerySet[Region]) -> QuerySet[Region]:
        """The regions that match."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        if text := chosen.get("q", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(code__startswith=text) | Q(bps_codes__code=text)).distinct()
        if level := chosen.get("level"):
            queryset = queryset.filter(level=level)
        if code := chosen.get("within", "").strip():
            queryset = queryset.filter(Q(code=code) | Q(code__startswith=f"{code}."))
        if kind := chosen.get("boundary"):
            queryset = queryset.filter(boundary_kind=kind)
        return queryset


class FileForm(forms.Form):
    """A file of boundaries (GeoJSON), of regions or of BPS codes (CSV)."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("GeoJSON with boundaries, CSV with code,name[,latitude,longitude], or CSV with kode_kemendagri,kode_bps[,nama_bps]."),
    )
    code_property = forms.CharField(
        label=_("Property with the code"), required=False, max_length=60, help_text=_("Left empty, it is found by itself (kode, code, …).")
    )
    bps = forms.BooleanField(label=_("The file writes BPS codes"), required=False)
    repair = forms.BooleanField(label=_("Repair invalid geometries"), required=False)

    def clean_file(self) -> Any:
        """Refuses what is too large to be taken in one piece."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE_MB * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than %(mb)s MB. Split it by district.") % {"mb": LARGEST_FILE_MB})
        return file


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name and centre of one region."""

    class Meta:
        model = Region
        fields = ["name", "latitude", "longitude"]
        labels = {"name": _("Name"), "latitude": _("Latitude"), "longitude": _("Longitude")}
