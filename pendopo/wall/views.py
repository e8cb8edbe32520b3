"""Pages of the wall: boards, and home after sign-in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.models import Person
from pendopo.bus.subjects import INCIDENTS
from pendopo.incidents.posture.logic import reaches
from pendopo.incidents.posture.models import house_posture
from pendopo.indicators.models import Indicator, Publicity
from pendopo.indicators.moments.asking import as_of_in, bar
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.meetings.media.tickets import shared_with
from pendopo.meetings.models import Meeting, State
from pendopo.ui.door import holds, opens

from .actions import path_of
from .boards import boards_for, find
from .brief.gathering import everything
from .comparing import side_by_side
from .kiosk import screen_of, take_token
from .logic import BoardSpec
from .models import Board, KioskToken
from .news import news_of
from .reading import Plan, Reading, read
from .scenes import scene_of
from .tiles import KINDS

# That a posture was declared or has ended is told as every deed of the room `incidents` is.
POSTURES = Follow(INCIDENTS, settings.REGION.split(".")[0], below=True)
# Kinds that only the server can draw: the page fetches such a tile again when one of its indicators said something new.
DRAWN_AGAIN = frozenset({"bars", "multiples", "calendar", "points", "gauge", "goals", "network-map", "network-topology"})


@dataclass(frozen=True)
class Viewer:
    """Who looks at a board: what they may see, and their name for revoking."""

    visible: QuerySet[Indicator]
    user: Person | None
    holder: str = ""
    is_screen: bool = False
    tile: int | None = None
    screen: KioskToken | None = None

    def board_at(self, code: str, now: datetime) -> str:
        """The board that this viewer gets under an address: a screen another one while a posture asks for it."""
        screen = self.screen
        if screen is None or not screen.meanwhile or not reaches(house_posture(now), screen.from_posture):
            return code
        return screen.meanwhile if find(screen.meanwhile, None) else code


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Everybody of the meeting in which the board is shown, else the person signed in, else the screen with a token, else nobody."""
    if "shared" in request.GET:
        return _in_a_meeting(request)
    user = request.user
    if isinstance(user, Person):
        if not holds(user, "boards.see", None):
            raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
        return Viewer(Indicator.objects.visible_to(user), user)
    screen = screen_of(request)
    if screen is None:
        return None
    open_to_screens = Indicator.objects.filter(publicity__in=[Publicity.PUBLIC, Publicity.GOVERNMENT])
    return Viewer(open_to_screens, None, path_of(screen), is_screen=True, screen=screen)


def _in_a_meeting(request: HttpRequest) -> Viewer:
    """A board shown in a meeting: public figures, and the government's when a convener allowed it. It ends with the meeting."""
    shared = shared_with(request.GET["shared"], request.path)
    if shared is None or not Meeting.objects.filter(code=shared.code, state__in=[State.PLANNED, State.OPEN]).exists():
        raise PermissionDenied(_("This board is not shown in a meeting any more. Ask the convener to show it again."))
    levels = [Publicity.PUBLIC, Publicity.GOVERNMENT] if shared.government else [Publicity.PUBLIC]
    return Viewer(Indicator.objects.filter(publicity__in=levels), None, f"meeting:{shared.code}", is_screen=True, tile=shared.tile)


