"""Copies of devices' configurations."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, may_somewhere

from .things import Device


class ConfigurationQuerySet(models.QuerySet["Configuration"]):
    """Copies of configurations."""

    def visible_to(self, user: User) -> Self:
        """For engineers: they tell how the network is defended."""
        return self if may_somewhere(user, "network.change") else self.none()


class Configuration(models.Model):
    """A configuration as it was from `at` on, seen again until `seen`. A change of it is a new row. Secrets are not in it."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="configurations")
    at = models.DateTimeField()
    seen = models.DateTimeField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)

    objects = ConfigurationQuerySet.as_manager()

    class Meta:
        verbose_name = _("configuration")
        verbose_name_plural = _("configurations")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["device", "-at"], name="configuration_newest")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.at:%Y-%m-%d}"


class Copying(models.Model):
    """How the last attempt to copy a device's configuration went; `why` it failed, '' when it did not."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="copying")
    tried = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("copying of a configuration")
        verbose_name_plural = _("copyings of configurations")

    def __str__(self) -> str:
        return f"{self.device_id} {self.why or 'ok'}"
