"""Answers telephones and room systems: one SIP account, several calls at once. The loop `meetings.telephones` of `work.py`."""

import asyncio
import contextlib
import logging
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from nats.aio.client import Client

from pendopo.meetings.media.codec import SIP, Event, Refused
from pendopo.meetings.media.janus import Away, Line
from pendopo.meetings.media.nodes import Node, node_of

from .bridge import Bridge
from .call import Call
from .logic import key_of_info, server_of

logger = logging.getLogger(__name__)

PROMPTS = Path(__file__).with_name("prompts")
REGISTER_S, PATIENCE_S, AGAIN_S = 20.0, 20.0, 5.0
NOT_ACCEPTABLE = 488


class Lost(Exception):
    """The media server or the telephone exchange is away."""


async def run(_nc: Client, closing: asyncio.Event) -> None:
    """Holds the account until the house closes; without an account there is nothing to do. Complains once a loss."""
    complaint = ""
    while not closing.is_set():
        if not settings.SIP_ACCOUNT or not settings.JANUS_URLS:
            await closing.wait()
            return
        serving, over = asyncio.ensure_future(serve()), asyncio.ensure_future(closing.wait())
        await asyncio.wait((serving, over), return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        serving.cancel()
        [problem] = await asyncio.gather(serving, return_exceptions=True)
        if isinstance(problem, (Lost, Away, Refused)):
            if str(problem) != complaint:
                logger.warning("telephones: %s; trying again", problem)
            complaint = str(problem)
        elif isinstance(problem, Exception):
            raise problem
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), AGAIN_S)


async def serve() -> None:
    """Signs in at the exchange and answers on every line until one is lost. Raises Lost, Away or Refused."""
    # A telephone is on one media server, and so are the meetings that it may reach: the settings say so.
    node = node_of("")
    line = await node.line(PATIENCE_S)
    folder = await asyncio.to_thread(prepared)
    first = Telephone(node, line, folder)
    try:
        master = await first.register({"secret": settings.SIP_PASSWORD, "proxy": settings.SIP_SERVER or server_of(settings.SIP_ACCOUNT)})
        others = [Telephone(node, line, folder) for _number in range(1, settings.SIP_LINES)]
        for one in others:
            await one.register({"type": "helper", "master_id": master})
        logger.info("telephones: %s answers, %s calls at once", settings.SIP_ACCOUNT, settings.SIP_LINES)
        serving = [asyncio.create_task(one.serve()) for one in (first, *others)]
        try:
            await asyncio.gather(*serving)
        finally:
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)
            for one in others:
                await one.close()
    finally:
        await first.close()


def prepared() -> Path:
    """The folder that the media server sees, with the sentences; what an earlier run left in it is gone."""
    folder = settings.FILES_DIR / "meetings/telephones"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    shutil.copytree(PROMPTS / settings.LANGUAGE_CODE, folder / "prompts")
    return Path(folder)


class Telephone:
    """One of the lines: a session of its own on the media server, and at most one call."""

    def __init__(self, node: Node, line: Line, folder: Path) -> None:
        self.node, self.line, self.folder = node, line, folder
        self._heard: asyncio.Queue[Event] = asyncio.Queue()
        self._session = self._sip = 0
        self._call: Call | None = None
        self._calling: asyncio.Task[None] | None = None

    async def register(self, words: dict[str, Any]) -> int:
        """Signs in; the number under which helpers join it. Raises Lost when the exchange refuses or is silent."""
        self._session = await self.line.session(self._heard.put_nowait)
        self._sip = await self.line.handle(self._session, SIP)
        body = {"request": "register", "username": settings.SIP_ACCOUNT, **words}
        said = (await self.line.room(self._session, self._sip, body)).data
        try:
            async with asyncio.timeout(REGISTER_S):
                # The exchange's word comes later; a helper needs none.
                while (result := said.get("result") or {}).get("event") != "registered":
                    if result.get("event") == "registration_failed":
                        raise Lost(f"the exchange refuses {settings.SIP_ACCOUNT}: {result.get('code')} {result.get('reason')}")
                    said = (await self._heard.get()).data
                return int(result.get("master_id") or 0)
        except TimeoutError:
            raise Lost(f"the exchange of {settings.SIP_ACCOUNT} does not answer") from None

    async def ask(self, body: dict[str, Any], jsep: dict[str, Any] | None) -> None:
        """Asks the SIP plugin."""
        await self.line.room(self._session, self._sip, body, jsep)

    async def serve(self) -> None:
        """Answers one call after the other. Raises Lost."""
        try:
            while True:
                await self._hear(await self._heard.get())
        finally:
            await self._end()

    async def _hear(self, event: Event) -> None:
        if event.kind in {"lost", "timeout"}:
            raise Lost("the media server is away")
        if event.handle != self._sip:
            if self._call is not None:
                with contextlib.suppress(Refused, Away):
                    await self._call.bridge.hear(event)
            return
        result = event.data.get("result") or {}
        what = result.get("event")
        if what == "incomingcall":
            await self._answer(result, event.jsep)
        elif what == "hangup":
            await self._end()
        elif what == "registration_failed":
            raise Lost(f"the exchange refuses {settings.SIP_ACCOUNT}: {result.get('code')} {result.get('reason')}")
        elif what == "info" and self._call is not None:
            for pressed in key_of_info(str(result.get("content", ""))):
                self._call.keys.put_nowait(pressed)

    async def _answer(self, called: dict[str, Any], offer: dict[str, Any] | None) -> None:
        if offer is None:
            # An invitation without an offer: no telephone or room system of today sends one.
            with contextlib.suppress(Refused, Away):
                await self.ask({"request": "decline", "code": NOT_ACCEPTABLE}, None)
            return
        await self._end()
        bridge = Bridge(self.node, self.line, self._session, str(self.folder / "prompts"))
        self._call = Call(bridge, self.ask, called, offer, self.folder)
        self._calling = asyncio.create_task(self._call.run())

    async def _end(self) -> None:
        calling, self._calling, self._call = self._calling, None, None
        if calling is not None:
            calling.cancel()
            [problem] = await asyncio.gather(calling, return_exceptions=True)
            if isinstance(problem, Exception):
                logger.error("telephone: the call failed", exc_info=problem)

    async def close(self) -> None:
        """Signs out."""
        await self.line.end(self._session)
