"""What derivation remembers: the versions of every formula, how far each was computed, and what each computed delivery stood on."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Formula(models.Model):
    """One version of a derived indicator: its expression and all that its meaning hangs on (units, cadences, levels, roll-ups).

    A new version is written when any of it changes; then everything is computed anew. Never altered.
    """

    indicator = models.ForeignKey("indicators.Indicator", on_delete=models.PROTECT, related_name="formulas")
    version = models.PositiveIntegerField()
    meaning = models.JSONField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("formula")
        verbose_name_plural = _("formulas")
        constraints = [models.UniqueConstraint(fields=["indicator", "version"], name="formula_version_is_unique")]

    def __str__(self) -> str:
        return f"{self.indicator_id} v{self.version}"


class DerivedPosition(models.Model):
    """How far a derived indicator was computed: its formula's version, and the stamps up to which inputs were taken.

    Sent inputs are taken up to `raw`; inputs that are derived themselves up to `derived`. Written with the figures, in one transaction.
    `after` is set while history is computed for a new version: the last region (in order) whose history is done, '' before the first.
    What becomes known meanwhile is taken up everywhere.
    """

    indicator = models.OneToOneField("indicators.Indicator", primary_key=True, on_delete=models.CASCADE, related_name="derived_position")
    version = models.PositiveIntegerField()
    raw = models.DateTimeField()
    derived = models.DateTimeField()
    after = models.CharField(max_length=20, null=True, blank=True)

    class Meta:
        verbose_name = _("position of a derived indicator")
        verbose_name_plural = _("positions of derived indicators")

    def __str__(self) -> str:
        return f"{self.indicator_id} v{self.version} {self.raw:%Y-%m-%d %H:%M:%S}"


class Computation(models.Model):
    """What a delivery of derived figures stood on: enough to compute every one of them again, input by input.

    `versions` are the formulas' versions by indicator code, `causes` the deliveries (at most 1,000) whose rows asked for it.
    """

    delivery = models.OneToOneField("indicators.Delivery", primary_key=True, on_delete=models.PROTECT, related_name="computation")
    versions = models.JSONField()
    raw = models.DateTimeField()
    derived = models.DateTimeField()
    causes = models.JSONField(default=list)

    class Meta:
        verbose_name = _("computation")
        verbose_name_plural = _("computations")

    def __str__(self) -> str:
        return f"#{self.delivery_id}"
