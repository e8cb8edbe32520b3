"""A procedure as people change it: one form for each step."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from pendopo.ui.offers import offer

from ..procedures.logic import MOST_STEPS, Step, Told, seconds_of, span_of
from ..procedures.models import ProcedureVersion

NEW_STEPS = 2


class FindingForm(forms.Form):
    """What the review found, and about which step."""

    text = forms.CharField(label=_("What the review found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    step = forms.ChoiceField(label=_("About which step"), required=False)

    def __init__(self, *args: Any, steps: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "step", [("", _("the whole")), *steps])


class StepForm(forms.Form):
    """One step. A new one gets its code from its words."""

    code = forms.SlugField(max_length=40, required=False, widget=forms.HiddenInput)
    do = forms.CharField(label=_("What to do"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    do_en = forms.CharField(label=_("The same in English"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    role = forms.ChoiceField(label=_("Who"), required=False)
    within = forms.CharField(label=_("Within"), max_length=8, required=False, help_text=_("15m, 2h or 1d after the opening."))
    yields = forms.CharField(label=_("Produces"), max_length=400, required=False)
    early = forms.BooleanField(label=_("Belongs to the early response"), required=False)

    def __init__(self, *args: Any, roles: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "role", [("", "–"), *roles])

    def clean_within(self) -> str:
        """Refused when it is no span of time."""
        within = str(self.cleaned_data["within"]).strip()
        if within and seconds_of(within) is None:
            raise forms.ValidationError(_("Write a number with m (minutes), h (hours) or d (days), such as 15m."))
        return within

    def clean(self) -> dict[str, Any]:
        """A step that stands needs its words."""
        given = super().clean() or {}
        if given.get("code") and not given.get("do") and not given.get("DELETE"):
            self.add_error("do", _("Write what to do, or leave the step out."))
        return given


class StepsFormSet(BaseFormSet):  # type: ignore[type-arg]
    """Every step in its order."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The words of the two fields that move and drop a step."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Place in the order")
        form.fields["DELETE"].label = _("Leave this step out")

    def kept(self) -> list[dict[str, Any]]:
        """What was given for each step that stays, in the order wished; without a place it comes last."""
        stays = [one.cleaned_data for one in self.forms if one.cleaned_data.get("do") and not one.cleaned_data.get("DELETE")]
        return sorted(stays, key=lambda given: given.get("ORDER") or MOST_STEPS + 1)


AllSteps = forms.formset_factory(
    StepForm, formset=StepsFormSet, extra=NEW_STEPS, max_num=MOST_STEPS, validate_max=True, can_order=True, can_delete=True
)


def begins(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as the form shows them first."""
    return [
        {
            "code": s.code,
            "do": s.do.get("id", ""),
            "do_en": s.do.get("en", ""),
            "role": s.role,
            "within": span_of(s.within_s),
            "yields": s.yields.get("id", ""),
            "early": s.early,
        }
        for s in steps
    ]


def defined(base: ProcedureVersion, given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The definition of a version with these steps; what the form does not show stays as it was."""
    known = {step.code: step for step in base.spec.steps}
    rows = list(given)
    taken = {row["code"] for row in rows if row["code"]}
    steps = []
    for number, row in enumerate(rows, 1):
        code = row["code"] or _new_code(row["do"], number, taken)
        taken.add(code)
        before = known.get(code)
        step = {"code": code, "do": _told(row["do"], row["do_en"]), "role": row["role"], "early": row["early"]}
        if row["within"]:
            step["within"] = row["within"]
        if row["yields"]:
            same = before is not None and before.yields.get("id") == row["yields"]
            step["yields"] = dict(before.yields) if before is not None and same else _told(row["yields"], "")
        steps.append(step)
    return {**base.definition, "steps": steps}


def _told(words: str, english: str) -> Told:
    return {"id": words, "en": english} if english else {"id": words}


def _new_code(words: str, number: int, taken: set[str]) -> str:
    stem = "-".join(slugify(words).split("-")[:3])[:30].strip("-_").replace("_", "-") or f"step-{number}"
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, MOST_STEPS + 2))) if code not in taken)
