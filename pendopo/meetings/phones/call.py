"""One telephone call from ringing to hanging up: the PIN, the seat at the door, and what the room says to whoever sits on it."""

import asyncio
import contextlib
import hashlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.meetings.media import seats
from pendopo.meetings.media.codec import Refused
from pendopo.meetings.media.hall import ALL, Hall, halls
from pendopo.meetings.media.janus import Away
from pendopo.meetings.media.logic import LISTENER, SPEAKER
from pendopo.meetings.media.nodes import takes_calls
from pendopo.meetings.media.rolls import lobby_changed, people_changed
from pendopo.meetings.media.tickets import Ticket
from pendopo.meetings.models import Meeting, State

from .bridge import Bridge
from .logic import AGREES, TRIES, Doubt, Keys, Typed, caller_name, dialled_pin, key_number, meeting_of

logger = logging.getLogger(__name__)

LOOK_S = 0.1
THINK_S = 60.0
BEAT_S = 20.0
# A PIN opens the door from a day before its meeting until two days after its beginning, and while it is open.
BEFORE, AFTER = timedelta(days=1), timedelta(days=2)
DOUBT = Doubt()

Sip = Callable[[dict[str, Any], dict[str, Any] | None], Awaitable[None]]


def meeting_behind(pin: str, now: float) -> str | None:
    """The code of the meeting whose PIN it is, if it may be entered now; whoever tries many is believed no more."""
    if DOUBT.is_deep(now):
        return None
    moment = timezone.now()
    near = Q(state=State.PLANNED, start__gte=moment - AFTER, start__lte=moment + BEFORE) | Q(state=State.OPEN)
    codes = Meeting.objects.filter(near, elsewhere="").values_list("code", flat=True)
    found = meeting_of(pin, settings.SECRET_KEY, filter(takes_calls, codes))
    if found is None:
        DOUBT.wrong(now)
    return found