def board(request: HttpRequest, code: str) -> HttpResponseBase:
    """One board as it is now and goes on being, or as it was known at `?as_of=`."""
    clean = take_token(request)
    if clean is not None:
        return clean
    viewer = viewer_of(request)
    if viewer is None:
        return redirect_to_login(request.get_full_path())
    now = timezone.now()
    found = find(viewer.board_at(code, now), viewer.user)
    if found is None:
        raise Http404(_("There is no board with this name."))
    scene = scene_of(found.spec, request.GET.get("scene", ""), viewer.user)
    spec = scene.spec if scene else found.spec
    if viewer.tile is not None:
        spec = replace(spec, tiles=spec.tiles[viewer.tile : viewer.tile + 1])
    only = request.GET.get("tile", "")
    if only.isdecimal():
        spec = replace(spec, tiles=spec.tiles[int(only) : int(only) + 1])
    as_of = as_of_in(request, now)
    reading = read(spec, viewer.visible, now=now, language=get_language(), as_of=as_of)
    follows = () if viewer.is_screen and viewer.screen is None else (POSTURES,)
    context = {**board_context(spec, reading, viewer.holder, follows), "scene": scene, "address": found.spec.code}
    context |= {"shared": request.GET.get("shared", ""), "is_screen": viewer.is_screen, "may_change": found.may_change}
    if only.isdecimal():
        context["tiles"] = [{**tile, "index": int(only)} for tile in context["tiles"]]
    elif as_of or not viewer.is_screen:
        shown = [indicator for plan in reading.plans for indicator in plan.indicators]
        compare = "" if viewer.is_screen or scene else side_by_side(spec.code, as_of or now, now)
        context["bar"] = bar(request, as_of, now, indicators=shown, compare=compare)
    answer = render(request, "wall/_tiles.html" if only.isdecimal() else "wall/board.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def board_context(spec: BoardSpec, reading: Reading, holder: str, follows: Iterable[Follow] = ()) -> dict[str, Any]:
    """What `wall/board.html` shows of a board that was read. `holder` names the screen in the live ticket, `follows` what else it hears."""
    news = news_of(reading)
    return {
        "board": spec,
        "title": spec.title.say(reading.language),
        "lead": spec.lead.say(reading.language),
        "tiles": [{**_tile(plan, reading), "index": index} for index, plan in enumerate(reading.plans[: len(spec.tiles)])],
        "news": news,
        "as_of": reading.as_of,
        "now": reading.now,
        "ticket": "" if reading.as_of else issue({*reading.follows(), *follows}, holder=holder),
        "names": {"sources": reading.sources},
    }


def _tile(plan: Plan, reading: Reading) -> dict[str, Any]:
    """One tile for the template: its kind, place on the grid, title, and what its kind says."""
    kind = plan.spec.kind
    title = plan.spec.title.say(reading.language) if plan.spec.title else _name(plan)
    common = {
        "kind": kind,
        "follows": " ".join(one.code for one in plan.indicators) if kind in DRAWN_AGAIN else "",
        "width": plan.spec.size[0],
        "height": plan.spec.size[1],
        "title": title,
        "place": reading.names.get(plan.regions[0], plan.regions[0]) if plan.regions else "",
    }
    if plan.spec.indicators and not plan.indicators:
        return {**common, "template": "wall/tiles/absent.html", "codes": ", ".join(plan.spec.indicators)}
    if kind == "goals":
        common["follows"] = " ".join(sorted({one.code for _goal, aim in reading.aims for one in aim.indicators}))
    built = KINDS[kind](plan, reading)
    template = "wall/tiles/ranking.html" if built.get("without_map") else f"wall/tiles/{kind}.html"
    return {**common, **built, "template": template}


def _name(plan: Plan) -> str:
    """What a tile without a title is called: its indicator and how many more, by code where the installation does not know it."""
    if plan.indicators:
        name, others = plan.indicators[0].name, len(plan.indicators) - 1
        return _("%(names)s and %(more)s more") % {"names": name, "more": others} if others else name
    return plan.spec.indicators[0] if plan.spec.indicators else ""


def cards_for(user: Any) -> list[dict[str, Any]]:
    """The boards that a person may see, as cards."""
    language = get_language() or "id"
    return [
        {
            "code": found.spec.code,
            "title": found.spec.title.say(language),
            "lead": found.spec.lead.say(language),
            "scenes": len(found.spec.scenes),
            "may_change": found.may_change,
        }
        for found in boards_for(user)
    ]


@opens("boards.see")
def boards(request: HttpRequest) -> HttpResponse:
    """All boards that the reader may see, and the deleted ones for those who may bring them back."""
    deleted = Board.objects.exclude(deleted=None) if holds(request.user, "boards.change") else Board.objects.none()
    return render(request, "wall/boards.html", {"boards": cards_for(request.user), "deleted": deleted})


@opens("")
def home(request: HttpRequest) -> HttpResponse:
    """Where people land after sign-in: the state of the figures, the boards, and what waits."""
    context: dict[str, Any] = {"boards": [], "news": None}
    if isinstance(request.user, Person) and holds(request.user, "boards.see", None):
        reading = everything(request.user, now=timezone.now(), as_of=None, language=get_language())
        context = {
            "boards": cards_for(request.user),
            "news": news_of(reading, house=False),
            "now": reading.now,
            "ticket": issue(reading.follows()),
            "names": {"sources": reading.sources},
            "may_order": may_somewhere(request.user, "orders.give"),
        }
    return render(request, "wall/home.html", context)
