"""Forms of members: registering, plans, passes, visitors, vouchers, house rules."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.coworking.places.models import Place
from pendopo.regions.models import Level, Region

from .models import Plan, Standing

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LINES = forms.Textarea(attrs={"rows": 3})


WRITTEN_CODE = re.compile(r"\d\d(\.\d\d){2}(\.\d{4})?")


class VillageField(forms.CharField):
    """A village (or, for who knows no better, a district) of the government's region as people write it: its name, or its code."""

    def clean(self, value: Any) -> Region | None:
        """The region, None for nothing; an error says what to write."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        around = Region.objects.within(settings.REGION).filter(level__in=[Level.VILLAGE, Level.DISTRICT])
        code = WRITTEN_CODE.search(text)
        found = list(around.filter(pk=code[0]) if code else around.filter(name__iexact=text).select_related("parent")[:9])
        if not found:
            raise forms.ValidationError(_("There is no village “%(name)s” here: choose one from the list."), params={"name": text[:60]})
        if len(found) > 1:
            which = ", ".join(f"{one.name} ({one.pk})" for one in found)
            raise forms.ValidationError(
                _("There are several “%(name)s”: write the code. %(which)s"), params={"name": text[:60], "which": which}
            )
        return found[0]


def villages() -> list[tuple[str, str]]:
    """What the list offers: code, and name with the district."""
    rows = Region.objects.within(settings.REGION).filter(level=Level.VILLAGE).order_by("name", "pk")
    return [(code, f"{name}, {parent}") for code, name, parent in rows.values_list("code", "name", "parent__name")]


class RegisterForm(forms.Form):
    """Who registers. `website` is hidden from people: a program that fills it in is answered politely and kept out."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    startup_name = forms.CharField(label=_("Your start-up"), max_length=120, required=False)
    village = VillageField(
        label=_("Your village"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "villages", "autocomplete": "off"}),
        help_text=_("Type the first letters and choose, or leave it empty."),
    )
    woman = forms.BooleanField(
        label=_("I am a woman"),
        required=False,
        help_text=_("Only if you like to say so: some places are kept for women, and we count shares."),
    )
    about = forms.CharField(label=_("What do you work on?"), max_length=500, required=False, widget=LINES)
    rules = forms.BooleanField(label=_("I have read the house rules and keep them"))
    website = forms.CharField(required=False, widget=forms.HiddenInput)


class PlanForm(forms.Form):
    """A plan."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=80)
    about = forms.CharField(label=_("About"), max_length=300, required=False)
    hours_day = forms.IntegerField(label=_("Hours a day"), min_value=1, max_value=24, initial=8)
    hours_week = forms.IntegerField(label=_("Hours a week"), min_value=1, max_value=168, initial=40)
    ahead_days = forms.IntegerField(label=_("Books so many days ahead"), min_value=1, max_value=365, initial=90)
    days = forms.IntegerField(label=_("Days that a pass holds"), min_value=1, max_value=400, initial=30)
    price = forms.DecimalField(label=_("Price (rupiah)"), min_value=0, max_digits=12, decimal_places=0, initial=0)
    rooms = forms.BooleanField(label=_("Rooms and studios, too"), required=False, initial=True)
    active = forms.BooleanField(label=_("Can be given"), required=False, initial=True)


class PassForm(forms.Form):
    """A pass for a member."""

    plan = forms.ModelChoiceField(label=_("Plan"), queryset=Plan.objects.filter(active=True))
    since = forms.DateField(label=_("From"), widget=DAY, initial=timezone.localdate)


class VisitorForm(forms.Form):
    """A guest who is expected."""

    place = forms.ModelChoiceField(label=_("Where"), queryset=Place.objects.filter(active=True))
    name = forms.CharField(label=_("Name of the guest"), max_length=200)
    agency = forms.CharField(label=_("From where"), max_length=200, required=False)
    day = forms.DateField(label=_("Day"), widget=DAY, initial=timezone.localdate)


class VoucherForm(forms.Form):
    """A sheet of vouchers."""

    place = forms.ModelChoiceField(label=_("Where"), queryset=Place.objects.filter(active=True))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=200, initial=24)
    since = forms.DateField(label=_("From"), widget=DAY, initial=timezone.localdate)
    until = forms.DateField(label=_("Until"), widget=DAY, initial=lambda: timezone.localdate() + timedelta(days=7))


class RulesForm(forms.Form):
    """The house rules."""

    text = forms.CharField(label=_("House rules"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 14}))


class MemberFilters(forms.Form):
    """Which members."""

    standing = forms.ChoiceField(label=_("Standing"), choices=[("", _("all")), *Standing.choices], required=False)
    text = forms.CharField(label=_("Text"), max_length=200, required=False)

    def narrow(self, queryset: Any) -> Any:
        """The members that match."""
        self.is_valid()
        if standing := self.cleaned_data.get("standing"):
            queryset = queryset.filter(standing=standing)
        if text := self.cleaned_data.get("text", "").strip().replace("\x00", ""):
            queryset = queryset.filter(name__icontains=text) | queryset.filter(startup_name__icontains=text)
        return queryset
