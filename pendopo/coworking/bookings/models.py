"""Bookings, series of them, the waiting list, fair shares, and how often somebody asked this minute."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.coworking.members.models import Group
from pendopo.coworking.places.models import Kind, Place, Resource

from . import logic


def span() -> models.Func:
    """The time of a booking as a range, half open: two that touch do not overlap."""
    return models.Func("start", "end", function="TSTZRANGE", output_field=DateTimeRangeField())


class State(models.TextChoices):
    """How a booking stands."""

    PENDING = logic.PENDING, _("Waits for approval")
    CONFIRMED = logic.CONFIRMED, _("Confirmed")
    HERE = logic.HERE, _("Present")
    CANCELLED = logic.CANCELLED, _("Cancelled")
    RELEASED = logic.RELEASED, _("Released: nobody came")
    REFUSED = logic.REFUSED, _("Refused")
    CLOSED = logic.CLOSED, _("Cancelled by the house")


TONES = {State.PENDING: "attention", State.CONFIRMED: "known", State.HERE: "well", State.RELEASED: "danger", State.REFUSED: "danger"}


class Series(models.Model):
    """A booking that repeats. Each of its bookings stands by itself; days that could not be had are in `skipped` (day → why)."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="series")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=12)
    until = models.DateField()
    skipped = models.JSONField(default=dict)
    made = models.DateTimeField(default=timezone.now)
    cancelled = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("series of bookings")
        verbose_name_plural = _("series of bookings")

    def __str__(self) -> str:
        return f"{self.resource} {self.rule}"


class BookingQuerySet(models.QuerySet["Booking"]):
    """Bookings by time and by who may read them."""

    def active(self) -> Self:
        """Those that hold their resource."""
        return self.filter(state__in=logic.ACTIVE)

    def meeting(self, start: datetime, end: datetime) -> Self:
        """Those whose time meets [start, end); uses the index of the exclusion constraint."""
        return self.alias(span=span()).filter(span__overlap=(start, end))

    def of(self, person: Any) -> Self:
        """The person's own."""
        return self.filter(by=person) if isinstance(person, Person) else self.none()


class Booking(models.Model):
    """Somebody has something from `start` until `end`. The database refuses two that hold one resource at one time.

    `code` names it in addresses and at the kiosk. `why` says why it was refused, closed or released.
    """

    code = models.CharField(max_length=12, unique=True)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="bookings")
    start = models.DateTimeField()
    end = models.DateTimeField()
    title = models.CharField(max_length=200)
    people = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bookings")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CONFIRMED)
    made = models.DateTimeField(default=timezone.now)
    arrived = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["start"]
        indexes = [
            models.Index(fields=["by", "start"], name="coworking_booking_by_person"),
            models.Index(fields=["resource", "start"], name="coworking_booking_of_resource"),
            models.Index(fields=["start"], name="coworking_booking_to_come", condition=Q(state__in=["pending", "confirmed"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="coworking_booking_ends_later",
                violation_error_message=_("The end must be later than the beginning."),
            ),
            ExclusionConstraint(
                name="coworking_no_double_booking",
                expressions=[(span(), RangeOperators.OVERLAPS), ("resource", RangeOperators.EQUAL)],
                condition=Q(state__in=["pending", "confirmed", "here"]),
                violation_error_message=_("Somebody has it at that time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.resource})"

    def get_absolute_url(self) -> str:
        """The page of the booking."""
        return reverse("coworking:booking", args=[self.code])

    @property
    def is_active(self) -> bool:
        """Whether it holds its resource."""
        return self.state in logic.ACTIVE

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES.get(State(self.state), "")


class Wait(models.Model):
    """Somebody waits for a thing at a time: when it becomes free, the first in the list has it. `booking` is what they got."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="waits")
    start = models.DateTimeField()
    end = models.DateTimeField()
    title = models.CharField(max_length=200)
    people = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="waits")
    made = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("entry of the waiting list")
        verbose_name_plural = _("waiting list")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="coworking_wait_ends_later",
                violation_error_message=_("The end must be later than the beginning."),
            ),
            models.UniqueConstraint(
                fields=["resource", "start", "end", "by"],
                condition=Q(ended=None),
                name="coworking_waits_once",
                violation_error_message=_("You are on the waiting list already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} → {self.resource}"


class FairShare(models.Model):
    """A share of the things of one kind at a place (None: everywhere) that is kept for a group until some hours before they begin."""

    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    group = models.CharField(max_length=10, choices=Group.choices)
    percent = models.PositiveSmallIntegerField()
    hours = models.PositiveSmallIntegerField(default=24)

    class Meta:
        verbose_name = _("fair share")
        verbose_name_plural = _("fair shares")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=50),
                name="coworking_share_is_a_share",
                violation_error_message=_("A share has 1 to 50 percent."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.percent} % {self.get_kind_display()} – {self.get_group_display()}"


class Knock(models.Model):
    """How often a person asked in one minute: a row a person, counted by one statement."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    minute = models.BigIntegerField()
    used = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person_id} {self.used}"
