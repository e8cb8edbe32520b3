"""Making and changing boards: a form that people fill with or without JavaScript, with a live preview of what it holds."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.models import Person
from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region
from pendopo.ui.door import opens
from pendopo.ui.telling import all_told

from .actions import Overtaken, load_board
from .boards import boards_for, definition_of, find
from .drafting import Form, band_rows_of, changed, definition_from, values_of
from .labels import fields_of, kind_choices
from .logic import FIELDS, STATES, WrongBoard, read_board
from .models import Board, Goal, Picture
from .reading import read
from .views import board_context

MOST_REGIONS = 1000


def person_of(request: HttpRequest) -> Person:
    """Who asks: the door let only people in."""
    assert isinstance(request.user, Person)
    return request.user


def board_to_change(request: HttpRequest, code: str) -> Board | None:
    """The row of a board that the asker may change; None for a shipped one that nobody changed yet."""
    found = find(code, request.user)
    if found is None:
        raise Http404(_("There is no board with this name."))
    if not found.may_change:
        raise PermissionDenied(_("Only the owner of this board and those with whom it is shared for changing may change it."))
    return found.row


@opens("boards.see")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The editor: every button posts the whole form, so nothing is kept before it is saved."""
    row = board_to_change(request, code)
    definition = definition_of(code) or {}
    opened = _newest(row)
    problems: list[str] = []
    if request.method == "POST" and request.POST.get("do"):
        definition = definition_from(Form(dict(request.POST.lists())), code)
        opened = int(request.POST["opened"]) if request.POST.get("opened", "").isdecimal() else 0
        verb, _colon, index = request.POST["do"].partition(":")
        if verb == "save":
            try:
                load_board(definition=definition, by=person_of(request), why=request.POST.get("why", "")[:300], opened=opened)
            except WrongBoard as wrong:
                problems = all_told(wrong.problems)
            except Overtaken as newer:
                problems = [str(newer)]
            else:
                messages.success(request, _("Saved. Screens that show this board take the new version with their next connection."))
                return redirect("wall:board", code)
        part = "scenes" if "scenes" in definition else "tiles"
        definition[part] = _after(request, definition[part], verb, int(index) if index.isdecimal() else -1)
    return render(request, "wall/edit.html", {**_form(definition, opened, person_of(request)), "problems": problems, "row": row})


def _after(request: HttpRequest, parts: list[dict[str, Any]], verb: str, index: int) -> list[dict[str, Any]]:
    kind = request.POST.get("new_kind", "")
    if verb == "add" and kind in FIELDS:
        return [*parts, {"kind": kind, "size": list(FIELDS[kind][1])}]
    if verb == "add" and request.POST.get("new_board"):
        return [*parts, {"board": request.POST["new_board"], "seconds": 30}]
    return changed(parts, verb, index)


def _newest(row: Board | None) -> int:
    newest = row.versions.first() if row else None
    return newest.number if newest else 0


def _form(definition: Mapping[str, Any], opened: int, user: Person) -> dict[str, Any]:
    tiles = []
    for index, tile in enumerate(definition.get("tiles", ())):
        values = values_of(tile)
        allowed = FIELDS.get(values["kind"], (frozenset[str](), None))[0]
        tiles.append(
            {
                "key": index,
                "values": values,
                "about": values.get("indicator") or values.get("indicators", ""),
                "kind": dict(kind_choices()).get(values["kind"], values["kind"]),
                "fields": fields_of(allowed, values, index),
                "bands": band_rows_of(tile) if allowed & {"bands", "lines"} else [],
            }
        )
    shown = values_of({"title": definition.get("title", "")}), values_of({"title": definition.get("lead", "")})
    return {
        "code": definition.get("code", ""),
        "title": shown[0],
        "lead": shown[1],
        "tiles": tiles,
        "scenes": list(enumerate(definition["scenes"])) if "scenes" in definition else None,
        "kinds": kind_choices(),
        "states": STATES,
        "opened": opened,
        **_choices(user),
    }


def _choices(user: Person) -> dict[str, Any]:
    regions = Region.objects.exclude(level="village").order_by("code").values_list("code", "name")[:MOST_REGIONS]
    return {
        "indicators": [(one.code, one.name) for one in Indicator.objects.order_by("code")],
        "regions": regions,
        "pictures": Picture.objects.defer("content"),
        "goals": Goal.objects.filter(ended=None),
        "boards": [found.spec for found in boards_for(user) if not found.spec.scenes],
    }


@require_POST
@opens("boards.see")
def preview(request: HttpRequest) -> HttpResponse:
    """The board that the form holds now, with the figures of now; or what is wrong with it."""
    code = request.POST.get("code", "")
    try:
        spec = read_board(definition_from(Form(dict(request.POST.lists())), code))
    except WrongBoard as wrong:
        return render(request, "wall/preview_wrong.html", {"problems": all_told(wrong.problems)})
    if spec.scenes:
        there = {found.spec.code: found.spec for found in boards_for(request.user)}
        spec = next((there[scene.board] for scene in spec.scenes if scene.board in there), spec)
    visible = Indicator.objects.visible_to(request.user)
    reading = read(spec, visible, now=timezone.now(), language=get_language())
    return render(request, "wall/board.html", {**board_context(spec, reading, ""), "ticket": "", "is_screen": True, "address": code})
