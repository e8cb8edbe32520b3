"""The form in which a proposed mapping is read, changed and confirmed: a role for each column and a few answers about the whole."""

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

import msgspec
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..cells import text_of, times_in
from ..mapping import KNOWN_ENCODINGS, Across, At, Filter, Long, Mapping, RegionRule, faults_of
from .knowing import Known
from .looking import Head, Look
from .whereabouts import region_of

BY = [
    ("", "–"),
    ("code", gettext_lazy("Kemendagri codes with dots, 35.16.01")),
    ("digits", gettext_lazy("Kemendagri codes without dots, 351601")),
    ("part", gettext_lazy("the last number of the code, 1 or 01")),
    ("bps", gettext_lazy("BPS codes")),
    ("name", gettext_lazy("names")),
]
HOW = gettext_lazy("Letters after a percent sign: d day, m month, Y year, H hour. Several ways are parted by “ | ”.")
MORE = ("across", "names", "others", "only_column", "only_equals", "merged", "empty", "encoding")


class MappingForm(forms.Form):
    """How a table is read. Fields `role_0`, `role_1` … say what each column holds."""

    const_at = forms.CharField(
        label=gettext_lazy("Day or time of all figures"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Where no column says it, for example 2026-05-09."),
    )
    format = forms.CharField(label=gettext_lazy("How the time is written"), required=False, max_length=200, help_text=HOW)
    zone = forms.CharField(label=gettext_lazy("Clock of times of day"), required=False, max_length=60)
    region_by = forms.ChoiceField(label=gettext_lazy("Regions are written as"), choices=BY, required=False)
    within = forms.CharField(label=gettext_lazy("Names and last numbers lie within"), required=False, max_length=20)
    const_region = forms.CharField(label=gettext_lazy("Region of all figures"), required=False, max_length=20)
    decimal = forms.ChoiceField(
        label=gettext_lazy("Numbers are written"),
        required=False,
        choices=[("", "–"), (".", gettext_lazy("1234.5 (decimal point)")), (",", gettext_lazy("1.234,5 (decimal comma)"))],
    )
    missing = forms.CharField(
        label=gettext_lazy("These mean “no report”"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Parted by commas. An empty cell always does."),
    )
    empty = forms.BooleanField(label=gettext_lazy("Leave empty cells out instead of counting them as missing reports"), required=False)
    merged = forms.BooleanField(label=gettext_lazy("Repeat the value of merged cells"), required=False)
    across = forms.ChoiceField(label=gettext_lazy("The columns by day or region are figures of"), required=False)
    names = forms.CharField(label=gettext_lazy("Which name is which indicator"), required=False, max_length=20_000, widget=forms.Textarea)
    others = forms.BooleanField(label=gettext_lazy("Leave lines with other names out"), required=False)
    only_column = forms.ChoiceField(label=gettext_lazy("Only lines whose column"), required=False)
    only_equals = forms.CharField(label=gettext_lazy("holds exactly"), required=False, max_length=200)
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False, choices=[(name, name) for name in KNOWN_ENCODINGS])

    def __init__(self, *args: Any, look: Look, known: Known, dims: dict[int, str], readings: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look, self.known = look, known
        figures = [(f"figure:{one.code}", f"{one.names[1]} ({one.unit or one.code})") for one in known.figures]
        heads = [("", "–"), *((head.name, head.name) for head in look.heads)]
        for name, options in (("across", [("", "–"), *((one.code, one.names[1]) for one in known.figures)]), ("only_column", heads)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options
        if readings:
            self.fields["format"] = forms.ChoiceField(
                label=self.fields["format"].label, required=False, choices=[("", "–"), *((form, form) for form in readings)]
            )
        for head in look.heads:
            dim = dims.get(head.place) or re.sub(r"\W+", "_", head.name.strip().lower())[:40] or f"c{head.place + 1}"
            choices: list[Any] = [
                ("", _("left out")),
                ("at", _("day or time")),
                ("hour", _("time of day (beside the day)")),
                ("region", _("region")),
                (_("a figure"), figures),
                ("which", _("name of the indicator")),
                ("value", _("number (beside the name)")),
                ("across", _("figures of the day in the head")),
                ("beside", _("figures of the region in the head")),
                (f"dim:{dim}", _("extra dimension “%(name)s”") % {"name": dim}),
            ]
            self.fields[f"role_{head.place}"] = forms.ChoiceField(label=head.name, choices=choices, required=False)
        if look.kind == "sheet":
            del self.fields["encoding"]

    @property
    def plain(self) -> list[forms.BoundField]:
        """The answers that most tables need."""
        return [field for field in self if not field.name.startswith("role_") and field.name not in MORE]

    @property
    def more(self) -> list[forms.BoundField]:
        """The others."""
        return [field for field in self if field.name in MORE]

    @property
    def more_matters(self) -> bool:
        """Whether one of the others is answered or wrong."""
        return any(field.errors or field.value() and field.name != "encoding" for field in self.more)

    def heads_with(self, role: str) -> list[Head]:
        """The columns that were given a role (or one that begins so)."""
        return [head for head in self.look.heads if str(self.cleaned_data.get(f"role_{head.place}", "")).startswith(role)]

    def clean(self) -> dict[str, Any]:
        """The mapping under `mapping`, or every fault as a sentence at its field."""
        data = self.cleaned_data
        if data.get("zone") and data["zone"] not in available_timezones():
            self.add_error("zone", _("There is no such clock: write, for example, Asia/Jakarta."))
        if not data.get("decimal"):
            self.add_error("decimal", _("Choose how the numbers are written."))
        if self.errors:
            return data
        try:
            mapping = self._mapping()
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        for fault in faults_of(mapping):
            self.add_error(None, fault)
        data["mapping"] = mapping
        return data

    def _mapping(self) -> Mapping:
        data, where = self.cleaned_data, self.look.where
        days, regions = self.heads_with("across"), self.heads_with("beside")
        if days and regions:
            raise ValueError(_("The heads are days or regions, not both: choose one."))
        mapping = Mapping(
            at=At() if days else self._at(),
            region=RegionRule() if regions else self._region(),
            sheet=where.sheet,
            area=where.area,
            header=where.header,
            merged="fill" if data["merged"] else "",
            empty="leave" if data["empty"] else "missing",
            decimal=data["decimal"],
            encoding=data.get("encoding") or "utf-8",
            missing=["", *(word.strip() for word in data["missing"].split(",") if word.strip())],
            dims={str(self.cleaned_data[f"role_{head.place}"])[4:]: head.name for head in self.heads_with("dim:")},
            filter=Filter(data["only_column"], data["only_equals"]) if data["only_column"] else None,
        )
        if days or regions:
            if not data["across"]:
                raise ValueError(_("Say which indicator the columns by day or region hold."))
            heads = {head.name: self._day(head.name) if days else self._placed(head.name) for head in days or regions}
            mapping.across = Across(data["across"], heads, "at" if days else "region")
        elif which := self.heads_with("which"):
            values = self.heads_with("value")
            if len(which) != 1 or len(values) != 1:
                raise ValueError(_("A table with one figure a line needs one column with names and one with numbers."))
            mapping.long = Long(which[0].name, values[0].name, self._names(), "leave" if data["others"] else "refuse")
        else:
            mapping.values = {head.name: str(data[f"role_{head.place}"])[7:] for head in self.heads_with("figure:")}
            if not mapping.values:
                raise ValueError(_("No column could be recognised as a figure of this source: choose the indicator of each."))
        return mapping

    def _at(self) -> At:
        data, days, hours = self.cleaned_data, self.heads_with("at"), self.heads_with("hour")
        days = [head for head in days if data[f"role_{head.place}"] == "at"]
        form, zone = data["format"] or None, data["zone"] or None
        if len(days) > 1:
            raise ValueError(_("Two columns were named as the day: choose one."))
        if not days:
            if not data["const_at"]:
                raise ValueError(_("Say which column holds the day, or write the day of all figures."))
            return At(const=data["const_at"], format=form, zone=zone)
        if form is None and self.look.heads and self.fields["format"].__class__ is forms.ChoiceField:
            self.add_error("format", _("Choose how the days are to be read."))
        if hours:
            return At(columns=[days[0].name, hours[0].name], format=form, zone=zone)
        return At(column=days[0].name, format=form, zone=zone)

    def _region(self) -> RegionRule:
        data, columns = self.cleaned_data, self.heads_with("region")
        if len(columns) > 1:
            raise ValueError(_("Two columns were named as the region: choose one."))
        if columns:
            if not data["region_by"]:
                raise ValueError(_("Choose how the regions are written."))
            return RegionRule(column=columns[0].name, by=data["region_by"], within=data["within"])
        if data["const_region"] not in self.known.places:
            raise ValueError(_("Say which column holds the region, or write the code of the region of all figures, for example 35.16."))
        return RegionRule(const=data["const_region"])

    def _day(self, head: str) -> str:
        form = self.cleaned_data["format"] or "%Y-%m-%d"
        found = times_in(head, form)
        if len(found) != 1:
            raise ValueError(_("The head “%(head)s” is no day written as %(form)s.") % {"head": head, "form": form})
        return found[0].date().isoformat()

    def _placed(self, head: str) -> str:
        code = region_of(head, self.known)
        if not code:
            raise ValueError(_("The head “%(head)s” is no code and no name of one region: leave it out, or rename it.") % {"head": head})
        return code

    def _names(self) -> dict[str, str]:
        codes = {figure.code for figure in self.known.figures}
        found: dict[str, str] = {}
        for line in self.cleaned_data["names"].splitlines():
            name, _sign, code = line.rpartition("=")
            if not code.strip() or not name.strip():
                continue
            if code.strip() not in codes:
                raise ValueError(_("“%(line)s”: the source may not write “%(code)s”.") % {"line": line.strip(), "code": code.strip()})
            found[name.strip()] = code.strip()
        if not found:
            raise ValueError(_("Say for at least one name which indicator it is: name = code."))
        return found


def answers_of(mapping: Mapping, look: Look) -> tuple[dict[str, Any], dict[int, str]]:
    """The fields that say what a mapping says, and the names of its extra dimensions by column."""
    place = {head.name: head.place for head in look.heads}
    answers: dict[str, Any] = {
        "format": mapping.at.format or "",
        "zone": mapping.at.zone or "",
        "const_at": mapping.at.const or "",
        "region_by": mapping.region.by,
        "within": mapping.region.within,
        "const_region": mapping.region.const or "",
        "decimal": mapping.decimal,
        "encoding": mapping.encoding,
        "missing": ", ".join(text_of(word) for word in mapping.missing if text_of(word)),
        "empty": mapping.empty == "leave",
        "merged": mapping.merged == "fill",
        "only_column": mapping.filter.column if mapping.filter else "",
        "only_equals": mapping.filter.equals if mapping.filter else "",
    }
    days = [*(mapping.at.columns or []), *([mapping.at.column] if mapping.at.column is not None else [])]
    roles = {str(column): role for column, role in zip(days, ("at", "hour"), strict=False)}
    if mapping.region.column is not None:
        roles[str(mapping.region.column)] = "region"
    roles.update({column: f"figure:{code}" for column, code in mapping.values.items()})
    if mapping.long is not None:
        roles.update({str(mapping.long.indicator): "which", str(mapping.long.value): "value"})
        answers["names"] = "\n".join(f"{name} = {code}" for name, code in mapping.long.names.items())
        answers["others"] = mapping.long.others == "leave"
    if mapping.across is not None:
        roles.update(dict.fromkeys(mapping.across.columns, "across" if mapping.across.heads == "at" else "beside"))
        answers.update(across=mapping.across.indicator)
    dims = {place[str(column)]: name for name, column in mapping.dims.items() if str(column) in place}
    answers.update({f"role_{place[name]}": role for name, role in roles.items() if name in place})
    answers.update({f"role_{number}": f"dim:{name}" for number, name in dims.items()})
    return answers, dims


def as_written(mapping: Mapping) -> dict[str, Any]:
    """A mapping with what differs from the usual alone, as `--map` reads it."""
    return {name: value for name, value in msgspec.to_builtins(mapping).items() if value != msgspec.to_builtins(getattr(Mapping(), name))}
