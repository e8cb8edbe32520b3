"""Pages around a board: a new one, its versions and what they changed, sharing, its file, deletion and return; and pictures."""

import difflib
from typing import Any

import yaml
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.ui.door import opens
from pendopo.ui.telling import all_told

from .actions import add_picture, bring_back, delete_board, load_board, share_board
from .boards import as_file, boards_for, definition_of, find, shipped
from .editor import board_to_change, person_of
from .forms import NewBoardForm, PictureForm, SharesForm
from .logic import RESERVED, WrongBoard
from .models import Board, BoardVersion, Picture
from .views import viewer_of

MOST_FILE_BYTES = 256 * 1024


@opens("boards.change", house=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new board: empty, a copy of another, one that rotates, or from a file."""
    form = NewBoardForm(request.POST or None, request.FILES or None, boards=[found.spec for found in boards_for(request.user)])
    if request.method == "POST" and form.is_valid():
        try:
            definition = _first_definition(form.cleaned_data)
            spec, _did = load_board(definition=definition, by=person_of(request), why=_("New board"))
        except (WrongBoard, ValidationError) as wrong:
            for problem in all_told(wrong.problems) if isinstance(wrong, WrongBoard) else wrong.messages:
                form.add_error(None, problem)
        else:
            return redirect("wall:edit", spec.code)
    return render(request, "wall/new.html", {"form": form})


def _first_definition(asked: dict[str, Any]) -> dict[str, Any]:
    if asked["file"]:
        if asked["file"].size > MOST_FILE_BYTES:
            raise ValidationError(_("A board's file is at most 256 KB."))
        try:
            definition = yaml.safe_load(asked["file"].read().decode("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            raise ValidationError(_("The file is not YAML in UTF-8: export a board to see its form.")) from None
        if not isinstance(definition, dict):
            raise ValidationError(_("The file is not YAML in UTF-8: export a board to see its form."))
        return {**definition, "code": _free_code(str(definition.get("code", "")))}
    start = definition_of(asked["start"]) if asked["start"] not in ("", "rotating") else None
    body: dict[str, Any] = start or {"tiles": [{"kind": "clock"}]}
    if asked["start"] == "rotating":
        body = {"scenes": [{"board": code, "seconds": 30} for code in shipped()]}
    return {**body, "code": _free_code(slugify(asked["title"])[:50]), "title": asked["title"]}


def _free_code(wanted: str) -> str:
    taken = {*Board.objects.values_list("code", flat=True), *shipped(), *RESERVED}
    code, number = wanted or "board", 2
    while code in taken:
        code, number = f"{wanted or 'board'}-{number}", number + 1
    return code


@opens("boards.see")
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Every saving of a board: who, when, why; any two beside each other; any one can be restored."""
    row = board_to_change(request, code)
    rows = list(row.versions.all()) if row else []
    if request.method == "POST":
        chosen = get_object_or_404(BoardVersion, board=row, number=request.POST.get("restore") or 0)
        why = _("Version %(number)d restored") % {"number": chosen.number}
        load_board(definition=chosen.definition, by=person_of(request), why=why)
        messages.success(request, why)
        return redirect("wall:versions", code)
    numbers = {str(one.number): one for one in rows}
    earlier, later = numbers.get(request.GET.get("a", "")), numbers.get(request.GET.get("b", ""))
    lines = compared(earlier.definition, later.definition) if earlier and later else []
    return render(request, "wall/versions.html", {"row": row, "code": code, "rows": rows, "a": earlier, "b": later, "lines": lines})


def compared(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """The lines of two definitions that differ, with three lines around each: `sign` is '+', '-', ' ' or '@'."""
    found = difflib.unified_diff(as_file(before).splitlines(), as_file(after).splitlines(), lineterm="")
    return [{"sign": line[:1], "text": line[1:]} for line in list(found)[2:]]


@opens("boards.see")
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The board as a file that `pendopo board load` and another installation take."""
    found = find(code, request.user)
    definition = definition_of(code)
    if found is None or definition is None:
        raise Http404(_("There is no board with this name."))
    answer = HttpResponse(as_file(definition), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.yaml"'
    return answer


@opens("boards.see")
def sharing(request: HttpRequest, code: str) -> HttpResponse:
    """With whom the board is shared, by role and agency."""
    row = board_to_change(request, code)
    if row is None:
        messages.info(
            request, _("This board comes with the product and is open to everyone. Save a version of your own to share it otherwise.")
        )
        return redirect("wall:edit", code)
    form = SharesForm(request.POST or None, board=row)
    if request.method == "POST" and form.is_valid():
        share_board(board=row, shares=form.shares(), by=person_of(request))
        messages.success(request, _("Sharing kept."))
        return redirect("wall:sharing", code)
    return render(request, "wall/sharing.html", {"form": form, "row": row, "code": code})


@require_POST
@opens("boards.see")
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Takes the board away; it can be brought back."""
    row = board_to_change(request, code)
    if row is None:
        messages.error(request, _("This board comes with the product and cannot be deleted. Make a board of your own instead."))
        return redirect("wall:boards")
    delete_board(board=row, by=person_of(request))
    messages.success(request, _("Board deleted. It can be brought back below."))
    return redirect("wall:boards")


@require_POST
@opens("boards.change", house=True)
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Brings a deleted board back."""
    row = get_object_or_404(Board.objects.exclude(deleted=None), code=code)
    bring_back(board=row, by=person_of(request))
    messages.success(request, _("The board is back."))
    return redirect("wall:board", code)


@opens("boards.change")
def pictures(request: HttpRequest) -> HttpResponse:
    """The pictures for boards, and a new one."""
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            add_picture(file=file, size=file.size, name=form.cleaned_data["name"], by=person_of(request))
        except ValidationError as wrong:
            form.add_error("file", wrong)
        else:
            return redirect("wall:pictures")
    return render(request, "wall/pictures.html", {"form": form, "pictures": Picture.objects.defer("content")})


def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """One picture, for whoever may see boards; its address is the fingerprint of its content."""
    if viewer_of(request) is None:
        raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
    found = get_object_or_404(Picture, digest=digest)
    answer = HttpResponse(bytes(found.content), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
