"""What searches found, until a person decides about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Finding(models.Model):
    """A device that a search found: what it said of itself and its surroundings, until a person takes it in or leaves it out."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Taken in")
        LEFT_OUT = "left_out", _("Left out")

    address = models.GenericIPAddressField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    said = models.JSONField()
    access = models.CharField(max_length=60, default="public")
    port = models.PositiveIntegerField(default=161)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    first_seen = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["name", "address"]

    def __str__(self) -> str:
        return self.name or str(self.address)
