"""Forms of the wall."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Post, Role
from pendopo.incidents.posture.models import Level
from pendopo.ui.offers import offer

from .fields import REGION
from .logic import RESERVED, BoardSpec
from .models import Board, Direction, Goal, KioskToken, Right


class ScreenForm(forms.Form):
    """A new wall screen."""

    label = forms.CharField(label=_("Where does the screen hang?"), max_length=100, help_text=_("For example: command center, left wall."))
    from_posture = forms.ChoiceField(
        label=_("Another board from the posture"),
        required=False,
        choices=[("", _("no")), *Level.choices],
        help_text=_("While it holds, the screen shows the board below by itself; afterwards its own again."),
    )
    meanwhile = forms.ChoiceField(label=_("Which board then"), required=False)

    def __init__(self, *args: Any, boards: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "meanwhile", [("", "–"), *boards])

    def clean(self) -> dict[str, Any]:
        """A posture and a board, or neither."""
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("from_posture")) != bool(given.get("meanwhile")):
            raise forms.ValidationError(_("Choose both the posture and the board, or neither."))
        return given


class ScreenFilters(forms.Form):
    """Narrows the list of screens."""

    q = forms.CharField(label=_("Name"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), ("on", _("May show")), ("off", _("Revoked"))])

    def narrow(self, queryset: QuerySet[KioskToken]) -> QuerySet[KioskToken]:
        """The screens that match."""
        if not self.is_valid():
            return queryset
        if self.cleaned_data["q"]:
            queryset = queryset.filter(label__icontains=self.cleaned_data["q"])
        if self.cleaned_data["state"]:
            queryset = queryset.filter(revoked__isnull=self.cleaned_data["state"] == "on")
        return queryset


class NewBoardForm(forms.Form):
    """A new board: its title, and what it begins with."""

    title = forms.CharField(label=_("Heading"), max_length=100)
    start = forms.ChoiceField(label=_("Begin with"), required=False)
    file = forms.FileField(
        label=_("Or a board's file"), required=False, help_text=_("YAML, as exported from a board. Its own title is taken.")
    )

    def __init__(self, *args: Any, boards: Sequence[BoardSpec], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "id"
        copies = [(spec.code, _("A copy of: %(title)s") % {"title": spec.title.say(language)}) for spec in boards]
        begin = [("", _("An empty board")), ("rotating", _("Boards that follow each other")), *copies]
        cast(forms.ChoiceField, self.fields["start"]).choices = begin
        if self.files:
            self.fields["title"].required = False


class PictureForm(forms.Form):
    """A picture for boards."""

    name = forms.CharField(label=_("Name"), max_length=120)
    file = forms.FileField(label=_("Picture"), help_text=_("PNG, JPEG or WebP, at most 5 MB."))


RIGHTS = (("", _("nothing")), *Right.choices)


class SharesForm(forms.Form):
    """With whom a board is shared: a right for every role and every agency; all empty = open to everyone."""

    def __init__(self, *args: Any, board: Board, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {share.role or share.agency_id: share.right for share in board.shares.all()}
        self.agencies = {agency.pk: agency for agency in Agency.objects.filter(active=True)}
        for role, label in Role.choices:
            self.fields[f"role-{role}"] = forms.ChoiceField(label=label, choices=RIGHTS, required=False, initial=held.get(role, ""))
        for pk, agency in self.agencies.items():
            self.fields[f"agency-{pk}"] = forms.ChoiceField(label=agency.name, choices=RIGHTS, required=False, initial=held.get(pk, ""))

    def of_roles(self) -> list[forms.BoundField]:
        """The rights of roles."""
        return [self[name] for name in self.fields if name.startswith("role-")]

    def of_agencies(self) -> list[forms.BoundField]:
        """The rights of agencies: many, of which few are chosen."""
        return [self[name] for name in self.fields if name.startswith("agency-")]

    def names_agencies(self) -> bool:
        """Whether an agency has a right, or was given one in what was sent."""
        return any(field.value() for field in self.of_agencies())

    def shares(self) -> list[tuple[str, Agency | None, str]]:
        """What was chosen: (role, agency, right)."""
        chosen = [(name.partition("-"), right) for name, right in self.cleaned_data.items() if right]
        return [(rest, None, right) if kind == "role" else ("", self.agencies[int(rest)], right) for (kind, _dash, rest), right in chosen]


class GoalForm(forms.ModelForm):  # type: ignore[type-arg]  # Django cannot subscript it at run time
    """A goal: a branch, or an indicator with target and limit."""

    class Meta:
        model = Goal
        fields = (
            "name_id",
            "name_en",
            "code",
            "parent",
            "weight",
            "rollup",
            "owner",
            "indicator",
            "region",
            "direction",
            "target",
            "limit",
            "due",
        )
        labels: ClassVar[dict[str, Any]] = {
            "name_id": _("Name"),
            "name_en": _("Name in English"),
            "code": _("Code"),
            "parent": _("Stands below"),
            "weight": _("Weight"),
            "rollup": _("A branch follows from"),
            "owner": _("Post that answers for it"),
            "indicator": _("Indicator"),
            "region": _("Region"),
            "direction": _("Direction"),
            "target": _("Target"),
            "limit": _("Limit"),
            "due": _("By"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "indicator": _("Its code. Left empty: a branch, whose light follows from the goals below it."),
            "region": _("auto (whichever reports), home, province, or a code."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "indicator": forms.TextInput(attrs={"list": "indicators", "autocomplete": "off"}),
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Goal.objects.filter(ended=None)
        cast("forms.ModelChoiceField[Goal]", self.fields["parent"]).queryset = parents.exclude(pk=self.instance.pk)
        cast("forms.ModelChoiceField[Post]", self.fields["owner"]).queryset = Post.objects.filter(active=True)

    def clean(self) -> dict[str, Any]:
        """Target and limit lie the right way round."""
        asked = super().clean() or {}
        target, limit, rising = asked.get("target"), asked.get("limit"), asked.get("direction") == Direction.UP
        if target is not None and limit is not None and (target < limit if rising else target > limit):
            self.add_error("limit", _("Where higher is better the limit lies below the target; where lower is better, above it."))
        if asked.get("code") in RESERVED:
            self.add_error("code", _("This code is the address of another page: choose another one."))
        if not REGION.fullmatch(asked.get("region", "")):
            self.add_error("region", _("auto (whichever reports), home, province, or a code."))
        return asked