class Call:
    """A telephone in a call; a `Present` of its hall once it has a seat. `sip` asks the SIP plugin."""

    def __init__(self, bridge: Bridge, sip: Sip, called: dict[str, Any], offer: dict[str, Any], folder: Path) -> None:
        self.bridge, self.sip, self.called, self.offer = bridge, sip, called, offer
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.seat, self.role = "", SPEAKER
        self.ticket: Ticket | None = None
        self.hall: Hall | None = None
        self.attendance = 0
        self._file = folder / secrets.token_hex(8)
        self._words: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._silenced: set[str] = set()
        self._asking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Answers, and stays until the room or the telephone ends it."""
        try:
            await self.sip({"request": "accept"}, await self.bridge.answer(self.offer))
            await self.bridge.connected()
            code = await self._meeting()
            if code is not None:
                await self._sit(code)
                await self._stay()
            await self.bridge.play("bye")
        except (Refused, Away, ValueError, TimeoutError) as problem:
            logger.info("telephone: %s", problem)
        finally:
            await self._leave()

    async def _meeting(self) -> str | None:
        """The meeting whose PIN was dialled or typed; None after too many wrong ones or a long silence."""
        pin = dialled_pin(str(self.called.get("callee", "")))
        if pin and (code := await seats.in_database(meeting_behind, pin, time.monotonic())):
            return code
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(THINK_S * TRIES), self._reading():
                prompt = "wrong" if pin else "pin"
                for _try in range(TRIES):
                    if code := await seats.in_database(meeting_behind, await self._typed(prompt), time.monotonic()):
                        return code
                    prompt = "wrong"
        return None

    async def _typed(self, prompt: str) -> str:
        """A whole PIN; who knows it types while the sentence is still being said. Raises TimeoutError."""
        saying, typed = asyncio.create_task(self.bridge.play(prompt)), Typed()
        try:
            async with asyncio.timeout(THINK_S):
                while (whole := typed.press(await self.keys.get())) is None:
                    pass
            return whole
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        """While this lasts the telephone's keys are read: the media server writes its packets to a file that is deleted at once after."""
        written = self._file.with_name(f"{self._file.name}-peer-audio.mjr")
        words = {"request": "recording", "peer_audio": True, "filename": str(self._file)}
        await self.sip(words | {"action": "start"}, None)
        task = asyncio.create_task(self._read(written))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(Refused, Away):
                await self.sip(words | {"action": "stop"}, None)
            written.unlink(missing_ok=True)

    async def _read(self, written: Path) -> None:
        number = key_number(self.offer["sdp"])
        if number is None:
            return
        keys, at = Keys(number), 0
        while True:
            await asyncio.sleep(LOOK_S)
            if written.exists():
                with written.open("rb") as file:
                    file.seek(at)
                    data = file.read()
                at += len(data)
                for pressed in keys.feed(data):
                    self.keys.put_nowait(pressed)

    async def _sit(self, code: str) -> None:
        """A seat at the meeting's door: the same one for the same number, so that who was put out stays out."""
        caller = str(self.called.get("username", ""))
        with override(settings.LANGUAGE_CODE):
            name = caller_name(caller, str(self.called.get("displayname") or "").strip('"')) or _("Telephone")
        whose = secrets.token_hex(8) if "anonymous" in caller else caller
        self.seat = "tel" + hashlib.sha256(f"{code} {whose}".encode()).hexdigest()[:20]
        self.ticket = Ticket(code=code, seat=self.seat, name=name, agency="", role=SPEAKER, invited=True)
        standing = await seats.in_database(seats.arrive, self.ticket)
        self.role = standing.role
        self.hall = await halls.enter(code, self)
        if standing.where == "waiting":
            lobby_changed(code)
            await self.bridge.play("wait")
        else:
            self._words.put_nowait({"say": "standing", "standing": standing.where})

    async def hear(self, word: dict[str, Any]) -> None:
        """A word of the hall: obeyed one after the other."""
        self._words.put_nowait(word)

    async def _stay(self) -> None:
        """Obeys the room until it says that the telephone is to go."""
        beating = asyncio.create_task(self._beat())
        try:
            while True:
                word = await self._words.get()
                say = word.get("say")
                if say == "standing" and word["standing"] == "in" and not self.attendance:
                    await self._come_in()
                elif (say == "standing" and word["standing"] != "in") or (say == "taken" and word.get("attendance") != self.attendance):
                    return
                elif say == "role":
                    self.role = word["role"]
                    self._silenced.discard("convener")
                    await self._silence("role", on=self.role == LISTENER)
                elif say == "silence" and word.get("what") == "audio":
                    await self._silence("convener", on=bool(word["muted"]))
                elif say == "recording" and self.attendance:
                    await self._agree(on=bool(word["on"]))
                elif say == "people" and self.attendance:
                    await self._say_line()
        finally:
            beating.cancel()

    async def _come_in(self) -> None:
        assert self.ticket is not None
        code = self.ticket.code
        self.attendance, self.role = await seats.in_database(seats.sit_down, self.ticket)
        await halls.tell(code, self.seat, {"say": "taken", "attendance": self.attendance})
        await self.bridge.enter(code, self.seat, self.ticket.name)
        await self._silence("role", on=self.role == LISTENER)
        people_changed(code)
        room = await seats.in_database(seats.snapshot, code)
        if room["recording"]:
            await self._agree(on=True)
        else:
            await self.bridge.play("in")

    async def _agree(self, *, on: bool) -> None:
        """While a recording runs nothing of the telephone is passed on until it agrees with a key."""
        await self._silence("recording", on=on)
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        self._asking = asyncio.create_task(self._ask_to_agree()) if on else None

    async def _ask_to_agree(self) -> None:
        assert self.ticket is not None
        with contextlib.suppress(Refused, Away):
            while not await self._agrees():
                pass
            happened = await seats.in_database(seats.happen, self.ticket, "agree", {})
            await halls.tell(self.ticket.code, ALL, {"say": "happened", **happened})
            await self._silence("recording", on=False)

    async def _agrees(self) -> bool:
        """Asks once, and waits a while for the key."""
        saying = asyncio.create_task(self.bridge.play("recorded"))
        try:
            async with asyncio.timeout(THINK_S), self._reading():
                while await self.keys.get() != AGREES:
                    pass
            return True
        except TimeoutError:
            return False
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    async def _silence(self, why: str, *, on: bool) -> None:
        """Passes nothing on while there is any reason for it."""
        before = bool(self._silenced)
        (self._silenced.add if on else self._silenced.discard)(why)
        if self.attendance and bool(self._silenced) != before:
            await self.bridge.silence(muted=bool(self._silenced))
            await self._say_line()

    async def _say_line(self) -> None:
        """Whether the telephone is heard; it has no picture."""
        assert self.ticket is not None
        word = {"say": "line", "seat": self.seat, "quality": 3, "mic": not self._silenced, "camera": False, "screen": False}
        await halls.tell(self.ticket.code, ALL, word)

    async def _beat(self) -> None:
        assert self.ticket is not None
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(Exception):
                standing, _revision = await seats.in_database(seats.still_here, self.ticket, self.attendance, -1)
                if standing in {"refused", "removed", "ended", "dropped"}:
                    self._words.put_nowait({"say": "standing", "standing": standing})

    async def _leave(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self.hall is not None:
            await halls.leave(self.hall, self)
        if self.ticket is not None:
            if self.attendance:
                await seats.in_database(seats.stand_up, self.attendance)
                people_changed(self.ticket.code)
            else:
                await seats.in_database(seats.go_away, self.ticket)
                lobby_changed(self.ticket.code)
        await self.bridge.leave()
        with contextlib.suppress(Refused, Away):
            await self.sip({"request": "hangup"}, None)
