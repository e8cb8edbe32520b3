"""Shares: which agency's own figures every post and key of the government may read, until when and why. Agreements: which figures that are
not public a partner's source may read, and what for."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person


class ShareQuerySet(models.QuerySet["Share"]):
    """Shares by time."""

    def running(self, at: datetime) -> Self:
        """Those that hold at a moment: begun, not ended, not run out."""
        return self.filter(Q(ended=None) | Q(ended__gt=at), since__lte=at, until__gt=at)


class Share(models.Model):
    """One indicator that is open to all for a while. It runs out by itself. `origin` is the path of what it rests on; never deleted."""

    indicator = models.ForeignKey("indicators.Indicator", on_delete=models.CASCADE, related_name="shares")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["until"], name="share_running", condition=Q(ended=None))]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "origin"], condition=Q(ended=None), name="shared_once_for_a_thing"),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")),
                name="share_ends_after_it_begins",
                violation_error_message=_("A share ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} – {self.until:%Y-%m-%d %H:%M}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Agreements by time."""

    def running(self, at: datetime) -> Self:
        """Those that hold at a moment: begun and not ended."""
        return self.filter(Q(ended=None) | Q(ended__gt=at), since__lte=at)


class Agreement(models.Model):
    """A partner's source may read one indicator that is not public, for a purpose, until the agreement ends. Never deleted."""

    source = models.ForeignKey("indicators.Source", on_delete=models.CASCADE, related_name="agreements")
    indicator = models.ForeignKey("indicators.Indicator", on_delete=models.CASCADE, related_name="agreements")
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(max_length=300)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("data agreement")
        verbose_name_plural = _("data agreements")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "indicator"],
                condition=Q(ended=None),
                name="agreed_once_with_a_source",
                violation_error_message=_("This is agreed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} – {self.indicator_id}"
