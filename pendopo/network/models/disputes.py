"""Time that someone says does not count against a site or link."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, grants_of
from pendopo.agencies.models import Person

from .things import Link, Site


class Verdict(models.TextChoices):
    """What became of a dispute. Open and accepted ones are left out of availability, refused ones count."""

    OPEN = "", _("open")
    ACCEPTED = "accepted", _("accepted: it stays left out")
    REFUSED = "refused", _("refused: it counts")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes."""

    def visible_to(self, user: User) -> Self:
        """All of them for whoever holds a post, as the network itself."""
        return self if grants_of(user) else self.none()

    def meeting(self, start: datetime, end: datetime) -> Self:
        """Those that meet a span."""
        return self.filter(start__lt=end, end__gt=start)


class Dispute(models.Model):
    """From `start` to `end` an outage of a site or link does not count, says a person; another one decides, once."""

    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="disputes")
    link = models.ForeignKey(Link, null=True, blank=True, on_delete=models.CASCADE, related_name="disputes")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default=Verdict.OPEN)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.CharField(max_length=500, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-start", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(site=None) ^ Q(link=None), name="dispute_of_one_thing"),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")),
                name="dispute_ends_later",
                violation_error_message=_("A dispute ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")),
                name="dispute_decided_by_another",
                violation_error_message=_("Another person decides: you have disputed this yourself."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_by=None, decided_at=None)
                | (~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="dispute_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} {self.start:%Y-%m-%d}"

    @property
    def thing(self) -> Site | Link:
        """What it is about."""
        found = self.site or self.link
        assert found is not None
        return found
