"""Public warnings from the first draft to the message that went out, and the keys that sign them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.regions.models import Region

from . import kinds


class Status(models.TextChoices):
    """Whether people must act on it."""

    ACTUAL = "Actual", _("Real: people must act on it")
    EXERCISE = "Exercise", _("Exercise (LATIHAN)")
    TEST = "Test", _("Test of the line only")


class MessageType(models.TextChoices):
    """What a message does to the ones before it."""

    ALERT = "Alert", _("New warning")
    UPDATE = "Update", _("Update")
    CANCEL = "Cancel", _("Cancellation")


class Urgency(models.TextChoices):
    """How soon people must act, in CAP's words."""

    IMMEDIATE = "Immediate", _("Act at once")
    EXPECTED = "Expected", _("Act within the hour")
    FUTURE = "Future", _("Act in the near future")
    PAST = "Past", _("Nothing more to do")


class Level(models.TextChoices):
    """How bad it is, in CAP's words."""

    EXTREME = "Extreme", _("Extreme: extraordinary danger to life or property")
    SEVERE = "Severe", _("Severe: significant danger to life or property")
    MODERATE = "Moderate", _("Moderate: possible danger to life or property")
    MINOR = "Minor", _("Minor: little or no danger")


class Certainty(models.TextChoices):
    """How sure it is, in CAP's words."""

    OBSERVED = "Observed", _("Observed")
    LIKELY = "Likely", _("Likely (more than half)")
    POSSIBLE = "Possible", _("Possible (less than half)")


class Category(models.TextChoices):
    """The field it belongs to, in CAP's words."""

    MET = "Met", _("Weather and floods")
    GEO = "Geo", _("Earth: quake, landslide, volcano")
    FIRE = "Fire", _("Fire")
    HEALTH = "Health", _("Health")
    SAFETY = "Safety", _("Public safety")
    ENV = "Env", _("Environment")
    INFRA = "Infra", _("Infrastructure and utilities")
    TRANSPORT = "Transport", _("Transport")
    OTHER = "Other", _("Something else")


class Stage(models.TextChoices):
    """How far a warning came."""

    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Waits for approval")
    PUBLISHED = "published", _("Published")
    DROPPED = "dropped", _("Dropped")


class PublicWarningQuerySet(models.QuerySet["PublicWarning"]):
    """Warnings by what the public may see of them."""

    def published(self) -> Self:
        """Everything that went out, the newest first: real, exercises and tests, updates and cancellations."""
        return self.filter(stage=Stage.PUBLISHED).order_by("-sent", "-pk")

    def in_force(self, now: datetime) -> Self:
        """What holds at a moment: published, not replaced by a later message, not cancelled, not expired."""
        replaced = PublicWarning.objects.filter(stage=Stage.PUBLISHED).exclude(refers=None).values("refers")
        return self.published().filter(expires__gt=now).exclude(message_type=MessageType.CANCEL).exclude(pk__in=replaced)


class PublicWarning(models.Model):
    """One message to the public. Once published nothing of it changes: a correction is an update, an end a cancellation.

    `refers` is the message before it in its chain; `about` the path of the incident it belongs to; `attribution` names whom a republished
    warning is from. `english` holds event, headline, description and instruction in English; empty without. `body` is the signed XML
    exactly as it goes out, `digest` its SHA-256.
    """

    stage = models.CharField(max_length=9, choices=Stage.choices, default=Stage.DRAFT)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTUAL)
    message_type = models.CharField(max_length=6, choices=MessageType.choices, default=MessageType.ALERT)
    refers = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    category = models.CharField(max_length=9, choices=Category.choices, default=Category.MET)
    event = models.CharField(max_length=60)
    responses = models.JSONField(default=list)
    urgency = models.CharField(max_length=9, choices=Urgency.choices, default=Urgency.EXPECTED)
    severity = models.CharField(max_length=8, choices=Level.choices, default=Level.SEVERE)
    certainty = models.CharField(max_length=8, choices=Certainty.choices, default=Certainty.LIKELY)
    headline = models.CharField(max_length=160)
    description = models.TextField(max_length=4000, blank=True)
    instruction = models.TextField(max_length=4000, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    english = models.JSONField(default=dict, blank=True)
    regions = models.ManyToManyField(Region, related_name="+")
    onset = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField()
    about = models.CharField(max_length=200, blank=True)
    attribution = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    proposed = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    returned = models.CharField(max_length=500, blank=True)
    identifier = models.CharField(max_length=120, unique=True, null=True, blank=True)
    sender = models.CharField(max_length=120, blank=True)
    sent = models.DateTimeField(null=True, blank=True)
    body = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)

    objects = PublicWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("public warning")
        verbose_name_plural = _("public warnings")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-sent"], name="warning_published", condition=Q(stage="published"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="Actual", stage="published") | (Q(approved_by__isnull=False) & ~Q(approved_by=F("author"))),
                name="warning_approved_by_another",
                violation_error_message=_("A real warning goes out only when somebody else than its author has approved it."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="published") | (Q(sent__isnull=False, identifier__isnull=False) & ~Q(body="")),
                name="warning_published_is_whole",
                violation_error_message=_("What is published has its number, its time and its signed text."),
            ),
            models.CheckConstraint(
                condition=Q(message_type="Alert", refers=None) | (~Q(message_type="Alert") & Q(refers__isnull=False)),
                name="warning_follow_up_refers",
                violation_error_message=_("An update or a cancellation, and only these, names the warning it is about."),
            ),
            models.UniqueConstraint(
                fields=["refers"],
                condition=Q(stage="published"),
                name="warning_followed_once",
                violation_error_message=_("A later message follows this warning already: go on from that one."),
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        """Its page on the console."""
        return reverse("alerts:warning", args=[self.pk])

    def get_public_url(self) -> str:
        """Its page for everybody; only what is published has one."""
        return reverse("alerts:cap-page", args=[self.identifier])

    def get_xml_url(self) -> str:
        """The signed message; only what is published has one."""
        return reverse("alerts:cap-alert", args=[self.identifier])

    @property
    def is_all_clear(self) -> bool:
        """Whether it says that the danger is over."""
        return kinds.ALL_CLEAR in self.responses

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        if self.message_type == MessageType.CANCEL or self.is_all_clear:
            return "well"
        return "danger" if self.severity in (Level.EXTREME, Level.SEVERE) else "attention"


class SigningKey(models.Model):
    """A key that signs warnings: its private part is sealed with the installation's key, its certificate is public. The newest signs."""

    sealed = models.TextField()
    certificate = models.TextField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.made.isoformat()
