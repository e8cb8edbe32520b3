"""Forms of the wall."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Role

from .logic import BoardSpec
from .models import Board, KioskToken, Right


class ScreenForm(forms.Form):
    """A new wall screen."""

    label = forms.CharField(label=_("Where does the screen hang?"), max_length=100, help_text=_("For example: command center, left wall."))


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

    title = forms.CharField(label=_("Title"), max_length=100)
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

    def shares(self) -> list[tuple[str, Agency | None, str]]:
        """What was chosen: (role, agency, right)."""
        chosen = [(name.partition("-"), right) for name, right in self.cleaned_data.items() if right]
        return [(rest, None, right) if kind == "role" else ("", self.agencies[int(rest)], right) for (kind, _dash, rest), right in chosen]
