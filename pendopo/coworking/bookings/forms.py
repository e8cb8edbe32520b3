"""Forms of bookings: looking for something by time, booking it (once or again and again), and a word of a steward."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.coworking.places.models import Feature, Kind, Place, Resource

from . import logic
from .search import Search, zone_of

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput(attrs={"type": "time", "step": 900}, format="%H:%M")
TIMES = ["%H:%M", "%H.%M", "%H:%M:%S"]
REPEATS = [
    ("", _("Once")),
    ("daily", _("Every day")),
    (logic.WORKDAYS, _("Every working day")),
    ("weekly", _("Every week on this day")),
    ("fortnightly", _("Every second week")),
    (logic.MONTHLY, _("Every month on this date")),
]
FURTHEST_DAYS = 366


def span_on(day: date, begin: Any, until: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two times of day on the clock of a zone; an end at or before the beginning is one of the next day."""
    start = datetime.combine(day, begin, zone).astimezone(UTC)
    end = datetime.combine(day, until, zone).astimezone(UTC)
    return start, end if end > start else end + timedelta(days=1)


class SpanForm(forms.Form):
    """A day, and from when until when on it."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    begin = forms.TimeField(label=_("From"), widget=CLOCK, input_formats=TIMES)
    until = forms.TimeField(label=_("Until"), widget=CLOCK, input_formats=TIMES)

    def clean_day(self) -> date:
        """A day within a year."""
        day: date = self.cleaned_data["day"]
        if abs((day - timezone.localdate()).days) > FURTHEST_DAYS:
            raise forms.ValidationError(_("Choose a day within a year."))
        return day


class FindForm(SpanForm):
    """What is free when; every field has a sensible beginning, so that the first look needs no typing."""

    people = forms.IntegerField(label=_("People"), min_value=1, max_value=10_000, initial=1)
    kind = forms.ChoiceField(label=_("What"), choices=[("", _("anything")), *Kind.choices], required=False)
    place = forms.ModelChoiceField(
        label=_("Where"), queryset=Place.objects.filter(active=True), to_field_name="code", required=False, empty_label=_("anywhere")
    )
    features = forms.MultipleChoiceField(label=_("With"), choices=Feature.choices, required=False, widget=forms.CheckboxSelectMultiple)

    def search(self) -> Search:
        """What was asked for; only of a valid form."""
        asked = self.cleaned_data
        start, end = span_on(asked["day"], asked["begin"], asked["until"], zone_of(asked["place"]))
        return Search(start, end, asked["people"], asked["features"], asked["kind"], asked["place"].code if asked["place"] else "")


class BookForm(SpanForm):
    """A booking, or a series of them. Days in `skip` are left out."""

    title = forms.CharField(label=_("What for"), max_length=200)
    people = forms.IntegerField(label=_("People"), min_value=1, initial=1)
    repeat = forms.ChoiceField(label=_("Repeats"), choices=REPEATS, required=False)
    last = forms.DateField(label=_("Last on"), required=False, widget=DAY)
    skip = forms.CharField(
        label=_("Not on"), max_length=2000, required=False, help_text=_("Days to leave out, such as 24-12-2026, 31-12-2026.")
    )

    def __init__(self, *args: Any, resource: Resource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource
        self.fields["people"].max_value = resource.capacity  # type: ignore[attr-defined]
        self.fields["people"].widget.attrs["max"] = resource.capacity
        if resource.capacity == 1:
            self.fields["people"].widget = forms.HiddenInput()

    def clean_title(self) -> str:
        """Words without NUL, which no database keeps."""
        return str(self.cleaned_data["title"]).replace("\x00", "").strip()

    def clean_skip(self) -> list[date]:
        """The days to leave out."""
        days = []
        for word in str(self.cleaned_data["skip"]).replace(";", ",").replace("\n", ",").split(","):
            text = word.strip()
            for shape in ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y"):
                try:
                    days.append(datetime.strptime(text, shape).date())
                    break
                except ValueError:
                    continue
            else:
                if text:
                    raise forms.ValidationError(_("“%(day)s” is no day: write 24-12-2026.") % {"day": text[:40]})
        return days

    def clean(self) -> dict[str, Any]:
        """A series has an end."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("repeat") and given.get("day"):
            if not given.get("last"):
                self.add_error("last", _("Say on which day the last one is."))
            elif given["last"] < given["day"]:
                self.add_error("last", _("The last one cannot be before the first."))
        return given

    def span(self) -> tuple[datetime, datetime]:
        """From when until when."""
        given = self.cleaned_data
        return span_on(given["day"], given["begin"], given["until"], ZoneInfo(self.resource.place.zone))


class WhyForm(forms.Form):
    """Why a steward says no."""

    why = forms.CharField(label=_("Why"), max_length=300)


def initial_of(start: datetime, end: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A span as the fields of a form."""
    begin, until = start.astimezone(zone), end.astimezone(zone)
    return {"day": begin.date(), "begin": begin.time(), "until": until.time()}
