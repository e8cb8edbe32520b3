"""Whether a guide helped, and what people asked where it did not."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GuideAnswer(models.Model):
    """Somebody said whether a guide solved the matter. Nothing of the person is noted; `question` is what is still open."""

    guide = models.SlugField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    solved = models.BooleanField()
    question = models.CharField(max_length=500, blank=True)
    held = models.BooleanField(default=False)
    taken_up = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("answer to a guide")
        verbose_name_plural = _("answers to guides")
        ordering = ["-at"]
        indexes = [models.Index(fields=["guide", "-at"], name="guide_answers")]

    def __str__(self) -> str:
        return f"{self.guide}: {self.solved}"
