"""Which services of the network everyone may see, and under which name."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pendopo.network.models import Service


class PublicService(models.Model):
    """A service that is shown to the public. Its state follows from the devices that the network's cause graph knows it by."""

    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="public")
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=300, blank=True)
    address = models.URLField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("public service")
        verbose_name_plural = _("public services")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_id
