"""A plan as people write it: names of shelters and resources, one a line, the first is used first."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region

from ..cases.forms import home_regions
from ..field.models import Resource, Shelter
from ..procedures.models import Procedure, newest


class NamesField(forms.CharField):
    """Things of a register by name, one a line, in their order."""

    def __init__(self, *, known: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 5}), **kwargs)
        self.known = known

    def clean(self, value: Any) -> list[Model]:
        """The things; refused with the name that the register does not know, or knows several times."""
        answer: list[Model] = []
        for name in dict.fromkeys(line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()):
            found = list(self.known.filter(name__iexact=name)[:2])
            if not found:
                raise forms.ValidationError(_("The register knows no “%(name)s”: add it there first."), params={"name": name[:60]})
            if len(found) > 1:
                raise forms.ValidationError(_("There are several “%(name)s”: give them different names."), params={"name": name[:60]})
            answer.append(found[0])
        return answer


class PlanForm(forms.Form):
    """For which hazard, where, and what is used first."""

    hazard = forms.ModelChoiceField(label=_("Hazard"), queryset=Procedure.objects.none(), empty_label=None)
    region = forms.ModelChoiceField(label=_("Area"), queryset=Region.objects.none(), empty_label=None)
    shelters = NamesField(label=_("Shelters, the first one first"), known=Shelter.objects.filter(closed=None), help_text=_("One a line."))
    resources = NamesField(
        label=_("Resources, the first one first"), known=Resource.objects.filter(closed=None), help_text=_("One a line.")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {one.procedure_id: one.name for one in newest()}
        hazard, region = self.fields["hazard"], self.fields["region"]
        assert isinstance(hazard, forms.ModelChoiceField) and isinstance(region, forms.ModelChoiceField)
        hazard.queryset = Procedure.objects.filter(pk__in=names)
        hazard.label_from_instance = lambda obj: str(names.get(obj.pk, obj))  # type: ignore[method-assign]
        region.queryset = home_regions().filter(level__in=["regency", "district", "village"])
        region.label_from_instance = lambda obj: f"{obj.name} ({obj.pk})"  # type: ignore[method-assign]
