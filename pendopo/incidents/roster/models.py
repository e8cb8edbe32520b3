"""Rosters, their crews and shifts, absences, and the logbook of the watch."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.regions.models import Region


def span(begins: str = "since", ends: str = "until") -> models.Func:
    """The two ends as a range of PostgreSQL, the beginning included."""
    return models.Func(begins, ends, function="TSTZRANGE", output_field=DateTimeRangeField())


class Roster(models.Model):
    """A duty that somebody must hold at every hour, with the pattern its shifts are planned from (roster/logic.py reads it)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="rosters")
    turns = models.CharField(max_length=300)
    cycle = models.CharField(max_length=60)
    needed_from = models.CharField(
        max_length=10,
        blank=True,
        choices=[("", _("always")), ("watch", _("watch (siaga)")), ("emergency", _("emergency (tanggap darurat)"))],
    )
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the roster."""
        return reverse("incidents:roster", args=[self.code])


class Member(models.Model):
    """A person in the crew of a roster, and the place in its order, from 0."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="crews")
    place = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("member of a crew")
        verbose_name_plural = _("members of crews")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "person"], name="member_once_a_roster"),
            models.UniqueConstraint(fields=["roster", "place"], name="member_has_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.roster}: {self.person}"


class Absence(models.Model):
    """A stretch in which a person cannot be on duty or be called."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.CharField(max_length=200)
    withdrawn = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")),
                name="absence_ends_after_it_begins",
                violation_error_message=_("An absence ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.why}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Shifts by time."""

    def kept(self) -> Self:
        """Those that were not cancelled, each with `is_absent`: whether its person is away at some moment of it."""
        away = Absence.objects.filter(person=OuterRef("person"), withdrawn=None, since__lt=OuterRef("until"), until__gt=OuterRef("since"))
        return self.filter(cancelled=None).annotate(is_absent=Exists(away))

    def between(self, since: datetime, until: datetime) -> Self:
        """Those that share a moment with a stretch."""
        return self.filter(since__lt=until, until__gt=since)

    def on_duty(self, at: datetime) -> Self:
        """Those that run at a moment and whose person is there."""
        away = Absence.objects.filter(person=OuterRef("person"), withdrawn=None, since__lte=at, until__gt=at)
        here = self.filter(cancelled=None, since__lte=at, until__gt=at, person__is_active=True, roster__ended=None)
        return here.exclude(Exists(away)).select_related("roster", "person").order_by("roster__name", "person__name")


class Shift(models.Model):
    """A person is on duty from one moment to another. The database refuses a person in two places at once."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    turn = models.CharField(max_length=1, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    cancelled = models.DateTimeField(null=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["since", "person__name"]
        indexes = [models.Index(fields=["roster", "since"], name="shift_by_roster")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")),
                name="shift_ends_after_it_begins",
                violation_error_message=_("A shift ends after it begins."),
            ),
            ExclusionConstraint(
                name="person_on_duty_once",
                expressions=[(span(), RangeOperators.OVERLAPS), ("person", RangeOperators.EQUAL)],
                condition=Q(cancelled=None),
                violation_error_message=_("This person is on duty elsewhere at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.roster}"

    def get_absolute_url(self) -> str:
        """The page of the shift."""
        return reverse("incidents:shift", args=[self.pk])


class LineKind(models.TextChoices):
    """What a line of the logbook is."""

    NOTE = "note", _("Note")
    STARTED = "started", _("Start of shift")
    HANDOVER = "handover", _("Hand-over")


class LogLine(models.Model):
    """A line in the logbook of the watch. Never changed; a hand-over waits until somebody of the next shift takes it."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="log_lines")
    roster = models.ForeignKey(Roster, null=True, blank=True, on_delete=models.PROTECT, related_name="log_lines")
    kind = models.CharField(max_length=8, choices=LineKind.choices, default=LineKind.NOTE)
    text = models.TextField(max_length=4000)
    taken = models.DateTimeField(null=True, editable=False)
    taken_by = models.ForeignKey(Person, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("line of the logbook")
        verbose_name_plural = _("lines of the logbook")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at"], name="log_line_by_time")]

    def __str__(self) -> str:
        return self.text[:60]


class FeedKey(models.Model):
    """How often a person made the addresses of their roster calendars anew: addresses with an older number open nothing any more."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("key of calendar addresses")
        verbose_name_plural = _("keys of calendar addresses")

    def __str__(self) -> str:
        return f"{self.person_id} {self.number}"


def feed_number(person: Person) -> int:
    """The number that addresses of this person carry now."""
    return FeedKey.objects.filter(person=person).values_list("number", flat=True).first() or 0
