"""Forms and filters of the administration pages."""

from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region

from .actions import Refused, scope_named
from .models import Agency, Holding, Kind, Person, Post, Role, Standing

ALL = ("", _("all"))


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"


def start_of(day: date) -> datetime:
    """Midnight in the government's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


class RegionField(forms.CharField):
    """A region by its code; '' = none."""

    def clean(self, value: Any) -> Region | None:
        """The region, or an error that says what to write."""
        code = super().clean(value).strip()
        if not code:
            return None
        found = Region.objects.filter(pk=code).first()
        if found is None:
            raise forms.ValidationError(
                _("%(code)s is not in the region table. Write a code with dots, such as 35.16.13."), params={"code": code}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """What the field shows."""
        return value.pk if isinstance(value, Region) else value


class ScopeField(forms.CharField):
    """What a post reaches: an agency (code or name), a region (code), or '' = the whole installation. Cleans to (agency, region)."""

    def clean(self, value: Any) -> tuple[Agency | None, Region | None]:
        """The scope, or an error."""
        try:
            return scope_named(super().clean(value))
        except Refused as why:
            raise forms.ValidationError(str(why)) from why


class AgencyFilters(forms.Form):
    """Narrows the list of agencies."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *Kind.choices])
    within = forms.CharField(label=_("Region (code)"), required=False, max_length=13)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("open")), ("unverified", _("not verified")), ("closed", _("closed"))]
    )

    def narrow(self, queryset: QuerySet[Agency]) -> QuerySet[Agency]:
        """The agencies that match; closed ones only when asked for."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        queryset = queryset.filter(active=chosen.get("state") != "closed")
        if text := chosen.get("q", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text))
        if kind := chosen.get("kind"):
            queryset = queryset.filter(kind=kind)
        if code := chosen.get("within", "").strip():
            queryset = queryset.filter(Q(region=code) | Q(region__code__startswith=f"{code}."))
        return queryset.filter(verified=False) if chosen.get("state") == "unverified" else queryset


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The facts about one agency. Whether it is vertical follows from its kind."""

    region = RegionField(
        label=_("Region (code)"), required=False, help_text=_("Where it works: 35.16 for the regency, 35.16.13 for a district.")
    )

    class Meta:
        model = Agency
        fields = ["name", "short_name", "kind", "parent", "region", "phone", "email", "address", "note", "verified"]
        labels = {
            "name": _("Name"),
            "short_name": _("Short name"),
            "kind": _("Kind"),
            "parent": _("Belongs to"),
            "phone": _("Telephone"),
            "email": _("E-mail"),
            "address": _("Address"),
            "note": _("Note"),
            "verified": _("Verified"),
        }


class PersonFilters(forms.Form):
    """Narrows the list of people."""

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=120)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[ALL, *Role.choices])
    agency = forms.ModelChoiceField(label=_("Agency"), required=False, queryset=Agency.objects.filter(active=True), empty_label=_("all"))
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("here")), ("waiting", _("invited, not yet here")), ("postless", _("without a post")), ("left", _("left"))],
    )

    def narrow(self, queryset: QuerySet[Person]) -> QuerySet[Person]:
        """The people that match; leavers only when asked for."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        state = chosen.get("state", "")
        queryset = queryset.filter(is_active=state != "left")
        if text := chosen.get("q", "").strip():
            queryset = queryset.filter(Q(name__icontains=text) | Q(email__icontains=text))
        held = Holding.objects.current().filter(person=OuterRef("pk"), post__active=True)
        if role := chosen.get("role"):
            queryset = queryset.filter(Exists(held.filter(post__role=role)))
        if agency := chosen.get("agency"):
            queryset = queryset.filter(Exists(held.filter(Q(post__agency=agency) | Q(post__seat=agency))))
        if state == "waiting":
            queryset = queryset.filter(last_login=None, invited__isnull=False)
        return queryset.filter(~Exists(held)) if state == "postless" else queryset


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who a person is."""

    class Meta:
        model = Person
        fields = ["name", "email", "phone", "language"]
        labels = {"name": _("Name"), "email": _("E-mail"), "phone": _("Telephone"), "language": _("Language")}


