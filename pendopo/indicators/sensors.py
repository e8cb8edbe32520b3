"""Signing sensors and JetStream producers in to the bus: user = source code, password = one of the source's keys. The loop answers the
server's questions."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from nats.aio.client import Client
from nats.aio.msg import Msg

from pendopo.audit.waking import in_thread
from pendopo.bus import callout, subjects

from .credentials import source_by_key

logger = logging.getLogger(__name__)


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Answers until the house closes. Without PENDOPO_NATS_ISSUER (a bus that is run elsewhere) there is nothing to answer."""
    if not settings.NATS_ISSUER:
        await closing.wait()
        return
    with ThreadPoolExecutor(2, thread_name_prefix="sensors") as thread:

        async def ask(message: Msg) -> None:
            asked = callout.read(message.data)
            try:
                permit = await in_thread(thread, partial(permit_for, asked.user, asked.password))
                why_not = "wrong source or key"
            except (DatabaseError, InterfaceError) as problem:
                permit, why_not = None, "the database does not answer"
                logger.warning("sensors: %s", str(problem).strip())
            await message.respond(callout.answer(asked, permit, settings.NATS_ISSUER, why_not=why_not))

        subscription = await nc.subscribe(callout.SUBJECT, cb=ask)
        try:
            await closing.wait()
        finally:
            await subscription.unsubscribe()


def permit_for(user: str, password: str) -> callout.Permit | None:
    """What a source may do: publish as itself, by MQTT or as a reading, and hear that it arrived; nothing else. None for a wrong key or
    another source's name."""
    source = source_by_key(password)
    if source is None or source.code != user:
        return None
    own = [subjects.sensor_subjects(source.code), subjects.reading(source.code)]
    return callout.Permit(name=source.code, publish=own, subscribe=[f"{subjects.inbox(source.code)}.>"])
