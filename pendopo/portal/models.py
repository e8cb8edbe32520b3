"""What the public face keeps: requests for data, and how often datasets and pages are read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .guides.models import GuideAnswer
from .happening.models import PublicIncident
from .opendata.models import DataRequest, DatasetUse
from .services.models import PublicService
from .warnings.models import Subscription, WarningTold

__all__ = ["DataRequest", "DatasetUse", "GuideAnswer", "PublicIncident", "PublicService", "Subscription", "WarningTold"]


class Visit(models.Model):
    """How often a page was shown on a day, by its path. Nothing of the reader is noted."""

    day = models.DateField()
    path = models.CharField(max_length=60)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("views of a page")
        verbose_name_plural = _("views of pages")
        constraints = [models.UniqueConstraint(fields=["day", "path"], name="visit_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.path}: {self.times}"
