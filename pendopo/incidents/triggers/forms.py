"""The form of a trigger."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pendopo.alerts.models import Rule
from pendopo.ui.offers import offer

from ..procedures.models import newest
from .models import Trigger


class TriggerForm(forms.ModelForm):  # type: ignore[type-arg]
    """When alerts become an incident by themselves."""

    kind = forms.ChoiceField(label=_("Kind of incident"), required=False, help_text=_("Its procedure is pinned to the incident."))

    class Meta:
        model = Trigger
        fields = ("name", "rule", "word", "severity_from", "least", "kind", "active")
        help_texts = {"word": _("The word by which alerts are grouped, such as water or network; empty: every alert.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [("", _("without a procedure")), *((one.procedure.code, one.name) for one in newest())])
        rule = self.fields["rule"]
        if isinstance(rule, forms.ModelChoiceField):
            rule.queryset, rule.empty_label = Rule.objects.filter(active=True).order_by("name"), _("every rule")
