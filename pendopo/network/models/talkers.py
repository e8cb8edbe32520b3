"""Who talks most, hour by hour."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FlowFile(models.Model):
    """A file of flow records that was taken in; the same one twice changes nothing."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    flows = models.PositiveBigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file of flows")
        verbose_name_plural = _("files of flows")

    def __str__(self) -> str:
        return self.name


class Talker(models.Model):
    """Octets that an address of ours sent and received within an hour."""

    hour = models.DateTimeField()
    address = models.GenericIPAddressField()
    sent = models.PositiveBigIntegerField(default=0)
    received = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("talker")
        verbose_name_plural = _("talkers")
        constraints = [models.UniqueConstraint(fields=["hour", "address"], name="talker_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.address} {self.hour:%Y-%m-%d %H}"
