"""`/meetings/<code>/line`: the WebSocket of one person in a meeting. A lean ASGI route beside Django.

The first word is the page's ticket; nothing else says who somebody is. After that every word is `{"do": VERB, …}`: `media` and `trickle`
go to the media server through the gate of `stage.py`, all others to `verbs.py`. The browser hears `{"say": …}` (docs/rooms/meetings.md).
"""

import asyncio
import contextlib
import itertools
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.agencies.actions import Refused as Unwise

from . import seats
from .codec import Refused
from .hall import ALL, Hall, halls
from .headroom import site_kbps
from .janus import Away
from .logic import NotAllowed, cap_of, may
from .rolls import lobby_changed, people_changed
from .seats import Standing
from .stage import Stage
from .tickets import NoTicket, Ticket, ice_servers, read
from .verbs import VERBS

logger = logging.getLogger(__name__)

PATH = re.compile(r"/meetings/([\w-]{4,64})/line")
HELLO_S = 10.0
MAX_TEXT_BYTES = 512 * 1024
# Words a second that one browser may send for long, and how many at once (a big room's addresses come in a burst).
WORDS_A_SECOND, BURST = 25.0, 250.0
BEAT_S = 20.0
# Every so many beats the invitation is asked for again, although the plan was not changed: an account may have ended.
ASK_AGAIN_BEATS, ANY_REVISION = 6, -1
# Standings with which nobody stays.
OUT = frozenset({"refused", "removed", "ended", "dropped"})

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Chair:
    """A connected person: the line to their browser, their place in the hall, and their stage once they are let in."""

    def __init__(self, ticket: Ticket, send: Send) -> None:
        self.ticket, self._send = ticket, send
        self.code, self.seat, self.name, self.agency = ticket.code, ticket.seat, ticket.name, ticket.agency
        self.role = ticket.role
        self.hall: Hall | None = None
        self.stage: Stage | None = None
        self.attendance = 0
        self.over = asyncio.Event()
        self._writing = asyncio.Lock()

    async def tell(self, word: dict[str, Any]) -> None:
        """Sends a word to the browser; one that is gone hears nothing."""
        async with self._writing:
            with contextlib.suppress(Exception):
                await self._send({"type": "websocket.send", "text": json.dumps(word, separators=(",", ":"))})

    async def tell_all(self, word: dict[str, Any]) -> None:
        """Tells everybody in the meeting."""
        await halls.tell(self.code, ALL, word)

    async def hear(self, word: dict[str, Any]) -> None:
        """A word of the hall: some change where this person stands, most go on to the browser."""
        say = word.get("say")
        if say == "standing":
            await self._stand(word)
        elif say == "taken" and word.get("attendance") != self.attendance:
            await self.dismiss("elsewhere")
        elif say == "role":
            self.role = word["role"]
            if self.stage:
                await self.stage.change_role(self.role)
            await self.tell(word)
        elif say == "silence":
            await self.silence(word)
        elif self.attendance or say == "lobby":
            if say == "people":
                await self._share_line(word["people"])
            await self.tell(word)

    async def _share_line(self, people: list[dict[str, Any]]) -> None:
        """What the person may send, by how many of their agency send with them."""
        together = sum(one["agency"] == self.agency and one["role"] != "listener" for one in people) if self.agency else 1
        site = await seats.in_database(site_kbps, self.agency) if self.agency else settings.MEDIA_SITE_CAP_KBPS
        if self.stage is not None:
            await self.stage.change_cap(cap_of(person_kbps=settings.MEDIA_CAP_KBPS, site_kbps=site, together=together))

    async def silence(self, word: dict[str, Any]) -> None:
        """The media server stops or lets through one of the person's streams; their browser is told."""
        if self.stage is not None:
            await self.stage.silence(word["what"], muted=word["muted"])
            await self.tell({**word, "say": "silenced"})

    async def _stand(self, word: dict[str, Any]) -> None:
        standing = word["standing"]
        if standing == "in" and not self.attendance:
            await self.come_in()
        elif standing in OUT:
            await self.dismiss(standing)

    async def dismiss(self, standing: str) -> None:
        """Tells the browser why, and ends the line."""
        await self.tell({"say": "state", "standing": standing})
        self.over.set()

    async def come_in(self) -> None:
        """Lets the person in: attendance begins, the room's state is told, the media server is joined."""
        self.attendance, self.role = await seats.in_database(seats.sit_down, self.ticket)
        await halls.tell(self.code, self.seat, {"say": "taken", "attendance": self.attendance})
        room = await seats.in_database(seats.snapshot, self.code)
        await self.tell({"say": "state", "standing": "in", "seat": self.seat, "role": self.role, "ice": ice_servers(self.seat)})
        await self.tell({"say": "room", **room})
        if self.role == "convener":
            await self.tell({"say": "lobby", "people": await seats.in_database(seats.lobby, self.code)})
        await self.tell({"say": "people", "people": await seats.in_database(seats.people, self.code)})
        people_changed(self.code)
        self.stage = Stage(code=self.code, seat=self.seat, name=self.name, role=self.role, tell=self.tell)
        await self.again()

    async def again(self) -> None:
        """Joins the media server, or says that there is none."""
        if self.stage is None:
            return
        try:
            await self.stage.join()
        except (Away, Refused) as problem:
            logger.info("media: %s cannot join: %s", self.seat, problem)
            await self.tell({"say": "media-missing"})

    async def leave(self) -> None:
        """Attendance ends, and the others see it."""
        if self.stage is not None:
            await self.stage.close()
        if self.hall is not None:
            await halls.leave(self.hall, self)
        if self.attendance:
            await seats.in_database(seats.stand_up, self.attendance)
            people_changed(self.code)
        else:
            await seats.in_database(seats.go_away, self.ticket)
            lobby_changed(self.code)


