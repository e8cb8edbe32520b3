"""What people ask the government to publish, and what became of it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.reports.logic import masked


class Asker(models.TextChoices):
    """Who asks: the only thing that others read about them."""

    CITIZEN = "citizen", _("Citizen")
    SCHOOL = "school", _("School or university")
    BUSINESS = "business", _("Business or start-up")
    MEDIA = "media", _("Media")
    SOCIETY = "society", _("Society or organisation")
    GOVERNMENT = "government", _("Government")


class Outcome(models.TextChoices):
    """What became of a request."""

    WAITING = "waiting", _("Waiting for an answer")
    PUBLISHED = "published", _("Published")
    REFUSED = "refused", _("Cannot be published")


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Requests by who may read them."""

    def published(self) -> Self:
        """Those that everyone reads: not kept aside as doubtful."""
        return self.filter(held=False)


class DataRequest(models.Model):
    """Somebody wishes for figures that are not published. The e-mail address is for the answer only and is never shown."""

    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=300)
    purpose = models.CharField(max_length=600, blank=True)
    asker = models.CharField(max_length=12, choices=Asker.choices, default=Asker.CITIZEN)
    email = models.EmailField(blank=True)
    held = models.BooleanField(default=False, help_text=_("Kept aside until somebody has looked whether a person wrote it."))
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    answer = models.CharField(max_length=1000, blank=True)
    answered = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for data")
        verbose_name_plural = _("requests for data")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="waiting", answered=None) | ~Q(outcome="waiting") & Q(answered__isnull=False) & ~Q(answer=""),
                name="data_request_answer_has_words",
                violation_error_message=_("An answer needs words: say where the data is, or why it cannot be published."),
            )
        ]

    def __str__(self) -> str:
        return self.public_what

    @property
    def public_what(self) -> str:
        """What is wished for, with personal data hidden."""
        return masked(self.what)

    @property
    def public_purpose(self) -> str:
        """What for, with personal data hidden."""
        return masked(self.purpose)


class DatasetUse(models.Model):
    """How often a dataset was taken in a form on a day, by people and programs together. Who took it is not noted."""

    day = models.DateField()
    dataset = models.CharField(max_length=80)
    form = models.CharField(max_length=10)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a dataset")
        verbose_name_plural = _("uses of datasets")
        constraints = [models.UniqueConstraint(fields=["day", "dataset", "form"], name="dataset_use_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.dataset} {self.form}: {self.times}"
