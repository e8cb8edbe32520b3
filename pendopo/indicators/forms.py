"""Forms and filters of the pages about figures."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency
from pendopo.ui.telling import all_told

from .declared import Faulty
from .mapping import Mapping, parse_mapping
from .models import Delivery, Indicator, KeptRow, Kind, Publicity, Source, Waiting, Way

ALL = ("", _("all"))
MAX_UPLOAD = 200 * 1024 * 1024


class SourceFilters(forms.Form):
    """Narrows the list of sources."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    agency = forms.CharField(label=_("Agency"), required=False, max_length=120)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("in use")), ("retired", _("retired")), ("all", _("all"))])

    def narrow(self, queryset: QuerySet[Source]) -> QuerySet[Source]:
        """The sources that match; retired ones only when asked for."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        if chosen.get("q"):
            queryset = queryset.filter(Q(name__icontains=chosen["q"]) | Q(code__icontains=chosen["q"]))
        if chosen.get("agency"):
            queryset = queryset.filter(Q(agency__name__icontains=chosen["agency"]) | Q(agency__code__icontains=chosen["agency"]))
        state = chosen.get("state") or ""
        return queryset if state == "all" else queryset.filter(active=state != "retired")


class IndicatorFilters(forms.Form):
    """Narrows the list of indicators."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *Kind.choices])
    publicity = forms.ChoiceField(label=_("Readers"), required=False, choices=[ALL, *Publicity.choices])
    source = forms.CharField(label=_("Source (code)"), required=False, max_length=60)

    def narrow(self, queryset: QuerySet[Indicator]) -> QuerySet[Indicator]:
        """The indicators that match."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        if chosen.get("q"):
            word = chosen["q"]
            queryset = queryset.filter(Q(name_id__icontains=word) | Q(name_en__icontains=word) | Q(code__icontains=word))
        for name in ("kind", "publicity"):
            if chosen.get(name):
                queryset = queryset.filter(**{name: chosen[name]})
        if chosen.get("source"):
            queryset = queryset.filter(sources__code=chosen["source"])
        return queryset


class DeliveryFilters(forms.Form):
    """Narrows the list of deliveries."""

    source = forms.CharField(label=_("Source (code)"), required=False, max_length=60)
    way = forms.ChoiceField(label=_("Way"), required=False, choices=[ALL, *Way.choices])
    trouble = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[
            ALL,
            ("flagged", _("with flagged rows")),
            ("quarantined", _("with quarantined rows")),
            ("rejected", _("with rejected rows")),
        ],
    )

    def narrow(self, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """The deliveries that match."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        if chosen.get("source"):
            queryset = queryset.filter(source__code=chosen["source"])
        if chosen.get("way"):
            queryset = queryset.filter(way=chosen["way"])
        if chosen.get("trouble"):
            queryset = queryset.filter(**{f"{chosen['trouble']}__gt": 0})
        return queryset


class KeptFilters(forms.Form):
    """Narrows the kept rows of a delivery."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *Waiting.choices])
    code = forms.CharField(label=_("Reason (code)"), required=False, max_length=40)

    def narrow(self, queryset: QuerySet[KeptRow]) -> QuerySet[KeptRow]:
        """The rows that match."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        for name in ("state", "code"):
            if chosen.get(name):
                queryset = queryset.filter(**{name: chosen[name]})
        return queryset


class SourceForm(forms.Form):
    """What is known of a source."""

    name = forms.CharField(label=_("Name"), max_length=200)
    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())
    quota = forms.IntegerField(label=_("Rows a minute"), min_value=0, initial=0, help_text=_("How many rows it may send; 0 = no limit."))
    simulated = forms.BooleanField(label=_("Figures from a model (shown as SIMULASI)"), required=False)

    def __init__(self, *args: Any, agencies: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = agencies


class NewSourceForm(SourceForm):
    """A new source: its code is given once and for good."""

    code = forms.CharField(label=_("Code"), max_length=60, help_text=_("Small letters, digits, “-”, “_”, “.”; it never changes."))
    field_order = ["code", "name", "agency", "quota", "simulated"]


class KeyForm(forms.Form):
    """A new key."""

    label = forms.CharField(label=_("Where it will be used"), max_length=100, required=False)


class CatalogueForm(forms.Form):
    """A catalogue file."""

    file = forms.FileField(label=_("Catalogue (YAML)"))


class UploadForm(forms.Form):
    """A file with figures and how to read it."""

    source = forms.ModelChoiceField(label=_("Source"), queryset=Source.objects.none())
    file = forms.FileField(label=_("File"), help_text=_("CSV, XLSX or JSON lines, at most 200 MB."))
    mapping = forms.FileField(
        label=_("Mapping (YAML)"),
        required=False,
        help_text=_("Only if you have one; without it the next page proposes how the file is read."),
    )

    def __init__(self, *args: Any, sources: QuerySet[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sources

    def clean_file(self) -> Any:
        """Not larger than an upload may be."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 200 MB: send it in parts, or with “pendopo ingest”."))
        return file

    def clean_mapping(self) -> Mapping | None:
        """The mapping, or every fault as a sentence."""
        file = self.cleaned_data.get("mapping")
        if not file:
            return None
        try:
            return parse_mapping(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The mapping is not UTF-8: save it as UTF-8.")) from None
        except Faulty as error:
            raise forms.ValidationError(all_told(error.sentences)) from None