async def route(scope: Message, receive: Receive, send: Send) -> None:
    """Serves one line from the first word to the last."""
    found = PATH.fullmatch(scope["path"])
    await receive()
    if found is None or not same_origin(scope):
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "websocket.accept"})
    try:
        ticket = read((await first_word(receive)).get("ticket"))
        if ticket.code != found[1]:
            raise NoTicket("This ticket is for another meeting.")
    except (NoTicket, TimeoutError, ValueError, ConnectionError) as problem:
        await send({"type": "websocket.send", "text": json.dumps({"say": "state", "standing": "no-ticket", "why": str(problem)})})
        await send({"type": "websocket.close", "code": 4403})
        return
    chair = Chair(ticket, send)
    serving = asyncio.ensure_future(serve(chair, receive))
    beating = asyncio.ensure_future(beat(chair))
    over = asyncio.ensure_future(chair.over.wait())
    try:
        await asyncio.wait((serving, over), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (serving, beating, over):
            task.cancel()
        await asyncio.gather(serving, beating, over, return_exceptions=True)
        await chair.leave()
        with contextlib.suppress(Exception):
            await send({"type": "websocket.close", "code": 4400 if chair.over.is_set() else 1000})


def same_origin(scope: Message) -> bool:
    """Whether a page of this house opened the line; programs that are no browser send no origin."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    return not origin or origin.partition("://")[2] == headers.get(b"host", b"").decode("latin-1")


async def first_word(receive: Receive) -> dict[str, Any]:
    """What the browser says first. Raises TimeoutError, ValueError or ConnectionError."""
    async with asyncio.timeout(HELLO_S):
        return heard(await receive()) or {}


def heard(message: Message) -> dict[str, Any] | None:
    """A word of the browser; None for what is none. Raises ConnectionError at the end of the line."""
    if message["type"] != "websocket.receive":
        raise ConnectionError("the line ended")
    text = message.get("text") or ""
    if len(text) > MAX_TEXT_BYTES:
        return None
    try:
        word = json.loads(text)
    except ValueError:
        return None
    return word if isinstance(word, dict) else None


async def serve(chair: Chair, receive: Receive) -> None:
    """Hears the person until the line ends."""
    standing: Standing = await seats.in_database(seats.arrive, chair.ticket)
    chair.role = standing.role
    chair.hall = await halls.enter(chair.code, chair)
    if standing.where == "in":
        await chair.come_in()
    elif standing.where == "waiting":
        await chair.tell({"say": "state", "standing": "waiting"})
        lobby_changed(chair.code)
    else:
        await chair.dismiss(standing.where)
        return
    allowance, at = BURST, time.monotonic()
    working: set[asyncio.Task[None]] = set()
    with contextlib.suppress(ConnectionError):
        while True:
            word = heard(await receive())
            now = time.monotonic()
            allowance, at = min(BURST, allowance + (now - at) * WORDS_A_SECOND) - 1, now
            if word is None or allowance < 0:
                continue
            task = asyncio.create_task(obey(chair, word))
            working.add(task)
            task.add_done_callback(working.discard)


async def obey(chair: Chair, word: dict[str, Any]) -> None:
    """Does what one word asks; a refusal is a sentence in the person's language, told with the word's own number."""
    with override(chair.ticket.language or settings.LANGUAGE_CODE):
        if why := await refusal_of(chair, word):
            await chair.tell({"say": "answer", "n": word.get("n"), "error": why})


async def refusal_of(chair: Chair, word: dict[str, Any]) -> str:
    """Does what one word asks; why it was refused, '' when it was not."""
    verb = word.get("do")
    try:
        if verb in {"media", "trickle"}:
            await on_stage(chair, word)
        elif isinstance(verb, str) and verb in VERBS and chair.attendance:
            if not may(chair.role, verb):
                return _("Only a convener does this.")
            await VERBS[verb](chair, word)
    except Unwise as why:
        return str(why)
    except (Refused, Away) as problem:
        logger.info("media: %s of %s: %s", verb, chair.seat, problem)
        return _("The media server did not do this. Try again in a moment.")
    except (NotAllowed, KeyError, TypeError, ValueError) as problem:
        logger.info("media: %s of %s is no word of ours: %s", verb, chair.seat, problem)
        return _("The room does not understand this page. Load it again.")
    except Exception:
        logger.exception("media: %s of %s failed", verb, chair.seat)
        return _("This did not work. Try again in a moment.")
    return ""


async def on_stage(chair: Chair, word: dict[str, Any]) -> None:
    """Passes a word for the media server on; addresses that are late are none. Raises NotAllowed, Refused or Away."""
    if chair.stage is None or not chair.stage.is_now(word.get("feed")):
        if word["do"] == "trickle":
            return
        raise NotAllowed("this began before the last joining")
    if word["do"] == "media":
        answer = await chair.stage.ask(str(word.get("handle")), word.get("body"), word.get("jsep"))
        await chair.tell({"say": "answer", "n": word.get("n"), **answer})
    else:
        await chair.stage.trickle(str(word.get("handle")), word.get("candidate"))


async def beat(chair: Chair) -> None:
    """Says now and then that the person is still there: a stay without a heartbeat ended with its last one. A database that is away for a
    moment does not end it. Whoever may not be here any more leaves with it, even if the word that said so was lost."""
    revision = ANY_REVISION
    for number in itertools.count(1):
        await asyncio.sleep(BEAT_S)
        if number % ASK_AGAIN_BEATS == 0:
            revision = ANY_REVISION
        try:
            standing, revision = await seats.in_database(seats.still_here, chair.ticket, chair.attendance, revision)
        except Exception as problem:
            logger.warning("media: no heartbeat of %s: %s", chair.seat, problem)
            continue
        if standing in OUT or (standing == "waiting" and chair.attendance):
            await chair.dismiss("dropped" if standing == "waiting" else standing)
