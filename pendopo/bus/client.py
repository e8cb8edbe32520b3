"""A connection to NATS that waits instead of failing, and the streams as `subjects.py` declares them."""

import logging
import os

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig

from .subjects import STREAMS, Stream

logger = logging.getLogger(__name__)

# How long one publish may wait for the server's word that it is on disk.
ACK_TIMEOUT_S = 5.0


async def connect(url: str, *, name: str) -> Client:
    """A client that reconnects for ever. Complains once when the line is lost and once when it is back."""

    async def lost() -> None:
        logger.warning("bus: connection lost, trying again (%s)", name)

    async def back() -> None:
        logger.warning("bus: connection is back (%s)", name)

    async def error(problem: Exception) -> None:
        logger.info("bus: %s (%s)", problem, name)

    return await nats.connect(
        url,
        name=name,
        user=os.environ.get("PENDOPO_NATS_USER") or None,
        password=os.environ.get("PENDOPO_NATS_PASSWORD") or None,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        connect_timeout=2,
        ping_interval=5,
        max_outstanding_pings=2,
        disconnected_cb=lost,
        reconnected_cb=back,
        error_cb=error,
    )


def _config(stream: Stream) -> StreamConfig:
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        storage=StorageType.MEMORY if stream.in_memory else StorageType.FILE,
        max_msgs_per_subject=1 if stream.last_only else -1,
        max_age=stream.max_age_s,
        max_bytes=stream.max_bytes,
        discard=DiscardPolicy.OLD,
        duplicate_window=120,
    )


async def prepare_streams(js: JetStreamContext) -> None:
    """Creates or updates every stream of `subjects.STREAMS`. Asking twice changes nothing."""
    for stream in STREAMS:
        await prepare_stream(js, stream)


async def prepare_stream(js: JetStreamContext, stream: Stream) -> None:
    """Creates or updates one stream. One that is to be in memory and is still on disk is made anew; never the other way round."""
    config = _config(stream)
    try:
        found = await js.stream_info(stream.name)
        if stream.in_memory and found.config.storage == StorageType.FILE:
            await js.delete_stream(stream.name)
            await js.add_stream(config)
        else:
            await js.update_stream(config)
    except nats.js.errors.NotFoundError:
        await js.add_stream(config)
