"""What is known of a closed month."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClosedMonth(models.Model):
    """A month (UTC, its first day) whose rows known up to `cutoff` stand in a Parquet file below the files folder. Never deleted.

    What becomes known of the month later stays in PostgreSQL. The rows of the file come back there when they are read (`thawing`):
    `whole` says that all are there, `used` when they were last asked for.
    """

    month = models.DateField(primary_key=True)
    cutoff = models.DateTimeField()
    closed = models.DateTimeField()
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    whole = models.BooleanField(default=True)
    used = models.DateTimeField()

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
