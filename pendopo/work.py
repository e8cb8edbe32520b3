"""The list of background loops, run in one process: `python -m pendopo.work`.

A loop is an async function that takes the bus client and an event that is set when the house closes. It runs until then; a loop that
fails is logged and started again after a pause, without touching the others.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial

from django.conf import settings
from nats.aio.client import Client

import pendopo.ready  # noqa: F401
from pendopo.alerts import publishing as alerts_publishing
from pendopo.alerts import tell as alerts_tell
from pendopo.alerts.hearing import running as alerts_hearing
from pendopo.alerts.river import evaluate, proving
from pendopo.assessments import remind as evidence
from pendopo.audit import relay
from pendopo.bus import client as bus
from pendopo.cli.demonstration import moving
from pendopo.coworking.bookings import running as coworking
from pendopo.incidents.callout import running as callout
from pendopo.incidents.cases import tell as incidents_tell
from pendopo.incidents.posture import running as posture
from pendopo.incidents.posture.models import house_cadence
from pendopo.incidents.triggers import running as triggers
from pendopo.indicators import announce, intake, sensors
from pendopo.indicators.closing import nightly
from pendopo.indicators.derivation import derive
from pendopo.indicators.health import watching
from pendopo.indicators.house import publishing
from pendopo.indicators.periods import keeping
from pendopo.indicators.uploads import taking
from pendopo.meetings.media import converting
from pendopo.meetings.phones import running as telephones
from pendopo.meetings.planning import reminding
from pendopo.network import watching as network
from pendopo.network.configurations import taking as configurations
from pendopo.network.figures import publishing as network_figures
from pendopo.network.syslog import taking as syslog
from pendopo.notify import deliver, follow
from pendopo.orders import remind
from pendopo.portal.snapshot import running as snapshot
from pendopo.portal.warnings import telling as warnings_telling
from pendopo.reports import care as reports_care
from pendopo.reports.elsewhere import running as reports_elsewhere
from pendopo.wall.brief import post as brief
from pendopo.wall.desk import escalating

logger = logging.getLogger(__name__)

Loop = Callable[[Client, asyncio.Event], Awaitable[None]]

LOOPS: dict[str, Loop] = {
    "alerts.evaluate": evaluate.run,
    "alerts.hearing": partial(alerts_hearing.run, cadence=house_cadence),
    "alerts.proving": proving.run,
    "alerts.publishing": alerts_publishing.run,
    "alerts.tell": alerts_tell.run,
    "assessments.remind": evidence.run,
    "audit.relay": relay.run,
    "coworking.running": coworking.run,
    "incidents.callout": callout.run,
    "incidents.posture": posture.run,
    "incidents.tell": incidents_tell.run,
    "incidents.triggers": triggers.run,
    "indicators.announce": announce.run,
    "indicators.closing": nightly.run,
    "indicators.derive": derive.run,
    "indicators.intake": intake.run,
    "indicators.periods": keeping.run,
    "indicators.sensors": sensors.run,
    "indicators.uploads": taking.run,
    "demonstration": moving.run,
    "indicators.watching": watching.run,
    "indicators.publishing": publishing.run,
    "meetings.remind": reminding.run,
    "network.configurations": configurations.run,
    "network.figures": network_figures.run,
    "network.syslog": syslog.run,
    "network.watching": network.run,
    "meetings.converting": converting.run,
    "meetings.telephones": telephones.run,
    "notify.deliver": deliver.run,
    "notify.follow": follow.run,
    "orders.remind": remind.run,
    "portal.snapshot": snapshot.run,
    "portal.warnings": warnings_telling.run,
    "reports.care": reports_care.run,
    "reports.elsewhere": reports_elsewhere.run,
    "wall.brief": brief.run,
    "wall.desk": escalating.run,
}

PAUSE_AFTER_FAILURE_S = 1.0
HEARTBEAT_S = 1.0


async def keep(name: str, loop: Loop, nc: Client, closing: asyncio.Event) -> None:
    """Runs one loop until the house closes, starting it again when it fails. Complains once a failure."""
    while not closing.is_set():
        try:
            await loop(nc, closing)
        except Exception:
            logger.exception("loop %s failed; starting it again", name)
            await asyncio.sleep(PAUSE_AFTER_FAILURE_S)


async def beat(closing: asyncio.Event) -> None:
    """Writes the system's monotonic time to a file each second: the supervisor restarts loops that hang."""
    place = settings.DATA_DIR / "run/work.beat"
    if not place.parent.is_dir():
        return
    handle = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while not closing.is_set():
            # In place and always as long: that works on a full disk too.
            with contextlib.suppress(OSError):
                os.pwrite(handle, f"{time.monotonic():020.3f}".encode(), 0)
            await asyncio.sleep(HEARTBEAT_S)
    finally:
        os.close(handle)


async def main() -> None:
    """Connects to the bus, prepares its streams and runs every loop until SIGTERM or SIGINT."""
    closing = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, closing.set)
    nc = await bus.connect(settings.NATS_URL, name="work")
    await bus.prepare_streams(nc.jetstream())
    heart = asyncio.create_task(beat(closing))
    await asyncio.gather(*(keep(name, loop, nc, closing) for name, loop in LOOPS.items()))
    heart.cancel()
    await nc.close()


if __name__ == "__main__":
    asyncio.run(main())
