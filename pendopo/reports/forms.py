"""Forms of citizen reports: for reporters, and for those who answer."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency
from pendopo.regions.models import Region
from pendopo.ui.offers import offer
from pendopo.ui.pictures import written_anew
from pendopo.ui.strangers import StrangerForm

from .models import Category, Classification, Report, Server, State
from .places import Elsewhere, at_point

MOST_PHOTO_BYTES = 12 * 1024 * 1024


class ReportForm(StrangerForm):
    """A report in three steps: what, where, who."""

    category = forms.ModelChoiceField(
        label=_("What is it about?"), queryset=Category.objects.none(), to_field_name="code", empty_label=None, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What is wrong?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What happened, since when, how bad. Please leave out names and numbers of persons."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("Place and camera are taken out of it."),
    )
    region = forms.ModelChoiceField(
        label=_("District or village"), queryset=Region.objects.none(), to_field_name="code", required=False, empty_label=_("choose …")
    )
    place = forms.CharField(label=_("Where exactly?"), max_length=200, required=False, help_text=_("Street, landmark, RT/RW."))
    latitude = forms.DecimalField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    anonymous = forms.BooleanField(label=_("Anonymous: nobody learns who I am"), required=False)
    confidential = forms.BooleanField(label=_("Confidential (rahasia): only the agency reads it"), required=False)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail for the answer"), required=False, help_text=_("Never shown to others."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "category", Category.objects.filter(active=True))
        places = Region.objects.within(settings.REGION).filter(level__in=["district", "village"]).defer("boundary").order_by("code")
        offer(self, "region", places)
        self.fields["region"].label_from_instance = _indented  # type: ignore[attr-defined]

    def clean_photo(self) -> bytes:
        """The picture written anew; b"" without one."""
        given = self.cleaned_data.get("photo")
        if not given:
            return b""
        if given.size > MOST_PHOTO_BYTES:
            raise ValidationError(_("The photo is larger than 12 MB: choose a smaller one, or send the report without it."))
        return written_anew(given)[0]

    def clean(self) -> dict[str, Any]:
        """A place: the chosen one, or that of the point."""
        given: dict[str, Any] = super().clean() or {}
        latitude, longitude = given.get("latitude"), given.get("longitude")
        given["point"] = None
        if latitude is not None and longitude is not None:
            try:
                found = at_point(float(latitude), float(longitude))
            except Elsewhere:
                self.add_error("region", _("Your position lies outside this government: choose the place by hand."))
                return given
            given["point"] = (round(latitude, 6), round(longitude, 6))
            given["region"] = given.get("region") or found
        if not given.get("region") and "region" not in self.errors:
            self.add_error("region", _("Choose the district or village, so that the right office hears of it."))
        return given


def _indented(region: Region) -> str:
    return f"— {region.name}" if region.level == "village" else region.name


class WordsForm(forms.Form):
    """A reply, or why a report is opened again."""

    text = forms.CharField(label=_("Your words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class RateForm(forms.Form):
    """How content the reporter is."""

    stars = forms.TypedChoiceField(
        label=_("Are you content?"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(5, _("5 – very content")), (4, "4"), (3, "3"), (2, "2"), (1, _("1 – not at all"))],
    )
    text = forms.CharField(label=_("Why?"), max_length=500, required=False)


class VerifyForm(forms.Form):
    """What a report is and who answers it."""

    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.all(), to_field_name="code", empty_label=None)
    classification = forms.ChoiceField(label=_("Class"), choices=Classification.choices)


class RouteForm(forms.Form):
    """To whom it is passed on."""

    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.filter(active=True), to_field_name="code")
    text = forms.CharField(label=_("Why"), max_length=500, required=False)


class AnswerForm(forms.Form):
    """An answer to the reporter."""

    text = forms.CharField(label=_("Answer that the reporter reads"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    interim = forms.BooleanField(label=_("Not finished yet: more follows"), required=False)


class NoteForm(forms.Form):
    """A line of the history."""

    text = forms.CharField(label=_("What is being done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    public = forms.BooleanField(label=_("Everyone may read it"), required=False)


class HoldForm(forms.Form):
    """Why a report is taken out of public view."""

    text = forms.CharField(label=_("Reason, which the reporter reads"), max_length=500)


class MergeForm(forms.Form):
    """The report of which this one becomes part."""

    number = forms.CharField(label=_("Number of the other report"), max_length=12)


class ForwardForm(forms.Form):
    """To which government, and as what."""

    where = forms.ChoiceField(label=_("Government and kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (server.name, [(f"{server.pk}:{one['code']}", one["name"]) for one in server.services])
            for server in Server.objects.filter(active=True).exclude(services=[])
        ]
        offer(self, "where", groups)

    @property
    def offers(self) -> bool:
        """Whether there is a server to choose."""
        return bool(self.fields["where"].choices)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The server and its service."""
        given: dict[str, Any] = super().clean() or {}
        pk, _colon, given["service"] = given.pop("where", "").partition(":")
        given["server"] = Server.objects.filter(pk=pk).first() if pk.isdecimal() else None
        return given


