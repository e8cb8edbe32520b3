"""Stations on rivers: their Siaga levels, what lies downstream, and the villages that each level reaches."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region


class Level(models.IntegerChoices):
    """The three levels of Indonesian flood watch, the worst last in rank: Siaga III is the first warning, Siaga I the disaster."""

    THREE = 3, _("Siaga III")
    TWO = 2, _("Siaga II")
    ONE = 1, _("Siaga I")


class Station(models.Model):
    """A water level post on a river. Its levels are in the indicator's unit and belong to its owner: they are data, never code.

    `dims` picks the series of the post (`{"pos": "BE10128"}`). `rise` is the rate of rise that is itself an alert (unit an hour).
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    river = models.CharField(max_length=120)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    dims = models.JSONField(default=dict, blank=True)
    siaga3 = models.FloatField(verbose_name=_("Siaga III"))
    siaga2 = models.FloatField(verbose_name=_("Siaga II"))
    siaga1 = models.FloatField(verbose_name=_("Siaga I"))
    margin = models.FloatField(default=0.1, help_text=_("So far below a level the water must fall before the level ends."))
    rise = models.FloatField(null=True, blank=True, help_text=_("Rise in an hour that is an alert by itself."))

    class Meta:
        verbose_name = _("river station")
        verbose_name_plural = _("river stations")
        ordering = ["river", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(siaga3__lt=models.F("siaga2"), siaga2__lt=models.F("siaga1")),
                name="station_levels_rise",
                violation_error_message=_("Siaga III lies below Siaga II, and Siaga II below Siaga I."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The station's page."""
        return reverse("alerts:station", args=[self.code])

    @property
    def levels(self) -> tuple[tuple[int, float], ...]:
        """(Siaga, height), rising."""
        return ((Level.THREE, self.siaga3), (Level.TWO, self.siaga2), (Level.ONE, self.siaga1))


class Downstream(models.Model):
    """From one station to the next one down the river: how long water takes."""

    upper = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="below")
    lower = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="above")
    minutes = models.PositiveIntegerField(help_text=_("Travel time of a flood wave (minutes)."))

    class Meta:
        verbose_name = _("reach of a river")
        verbose_name_plural = _("reaches of rivers")
        ordering = ["upper", "minutes"]
        constraints = [
            models.UniqueConstraint(fields=["upper", "lower"], name="reach_once"),
            models.CheckConstraint(
                condition=~models.Q(upper=models.F("lower")),
                name="reach_goes_on",
                violation_error_message=_("A reach leads from one station to another."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upper_id} → {self.lower_id}"


class Threat(models.Model):
    """A village that the water of a station reaches from a level on, after some minutes."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="threats")
    village = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("threatened village")
        verbose_name_plural = _("threatened villages")
        ordering = ["station", "-level", "village"]
        constraints = [models.UniqueConstraint(fields=["station", "village"], name="threat_once")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.village_id}"
