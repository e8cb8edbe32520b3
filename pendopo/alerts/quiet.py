"""What keeps alerts quiet: snoozes, maintenance windows, and dependencies with the newest words about parents."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.indicators.models import Source
from pendopo.regions.models import Region


class Snooze(models.Model):
    """One thing kept quiet until a moment, by a person, for a reason. It is still watched."""

    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        ordering = ["-id"]
        indexes = [models.Index(fields=["until"], name="snooze_until")]

    def __str__(self) -> str:
        return f"{self.fingerprint} – {self.until:%Y-%m-%d %H:%M}"


class Maintenance(models.Model):
    """A window of planned work: what is new in it is watched and kept quiet, what was told before may recover as ever.

    It covers a region with all below it; `rule` or `source` narrows it.
    """

    name = models.CharField(max_length=200)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey("alerts.Rule", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    cancelled = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("maintenance window")
        verbose_name_plural = _("maintenance windows")
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")),
                name="maintenance_ends_after_it_starts",
                violation_error_message=_("A maintenance window ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """A thing (`child`) that cannot be well while all its `parent`s are bad. Both are fingerprints. `origin` names who wrote the row."""

    child = models.CharField(max_length=64)
    parent = models.CharField(max_length=64)
    wait_s = models.PositiveIntegerField(default=30, help_text=_("So long a child waits for a fresh word of its parents (seconds)."))
    origin = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        ordering = ["child", "parent"]
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="dependency_once"),
            models.CheckConstraint(
                condition=~models.Q(child=models.F("parent")),
                name="dependency_not_on_itself",
                violation_error_message=_("Nothing depends on itself."),
            ),
        ]
        indexes = [models.Index(fields=["parent"], name="dependency_by_parent")]

    def __str__(self) -> str:
        return f"{self.child} → {self.parent}"


class Word(models.Model):
    """The newest word about a thing on which others depend, or that was well before we heard that it had been bad: of when, heard when."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    hot = models.BooleanField()
    at = models.DateTimeField()
    heard = models.DateTimeField()
    turned = models.DateTimeField(help_text=_("The time of the first word of this kind in a row."))

    class Meta:
        verbose_name = _("word about a parent")
        verbose_name_plural = _("words about parents")

    def __str__(self) -> str:
        return f"{self.fingerprint} {'bad' if self.hot else 'well'}"