class ServerForm(forms.Form):
    """A server that speaks Open311 GeoReport v2."""

    name = forms.CharField(label=_("Name"), max_length=120)
    url = forms.URLField(
        label=_("Address"),
        max_length=300,
        assume_scheme="https",
        help_text=_("Up to the version, for example https://lapor.example.go.id/open311/v2"),
    )
    jurisdiction = forms.CharField(
        label=_("Jurisdiction"), max_length=100, required=False, help_text=_("Empty unless the server asks for one.")
    )
    key = forms.CharField(
        label=_("Key (api_key)"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput,
        help_text=_("Kept sealed. Empty: the one that there is."),
    )
    active = forms.BooleanField(label=_("Reports can be forwarded there"), required=False)


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """What can be reported, who answers, and within which limits."""

    words = forms.CharField(
        label=_("Words that tell it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Separated by commas; they suggest the category of a text."),
    )

    class Meta:
        model = Category
        fields = [
            "code",
            "name_id",
            "name_en",
            "about_id",
            "about_en",
            "group",
            "agency",
            "by_place",
            "classification",
            "answer_days",
            "complete_days",
            "cluster",
            "severity",
            "keep_days",
            "position",
            "active",
        ]
        labels = {
            "code": _("Code"),
            "name_id": _("Name in Indonesian"),
            "name_en": _("Name in English"),
            "about_id": _("What belongs into it, in Indonesian"),
            "about_en": _("What belongs into it, in English"),
            "group": _("Group"),
            "agency": _("Agency that answers"),
            "by_place": _("Goes to"),
            "classification": _("Class"),
            "answer_days": _("Working days for the first answer"),
            "complete_days": _("Working days until it is finished"),
            "cluster": _("Reports within a day that are a cluster"),
            "severity": _("Severity of a cluster"),
            "keep_days": _("Days for which reporters' contacts are kept"),
            "position": _("Position in the list"),
            "active": _("Offered to reporters"),
        }
        help_texts = {
            "answer_days": _("Empty: 5, as in SP4N-LAPOR!."),
            "complete_days": _("Empty: by class, 5, 14 or 60."),
            "cluster": _("0: never."),
            "keep_days": _("Counted from the end of the report. Empty: as the installation is set."),
        }

    def __init__(self, *args: Any, category: Category | None, **kwargs: Any) -> None:
        kwargs["instance"] = category
        super().__init__(*args, **kwargs)
        offer(self, "agency", Agency.objects.filter(active=True))
        if category is not None:
            del self.fields["code"]
            self.fields["words"].initial = ", ".join(category.keywords)

    def clean(self) -> dict[str, Any]:
        """With the words as a list."""
        given: dict[str, Any] = super().clean() or {}
        words = given.pop("words", "").split(",")
        return given | {"keywords": [word.strip().lower() for word in words if word.strip()]}


class ImportForm(forms.Form):
    """An export of SP4N-LAPOR!."""

    file = forms.FileField(label=_("File"), help_text=_("XLSX or CSV as SP4N-LAPOR! exports it. Reading it twice changes nothing."))


class HandlingFilters(forms.Form):
    """Narrows the list of those who answer."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=120)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), to_field_name="code", required=False, empty_label=_("all")
    )
    late = forms.ChoiceField(label=_("Limits"), required=False, choices=[("", _("all")), ("yes", _("overdue")), ("held", _("kept aside"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "state", [("", _("open")), *State.choices, ("all", _("all"))])

    def narrow(self, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """The reports that match."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state")
        if not state:
            queryset = queryset.open()  # type: ignore[attr-defined]
        elif state != "all":
            queryset = queryset.filter(state=state)
        if asked.get("category"):
            queryset = queryset.filter(category=asked["category"])
        if asked.get("late") == "yes":
            queryset = queryset.overdue()  # type: ignore[attr-defined]
        if asked.get("late") == "held":
            queryset = queryset.filter(held=True)
        if text := asked.get("q", "").strip():
            queryset = queryset.filter(Q(number__icontains=text) | Q(title__icontains=text) | Q(text__icontains=text))
        return queryset
