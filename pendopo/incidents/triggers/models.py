"""Triggers: when a group of alerts becomes an incident without anybody's doing."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pendopo.alerts.models import RANKS, Rule, Severity

from . import logic


class Trigger(models.Model):
    """Alerts of one group that open an incident by themselves: at least `least` that fire, from a severity on, of a rule or a word where
    one is named. `kind` is the code of the procedure that the incident follows ('' = none)."""

    name = models.CharField(_("Name"), max_length=120)
    rule = models.ForeignKey(
        Rule, null=True, blank=True, on_delete=models.CASCADE, related_name="triggers", verbose_name=_("Only this rule")
    )
    word = models.CharField(_("Only alerts with this word"), max_length=150, blank=True)
    severity_from = models.CharField(_("From severity"), max_length=8, choices=Severity.choices, default=Severity.SEVERE)
    least = models.PositiveIntegerField(_("At least so many alerts"), default=1, validators=[MinValueValidator(1)])
    kind = models.SlugField(_("Kind of incident"), max_length=40, blank=True)
    active = models.BooleanField(_("In use"), default=True)

    class Meta:
        verbose_name = _("trigger of incidents")
        verbose_name_plural = _("triggers of incidents")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(least__gte=1), name="trigger_needs_an_alert", violation_error_message=_("A trigger needs at least one alert.")
            ),
            models.CheckConstraint(
                condition=Q(rule=None) | Q(word=""),
                name="trigger_on_a_rule_or_a_word",
                violation_error_message=_("Name a rule or a word, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> logic.Wanted:
        """What it asks for, as values."""
        return logic.Wanted(self.pk, RANKS[self.severity_from], self.least, self.rule_id, self.word)
