"""The form of a rule: what every rule says, and the keys of its kind. The same form tries it on history."""

import contextlib
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import may
from pendopo.agencies.models import Person
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Indicator, Source, sources_for
from pendopo.regions.models import Region

from .models import Rule, Scope, Severity
from .rules import SEVERITIES, WrongRule, rule_of
from .sentences import figure, span

DURATION = _("A number and s, m, h or d: 30m.")
# The keys of a declaration that are lengths of time, and those in the unit of the figure.
DURATIONS = frozenset({"for", "window", "season"})
IN_UNIT = frozenset({"above", "below", "clear", "margin", "change"})
DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (1500, _("4 years"))]

KINDS: dict[str, tuple[Any, Any]] = {
    "threshold": (_("Threshold"), _("Above or below a value, with a value at which it ends.")),
    "levels": (_("Levels"), _("Rising levels, each worse than the one before: one alert that grows.")),
    "change": (_("Change"), _("Rose or fell by so much within a time.")),
    "silence": (_("Silence"), _("Nothing was heard for longer than that.")),
    "anomaly": (_("Anomaly"), _("Further from what is usual at this time than nearly ever before.")),
    "ears": (_("EARS"), _("Counts by day: more than the days before let expect.")),
    "cusum": (_("CUSUM"), _("Counts by day: a slow rise that adds up.")),
    "coverage": (_("Coverage"), _("Fewer than this share of the regions report.")),
    "composite": (_("Rules together"), _("Several rules fire in the same region.")),
}


def _number(label: Any, hint: Any = "") -> forms.Field:
    return forms.FloatField(label=label, required=False, help_text=hint)


def _text(label: Any, hint: Any = "", initial: str = "") -> forms.Field:
    return forms.CharField(label=label, required=False, max_length=20, help_text=hint, initial=initial)


def fields_of(kind: str) -> dict[str, forms.Field]:
    """The fields of a kind, named as in its declaration (levels: one for each severity)."""
    hold = _text(_("For at least"), _("It must be met so long. Empty = at once."))
    match kind:
        case "threshold":
            ends = _number(_("Ends at"), _("Empty = at the same value."))
            return {"above": _number(_("Above")), "below": _number(_("Below")), "clear": ends, "for": hold}
        case "levels":
            levels = {f"level_{word}": _number(_("%(word)s from") % {"word": Severity(word).label}) for word in SEVERITIES}
            return levels | {"margin": _number(_("Margin"), _("So far below a level it must be before the level ends."))}
        case "change":
            change = _text(_("By"), _("In the figure's unit, or a share such as 20%; below 0 for a fall."))
            return {"change": change, "window": _text(_("Within"), DURATION, "1h"), "for": hold}
        case "silence":
            return {"for": _text(_("Nothing for longer than"), DURATION, "2h")}
        case "anomaly":
            return {
                "season": _text(_("What repeats"), DURATION, "1d"),
                "sensitivity": _number(_("Sensitivity"), _("Robust standard deviations; 6 is usual.")),
            }
        case "ears":
            methods = [("c1", "C1"), ("c2", "C2"), ("c3", "C3")]
            return {"method": forms.ChoiceField(label=_("Method"), choices=methods, initial="c2")}
        case "cusum":
            return {
                "h": _number(_("Limit h"), _("5 is usual.")),
                "k": _number(_("Slack k"), _("0.5 is usual.")),
                "window": _text(_("Baseline"), _("Periods; 28 is usual.")),
            }
        case "coverage":
            return {"below": _number(_("Below the share"), _("For example 0.8.")), "for": hold}
    return {}


