"""Places, floors, and what can be booked there; holidays and closures."""

from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.hours import Closing, clock, read_hours, runs
from pendopo.agencies.models import Agency, Person
from pendopo.regions.models import Region
from pendopo.ui.words import zone_text

from .hours import Calendar


class Kind(models.TextChoices):
    """What a thing to book is."""

    DESK = "desk", _("Working desk")
    ROOM = "room", _("Meeting room")
    STUDIO = "studio", _("Studio")
    EQUIPMENT = "equipment", _("Equipment")


class Feature(models.TextChoices):
    """What one looks for in a room."""

    PROJECTOR = "projector", _("Projector")
    SCREEN = "screen", _("Screen")
    WHITEBOARD = "whiteboard", _("Whiteboard")
    VIDEO = "video", _("Video conference")
    WHEELCHAIR = "wheelchair", _("Step-free")
    QUIET = "quiet", _("Quiet")
    PRINTER3D = "printer3d", _("3D printer")
    RECORDING = "recording", _("Recording")


class Place(models.Model):
    """A building or a part of one. `hours` as `places.hours.read_hours` takes them, on the clock of `zone`.

    Who comes later than `grace_minutes` after the beginning of a booking with check-in loses it; 0 = nobody does.
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hours = models.CharField(max_length=300, default="Mo-Fr 08:00-17:00")
    zone = models.CharField(max_length=40, default="Asia/Jakarta")
    grace_minutes = models.PositiveSmallIntegerField(default=20)
    network = models.CharField(max_length=32, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the place."""
        return reverse("coworking:place", args=[self.code])

    @property
    def opening(self) -> str:
        """When it is open, as people say it: `Senin–Jumat 08.00–17.00 WIB`."""
        week = read_hours(self.hours)
        if self.hours.strip() == "24/7":
            return gettext("around the clock")
        parts = []
        for first, last, spans in runs(week):
            days = str(WEEKDAYS[first]) if first == last else f"{WEEKDAYS[first]}–{WEEKDAYS[last]}"
            parts.append(f"{days} " + ", ".join(f"{clock(begin)}–{clock(end)}" for begin, end in spans))
        return f"{'; '.join(parts)} {zone_text(ZoneInfo(self.zone))}" if parts else gettext("never open")


class Floor(models.Model):
    """A floor of a place. `plan` is an SVG that `places.plans.clean` let through, `width` and `height` its view box."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="floors")
    name = models.CharField(max_length=80)
    level = models.SmallIntegerField(default=1)
    plan = models.TextField(blank=True)
    width = models.FloatField(default=1000)
    height = models.FloatField(default=600)

    class Meta:
        verbose_name = _("floor")
        verbose_name_plural = _("floors")
        ordering = ["place", "level", "pk"]

    def __str__(self) -> str:
        return f"{self.place} · {self.name}"


class Resource(models.Model):
    """Something that one person or group has at a time: a desk, a room, a studio, a projector.

    `x`, `y`, `w`, `h` say where it lies on its floor's plan, in the units of the plan's view box. Bookings of one with `approval` wait
    for a steward; one with `check_in` is released when nobody comes.
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="resources")
    floor = models.ForeignKey(Floor, null=True, blank=True, on_delete=models.SET_NULL, related_name="resources")
    capacity = models.PositiveSmallIntegerField(default=1)
    features = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    about = models.CharField(max_length=300, blank=True)
    approval = models.BooleanField(default=False)
    check_in = models.BooleanField(default=True)
    longest_minutes = models.PositiveIntegerField(default=0, help_text=_("In minutes; 0: as long as the place is open."))
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    w = models.FloatField(default=60)
    h = models.FloatField(default=40)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("thing to book")
        verbose_name_plural = _("things to book")
        ordering = ["place", "kind", "name"]
        indexes = [models.Index(fields=["kind", "capacity"], name="coworking_by_kind", condition=Q(active=True))]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="coworking_seats_somebody",
                violation_error_message=_("It has room for at least one person."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the thing: its calendar and how to book it."""
        return reverse("coworking:resource", args=[self.code])

    @property
    def agency_id(self) -> int | None:
        """Whose it is: as its place, so that the doorkeeper can be asked about it."""
        return self.place.agency_id

    @property
    def region_id(self) -> str | None:
        """Where it is: as its place."""
        return self.place.region_id

    @property
    def feature_names(self) -> list[str]:
        """What it offers, in words."""
        known = dict(Feature.choices)
        return [str(known[code]) for code in self.features if code in known]


class Holiday(models.Model):
    """A day on which a place (None: every place) is closed."""

    day = models.DateField()
    name = models.CharField(max_length=120)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="holidays")

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "place"],
                name="coworking_one_holiday_a_day",
                nulls_distinct=False,
                violation_error_message=_("This day is a holiday already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    """Closures by time."""

    def meeting(self, start: datetime, end: datetime) -> Self:
        """Those that meet a span."""
        return self.filter(start__lt=end, end__gt=start)


class Closure(models.Model):
    """A span in which a place is closed beyond its hours: works, a ceremony, a power cut."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="closures")
    start = models.DateTimeField()
    end = models.DateTimeField()
    why = models.CharField(max_length=200)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="coworking_closure_ends_later",
                violation_error_message=_("A closure ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.start:%Y-%m-%d} {self.why}"


def calendars(places: list[Place], start: datetime, end: datetime) -> dict[int, Calendar]:
    """The calendar of every place around a span, by its key; as many queries however many places."""
    wanted = [place.pk for place in places]
    first, last = (start - timedelta(days=2)).date(), (end + timedelta(days=2)).date()
    holidays = list(Holiday.objects.filter(Q(place=None) | Q(place__in=wanted), day__range=(first, last)))
    closures = list(Closure.objects.filter(place__in=wanted).meeting(start - timedelta(days=1), end + timedelta(days=1)))
    return {
        place.pk: Calendar(
            place.hours,
            ZoneInfo(place.zone),
            {holiday.day: holiday.name for holiday in holidays if holiday.place_id in (None, place.pk)},
            tuple(Closing(closure.start, closure.end, closure.why) for closure in closures if closure.place_id == place.pk),
        )
        for place in places
    }


def calendar_of(place: Place, start: datetime, end: datetime) -> Calendar:
    """The calendar of one place around a span."""
    return calendars([place], start, end)[place.pk]
