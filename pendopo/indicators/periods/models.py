"""Of which indicators hours and days are kept, and how far they have followed history. The hours and days themselves are plain tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptPeriods(models.Model):
    """Of an indicator, which grains hold every row known up to `PeriodsPosition.through`; cut in `zone`."""

    indicator = models.OneToOneField("indicators.Indicator", primary_key=True, on_delete=models.CASCADE, related_name="periods")
    zone = models.CharField(max_length=60)
    hours = models.BooleanField(default=False)
    days = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("kept hours and days")
        verbose_name_plural = _("kept hours and days")

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.hours}, {self.days}"


class PeriodsPosition(models.Model):
    """How far the hours and days have followed history: every row with `known_since` up to `through` is in them. One row."""

    through = models.DateTimeField()

    class Meta:
        verbose_name = _("position of the hours and days")
        verbose_name_plural = _("positions of the hours and days")

    def __str__(self) -> str:
        return f"{self.through:%Y-%m-%d %H:%M:%S.%f}"
