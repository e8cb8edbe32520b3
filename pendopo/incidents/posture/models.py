"""Postures that were declared. Normal is where none runs."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.regions.models import Region

from . import logic


class Level(models.TextChoices):
    """What may be declared."""

    WATCH = logic.WATCH, _("Watch (siaga)")
    EMERGENCY = logic.EMERGENCY, _("Emergency (tanggap darurat)")
    RECOVERY = logic.RECOVERY, _("Recovery (pemulihan)")


TONES = {Level.WATCH: "attention", Level.EMERGENCY: "danger", Level.RECOVERY: "known"}


class PostureQuerySet(models.QuerySet["Posture"]):
    """Postures by time."""

    def running(self, at: datetime) -> Self:
        """Those that hold at a moment: begun, not ended, not run out."""
        return self.filter(Q(ended=None) | Q(ended__gt=at), since__lte=at, until__gt=at)


class Posture(models.Model):
    """A posture of a region and everything below it, from one moment to another. It runs out by itself; to renew is to declare it again.

    `basis` names the decree. A row never changes but for its end.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="postures")
    level = models.CharField(max_length=10, choices=Level.choices)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    exercise = models.BooleanField(default=False)
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PostureQuerySet.as_manager()

    class Meta:
        verbose_name = _("posture")
        verbose_name_plural = _("postures")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["region"], condition=Q(ended=None), name="posture_runs_once_a_region"),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")),
                name="posture_ends_after_it_begins",
                violation_error_message=_("A posture ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {self.region}"

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES[Level(self.level)]


def posture_of(region: str, at: datetime) -> str:
    """The posture that holds in a region at a moment; drills do not count."""
    declared = Posture.objects.running(at).filter(exercise=False).values_list("region", "level")
    return logic.holds_in(region, declared)


def house_posture(at: datetime) -> str:
    """The gravest posture that holds anywhere in the government's region."""
    within = Region.objects.within(settings.REGION).values("pk")
    levels = Posture.objects.running(at).filter(exercise=False, region__in=within).values_list("level", flat=True)
    return max([posture_of(settings.REGION, at), *levels], key=lambda level: logic.RANKS.get(level, 0))


def house_cadence(at: datetime) -> float:
    """How much of the usual time lies between two questions to others at a moment: less while the house is on watch or in an emergency."""
    return logic.CADENCE[house_posture(at)]