class PostForm(forms.Form):
    """A post: its role, and what it reaches."""

    title = forms.CharField(label=_("Title"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    scope = ScopeField(
        label=_("Reaches"),
        required=False,
        max_length=200,
        help_text=_("An agency (code or name) or a region (code). Empty: the whole installation."),
    )
    seat = forms.ModelChoiceField(
        label=_("Sits in"),
        required=False,
        queryset=Agency.objects.filter(active=True),
        help_text=_("For the directory only; no right follows from it."),
    )


class InviteForm(PostForm):
    """A new person and the post that is taken at once."""

    field_order = ("name", "email", "phone", "language", "title", "role", "scope", "seat")

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("id", "Bahasa Indonesia"), ("en", "English")])


class PostFilters(forms.Form):
    """Narrows the list of posts."""

    q = forms.CharField(label=_("Title or holder"), required=False, max_length=120)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[ALL, *Role.choices])
    agency = forms.ModelChoiceField(label=_("Agency"), required=False, queryset=Agency.objects.filter(active=True), empty_label=_("all"))
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("open")), ("vacant", _("vacant")), ("acting", _("acting (Plt./Plh.)")), ("closed", _("closed"))],
    )

    def narrow(self, queryset: QuerySet[Post]) -> QuerySet[Post]:
        """The posts that match; closed ones only when asked for."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        state = chosen.get("state", "")
        queryset = queryset.filter(active=state != "closed")
        held = Holding.objects.current().filter(post=OuterRef("pk"))
        if text := chosen.get("q", "").strip():
            queryset = queryset.filter(Q(title__icontains=text) | Exists(held.filter(person__name__icontains=text)))
        if role := chosen.get("role"):
            queryset = queryset.filter(role=role)
        if agency := chosen.get("agency"):
            queryset = queryset.filter(Q(agency=agency) | Q(seat=agency))
        if state == "acting":
            queryset = queryset.filter(Exists(held.exclude(standing=Standing.DEFINITIVE)))
        return queryset.filter(~Exists(held)) if state == "vacant" else queryset


class HolderForm(forms.Form):
    """Who takes the post, and how."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.filter(is_active=True))
    standing = forms.ChoiceField(label=_("Standing"), choices=Standing.choices)
    since = forms.DateField(label=_("First day"), required=False, widget=DayInput, help_text=_("Empty: from now on."))
    until = forms.DateField(label=_("Last day"), required=False, widget=DayInput, help_text=_("Empty: until it is handed over."))

    def clean_since(self) -> datetime | None:
        """The beginning of the first day."""
        day = self.cleaned_data["since"]
        return start_of(day) if day and day > timezone.localdate() else None

    def clean_until(self) -> datetime | None:
        """The end of the last day."""
        day = self.cleaned_data["until"]
        return start_of(day + timedelta(days=1)) if day else None


class TableForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(label=_("CSV file"))

    def clean_file(self) -> Any:
        """Refuses what is too large for a list of agencies or people."""
        file = self.cleaned_data["file"]
        if file.size > 8 * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than 8 MB."))
        return file


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may change without asking."""

    class Meta:
        model = Person
        fields = ["name", "phone", "language"]
        labels = {"name": _("Name"), "phone": _("Telephone"), "language": _("Language")}


class TokenForm(forms.Form):
    """What a token is for."""

    label = forms.CharField(label=_("What it is for"), max_length=100)


class MailForm(forms.Form):
    """Where the test letter goes."""

    to = forms.EmailField(label=_("Send to"))


class PasskeyForm(AddWebAuthnForm):
    """A new passkey; allauth's own form leaves the name of its first field in English."""

    name = forms.CharField(label=_("Name of the key"), required=False)
