"""Feeds of warnings that are followed, and every message that came in by them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.regions.models import Region

from ..cap.models import PublicWarning


class FeedKind(models.TextChoices):
    """What stands at the address."""

    CAP = "cap", _("CAP messages in an RSS or Atom feed")
    QUAKES = "quakes", _("Earthquakes as BMKG tells them (JSON)")


class Feed(models.Model):
    """An address that is asked again and again. `attribution` must be named wherever its warnings are shown.

    `certificates` (PEM) are those whose signatures count; with `must_be_signed` what carries none of them is refused.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=FeedKind.choices, default=FeedKind.CAP)
    url = models.URLField(max_length=500)
    attribution = models.CharField(max_length=200)
    every_s = models.PositiveIntegerField(default=60, help_text=_("Seconds between two looks."))
    certificates = models.TextField(blank=True)
    must_be_signed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    looked = models.DateTimeField(null=True, blank=True)
    heard = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("feed of warnings")
        verbose_name_plural = _("feeds of warnings")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_s__gte=30),
                name="feed_is_not_hurried",
                violation_error_message=_("Look at most every 30 seconds: feeds limit how often they may be asked."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Verdict(models.TextChoices):
    """How a message stands."""

    WAITING = "waiting", _("Waits for a decision")
    ELSEWHERE = "elsewhere", _("Not about our regions")
    REPUBLISHED = "republished", _("Passed on")
    ASIDE = "aside", _("Put aside")
    ENDED = "ended", _("Ended by its sender")
    REFUSED = "refused", _("Refused")


class Signature(models.TextChoices):
    """What the signature is worth."""

    NONE = "none", _("not signed")
    UNKNOWN = "unknown", _("signed by somebody we do not know")
    RIGHT = "right", _("signature is right")


class Heard(models.Model):
    """One message as it came in, with what our checks said. Nothing is thrown away: what is refused stays with its reason.

    `raw` is empty where the body was too large to keep; `digest` is always that of the whole body.
    """

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="messages")
    received = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    raw = models.TextField(blank=True)
    verdict = models.CharField(max_length=11, choices=Verdict.choices)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    signature = models.CharField(max_length=7, choices=Signature.choices, default=Signature.NONE)
    identifier = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=300, blank=True)
    sent = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=8, blank=True)
    message_type = models.CharField(max_length=6, blank=True)
    category = models.CharField(max_length=9, blank=True)
    event = models.CharField(max_length=120, blank=True)
    urgency = models.CharField(max_length=9, blank=True)
    severity = models.CharField(max_length=8, blank=True)
    certainty = models.CharField(max_length=8, blank=True)
    headline = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    instruction = models.TextField(blank=True)
    area = models.CharField(max_length=500, blank=True)
    expires = models.DateTimeField(null=True, blank=True)
    regions = models.ManyToManyField(Region, related_name="+", blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    warning = models.ForeignKey(PublicWarning, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("warning of others")
        verbose_name_plural = _("warnings of others")
        ordering = ["-received", "-pk"]
        indexes = [models.Index(fields=["-received"], name="heard_waiting", condition=Q(verdict="waiting"))]
        constraints = [
            models.UniqueConstraint(fields=["feed", "digest"], name="heard_once", violation_error_message=_("This was heard already.")),
            models.UniqueConstraint(
                fields=["sender", "identifier", "sent"],
                condition=~Q(verdict="refused"),
                name="heard_message_once",
                violation_error_message=_("This message was heard already."),
            ),
        ]

    def __str__(self) -> str:
        return self.headline or self.reason

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("alerts:heard-one", args=[self.pk])
