"""Boards for the wall, and the tokens of screens that show them without a person signed in."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Board(models.Model):
    """A board as its YAML declares it (wall/logic.py holds the format)."""

    code = models.SlugField(max_length=60, unique=True)
    definition = models.JSONField()
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class KioskToken(models.Model):
    """A screen's right to show boards. `?kiosk=TOKEN` becomes a cookie; revoking it darkens the screen. Only the SHA-256 is kept."""

    label = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wall screen")
        verbose_name_plural = _("wall screens")
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