class RuleForm(forms.Form):
    """A rule of one kind. `about` is its declaration once the form is valid."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As people will read it: High water at Brangkal."))
    indicator = forms.ModelChoiceField(label=_("Figure"), queryset=Indicator.objects.none(), to_field_name="code")
    region = forms.CharField(label=_("Region"), max_length=13, help_text=_("Kemendagri code with dots, for example 35.16.13."))
    scope = forms.ChoiceField(label=_("Judges"), choices=Scope.choices)
    dims = forms.CharField(label=_("Only where"), required=False, max_length=200, help_text=_("Extra dimensions, for example pos=BE10128."))
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.MODERATE)
    group = forms.SlugField(label=_("Group"), required=False, max_length=80, help_text=_("Alerts with the same word become one incident."))
    advice = forms.CharField(label=_("First do"), required=False, max_length=500)

    def __init__(self, data: Any, *, kind: str, indicators: QuerySet[Indicator], **more: Any) -> None:
        super().__init__(data, **more)
        self.kind = kind
        self.rules: list[str] = []
        choice = self.fields["indicator"]
        if kind == "composite":
            del self.fields["indicator"], self.fields["dims"]
            rules = Rule.objects.filter(active=True).exclude(about__kind="composite")
            self.fields["rules"] = forms.ModelMultipleChoiceField(label=_("Rules"), queryset=rules, to_field_name="code")
            self.fields["least"] = forms.IntegerField(
                label=_("At least so many"), required=False, min_value=1, help_text=_("Empty = all of them.")
            )
        elif isinstance(choice, forms.ModelChoiceField):
            choice.queryset = indicators
        for name, field in fields_of(kind).items():
            self.fields[name] = field
        self.fields["days"] = forms.TypedChoiceField(label=_("Try on the last"), choices=DAYS, coerce=int, initial=90, required=False)
        last = ("severity", "group", "advice", "days")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def clean_region(self) -> Region:
        """A region of the table."""
        code: str = self.cleaned_data["region"].strip()
        found = Region.objects.filter(pk=code.replace("\x00", "")).first()
        if found is None:
            raise forms.ValidationError(_("There is no region “%(given)s”."), params={"given": code})
        return found

    def clean_dims(self) -> dict[str, str]:
        """`name=value` pairs, separated by commas."""
        text: str = self.cleaned_data.get("dims") or ""
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        if any(not sign or not name.strip() for name, sign, _value in pairs):
            raise forms.ValidationError(_("Write name=value, separated by commas."))
        return {name.strip(): value.strip() for name, _sign, value in pairs}

    def clean(self) -> dict[str, Any]:
        """The declaration must be one that can be judged."""
        data = super().clean() or {}
        if not self.errors:
            try:
                rule_of(self.about)
            except WrongRule as wrong:
                raise forms.ValidationError(wrong.words()) from None
        return data

    @property
    def about(self) -> dict[str, Any]:
        """The declaration."""
        data = self.cleaned_data
        about: dict[str, Any] = {"kind": self.kind}
        if self.kind == "composite":
            codes = [rule.code for rule in data["rules"]]
            return about | ({"any": codes, "least": data["least"]} if data.get("least") else {"all": codes})
        given = {name: data.get(name) for name in fields_of(self.kind) if data.get(name) not in (None, "")}
        if levels := {name.removeprefix("level_"): given.pop(name) for name in list(given) if name.startswith("level_")}:
            about["levels"] = levels
        if "change" in given and not str(given["change"]).endswith("%"):
            given["change"] = _as_number(str(given["change"]))
        return about | given

    @property
    def code(self) -> str:
        """A code from the name."""
        return slugify(self.cleaned_data["name"])[:60] or "rule"


def _as_number(text: str) -> float | str:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def told_of(rule: Rule) -> list[tuple[str, str]]:
    """What a rule declares beside its kind, as (what, how much), named as in its form and written as people read it."""
    labels = {name: str(field.label) for name, field in fields_of(rule.kind).items()}
    labels |= {"all": gettext("All of these rules"), "any": gettext("Any of these rules"), "least": gettext("At least so many")}
    found = []
    for name, value in rule.about.items():
        if name == "levels":
            found += [
                (labels[f"level_{word}"], _amount(rule, "margin", start)) for word, start in sorted(value.items(), key=lambda one: one[1])
            ]
        elif name != "kind":
            found.append((labels.get(name, name), _amount(rule, name, value)))
    return found


def _amount(rule: Rule, name: str, value: Any) -> str:
    if name in DURATIONS and isinstance(value, str) and rule.kind != "cusum":
        with contextlib.suppress(ValueError, OverflowError):
            return span(timedelta(seconds=Duration.parse(value).seconds))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    unit = rule.indicator.unit if rule.indicator and name in IN_UNIT and rule.kind != "coverage" else ""
    return figure(float(value), unit, get_language() or "id")


def initial_of(rule: Rule) -> dict[str, Any]:
    """The form's values of a rule that is there."""
    about = rule.about
    values = {name: value for name, value in about.items() if name not in ("kind", "levels", "all", "any")}
    values |= {f"level_{word}": start for word, start in about.get("levels", {}).items()}
    if rule.kind == "composite":
        values["rules"] = about.get("all") or about.get("any")
    return values | {
        "name": rule.name,
        "indicator": rule.indicator.code if rule.indicator else None,
        "region": rule.region_id,
        "scope": rule.scope,
        "dims": ", ".join(f"{name}={value}" for name, value in rule.dims.items()),
        "severity": rule.severity,
        "group": rule.group,
        "advice": rule.advice,
    }


# A slip of the pen in the year 0001 could not be read again, and no alert could be judged any more.
EARLIEST_YEAR = 1900


class MaintenanceForm(forms.Form):
    """A window of planned work; rules and sources are those within the reach of who plans it."""

    name = forms.CharField(label=_("What is done"), max_length=200)
    region = forms.CharField(label=_("Region"), max_length=13, help_text=_("Kemendagri code with dots; it covers all below it."))
    rule = forms.ModelChoiceField(
        label=_("Only this rule"), queryset=Rule.objects.none(), required=False, to_field_name="code", empty_label=_("All")
    )
    source = forms.ModelChoiceField(
        label=_("Only this source outside"), queryset=Source.objects.none(), required=False, to_field_name="code", empty_label=_("All")
    )
    start = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    end = forms.DateTimeField(label=_("To"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        seen = Rule.objects.visible_to(person).filter(active=True)
        rules = seen if may(person, "alerts.handle") else seen.filter(pk__in=[one.pk for one in seen if may(person, "alerts.handle", one)])
        for name, rows in (("rule", rules), ("source", sources_for(person, "alerts.handle").filter(active=True))):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    clean_region = RuleForm.clean_region

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        data = super().clean() or {}
        if not self.errors and data["end"] <= data["start"]:
            raise forms.ValidationError(_("A maintenance window ends after it starts."))
        if not self.errors and data["start"].year < EARLIEST_YEAR:
            raise forms.ValidationError(_("This time lies too far back: look at the year."))
        return data
