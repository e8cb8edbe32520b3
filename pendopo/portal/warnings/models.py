"""Who wishes to be warned of which place, and which warnings they were told."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.alerts.cap.models import PublicWarning
from pendopo.regions.models import Region


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by whether they hold."""

    def active(self) -> Self:
        """Those that were confirmed and not ended."""
        return self.filter(confirmed__isnull=False, ended=None)


class Subscription(models.Model):
    """An e-mail address or a browser that is told of warnings for a place.

    Nothing is sent to an address before the link in the first letter was opened. A browser (`browser`: the digest by which room `notify`
    knows it) has asked its owner itself: it is confirmed at once, and nothing is known of who that is.
    """

    email = models.EmailField(blank=True)
    browser = models.CharField(max_length=64, blank=True)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=2, default="id")
    created = models.DateTimeField(default=timezone.now)
    confirmed = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription to warnings")
        verbose_name_plural = _("subscriptions to warnings")
        ordering = ["email", "region_id"]
        constraints = [
            models.UniqueConstraint(fields=["email", "browser", "region"], condition=Q(ended=None), name="subscription_once_a_place"),
            models.CheckConstraint(
                condition=Q(email="") ^ Q(browser=""),
                name="subscription_is_an_address_or_a_browser",
                violation_error_message=_("Warnings go to an e-mail address or to a browser."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id}"


class WarningTold(models.Model):
    """A warning was told to its subscribers: written in the transaction of the letters, so that nobody is told twice."""

    warning = models.OneToOneField(PublicWarning, primary_key=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    letters = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("warning that was told")
        verbose_name_plural = _("warnings that were told")

    def __str__(self) -> str:
        return f"{self.warning_id}"
