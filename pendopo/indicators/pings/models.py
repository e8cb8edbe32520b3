"""Checks and the calls they got."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency


class Standing(models.TextChoices):
    """How a check stands."""

    NEW = "new", _("waits for its first call")
    WELL = "well", _("well")
    LATE = "late", _("late")
    FAILED = "failed", _("failed")


class CallKind(models.TextChoices):
    """What a call said."""

    SUCCESS = "success", _("it went well")
    START = "start", _("it began")
    FAIL = "fail", _("it failed")


class Check(models.Model):
    """A job that must report: with `every` (a duration) or `cron` (a cron line in `zone`), and a grace.

    Its address holds a key of which only the SHA-256 is kept; a new address ends the old one. `late_from` is when silence becomes late.
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="checks")
    every = models.CharField(max_length=10, blank=True)
    cron = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=60)
    grace = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    active = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=Standing.choices, default=Standing.NEW, editable=False)
    last_success = models.DateTimeField(null=True, editable=False)
    last_start = models.DateTimeField(null=True, editable=False)
    last_call = models.DateTimeField(null=True, editable=False)
    late_from = models.DateTimeField(null=True, editable=False)
    minute = models.DateTimeField(null=True, editable=False)
    in_minute = models.PositiveIntegerField(default=0, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every="") ^ models.Q(cron=""),
                name="check_has_one_schedule",
                violation_error_message=_("Give either a period or a cron line."),
            )
        ]
        indexes = [models.Index(fields=["late_from"], name="check_late", condition=models.Q(active=True))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the check."""
        return reverse("indicators:check", args=[self.code])


class Call(models.Model):
    """One call of a check's address. `body` is what the job had to say, at most 10 kB; `took_s` the seconds since it began."""

    check_called = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=CallKind.choices)
    code = models.PositiveSmallIntegerField(null=True)
    method = models.CharField(max_length=4)
    address = models.CharField(max_length=45, blank=True)
    body = models.TextField(blank=True)
    took_s = models.FloatField(null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.check_called_id} {self.kind} {self.at:%Y-%m-%d %H:%M:%S}"
