"""What devices say by syslog."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, may_somewhere

from .things import Device

WORDS = SearchVector("text", "host", "app", config="simple")


class LogLevel(models.IntegerChoices):
    """How bad a line is, as RFC 5424 counts."""

    EMERGENCY = 0, _("Emergency")
    ALERT = 1, _("Alert")
    CRITICAL = 2, _("Critical")
    ERROR = 3, _("Error")
    WARNING = 4, _("Warning")
    NOTICE = 5, _("Notice")
    INFORMATIONAL = 6, _("Informational")
    DEBUG = 7, _("Debugging")


class LogKind(models.TextChoices):
    """What a line is about, as far as it can be told."""

    AUTH_FAILED = "auth_failed", _("Sign-in refused")
    AUTH_OK = "auth_ok", _("Sign-in")
    LINK_DOWN = "link_down", _("Line down")
    LINK_UP = "link_up", _("Line up")
    CONFIGURED = "configured", _("Configuration changed")
    RESTARTED = "restarted", _("Restarted")
    HARDWARE = "hardware", _("Hardware, power, temperature")
    OTHER = "other", _("Other")


class LogEventQuerySet(models.QuerySet["LogEvent"]):
    """Lines of devices."""

    def visible_to(self, user: User) -> Self:
        """For engineers: names of accounts and addresses of people stand in them."""
        return self if may_somewhere(user, "network.change") else self.none()

    def saying(self, words: str) -> Self:
        """Lines with these words (`"in this order"`, -without)."""
        return self.annotate(words=WORDS).filter(words=SearchQuery(words, config="simple", search_type="websearch"))


class LogEvent(models.Model):
    """One line. `of` is what it is about: the address that tried to sign in, the interface that went down."""

    at = models.DateTimeField()
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="log")
    sender = models.GenericIPAddressField()
    host = models.CharField(max_length=255, blank=True)
    app = models.CharField(max_length=48, blank=True)
    facility = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField(choices=LogLevel.choices)
    kind = models.CharField(max_length=12, choices=LogKind.choices, default=LogKind.OTHER)
    of = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    raw = models.TextField()

    objects = LogEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the log")
        verbose_name_plural = _("lines of the log")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="log_by_time"),
            models.Index(fields=["device", "-at"], name="log_by_device"),
            models.Index(fields=["kind", "-at"], name="log_by_kind", condition=~models.Q(kind="other")),
            GinIndex(WORDS, name="log_by_words"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class LogPosition(models.Model):
    """How far the stream of lines has been taken: one row, written in the same transaction as the lines themselves."""

    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("position of the log")
        verbose_name_plural = _("positions of the log")

    def __str__(self) -> str:
        return str(self.position)
