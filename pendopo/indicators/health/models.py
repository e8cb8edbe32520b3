"""What the house remembers of its sources: their silence, what people were told, and day by day how their contracts were kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Watched(models.Model):
    """How a source stands now. `silent_since` is the moment at which its silence began to count; `told` how often people heard of it.

    `told_at` is when they last heard of any silence of this source: one that comes and goes is told once a day. `rows_told` is the newest
    waiting row of which its people know.
    """

    source = models.OneToOneField("indicators.Source", primary_key=True, on_delete=models.CASCADE, related_name="watched")
    silent_since = models.DateTimeField(null=True)
    told = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    rows_told = models.BigIntegerField(default=0)
    rows_told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("watched source")
        verbose_name_plural = _("watched sources")

    def __str__(self) -> str:
        return f"{self.source_id} {'silent' if self.silent_since else 'heard'}"


class Roster(models.Model):
    """The series in which a source has reported: from when to when its figures reach. What is due follows from it."""

    source = models.ForeignKey("indicators.Source", on_delete=models.CASCADE, related_name="+")
    series = models.ForeignKey("indicators.Series", on_delete=models.CASCADE, related_name="+")
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        verbose_name = _("reported series")
        verbose_name_plural = _("reported series")
        constraints = [models.UniqueConstraint(fields=["source", "series"], name="roster_is_unique")]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.series_id}"


class ContractDay(models.Model):
    """How a source kept one contract on one day of the government's zone: periods whose time ran out that day, those that arrived in time,
    and those that arrived at all. `in_time` of a past day never changes, because nothing can arrive in time afterwards."""

    source = models.ForeignKey("indicators.Source", on_delete=models.CASCADE, related_name="contract_days")
    indicator = models.ForeignKey("indicators.Indicator", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    due = models.PositiveIntegerField()
    in_time = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of a contract")
        verbose_name_plural = _("days of contracts")
        constraints = [
            models.UniqueConstraint(fields=["source", "indicator", "day"], name="contract_day_is_unique"),
            models.CheckConstraint(
                condition=models.Q(in_time__lte=models.F("arrived")),
                name="in_time_has_arrived",
                violation_error_message=_("What came in time has arrived."),
            ),
        ]
        indexes = [models.Index(fields=["day"], name="contract_day_by_day")]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.indicator_id} {self.day} {self.in_time}/{self.due}"


class SourceDay(models.Model):
    """What a source sent on one day of the government's zone: deliveries, rows, and how many of them were not taken."""

    source = models.ForeignKey("indicators.Source", on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    deliveries = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    quarantined = models.PositiveBigIntegerField()
    rejected = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("day of a source")
        verbose_name_plural = _("days of sources")
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="source_day_is_unique")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"
