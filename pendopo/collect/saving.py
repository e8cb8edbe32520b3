"""Configurations of devices: copied once a day and when one says that it was changed, with secrets taken out, sent as they are."""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping

from pendopo.bus.messages import Copied, PollDevice

from .credentials import Credentials
from .masking import masked, settled

logger = logging.getLogger(__name__)

EVERY_S = 86_400.0
# After a failure sooner, so that a device that was away for a night is not without a copy for two days.
AGAIN_S = 3600.0
# A word that the configuration was changed is followed so late: whoever changes does not change once.
SETTLE_S = 60.0
LONGEST_S = 120.0
TOGETHER = 2
LOOK_S = 5.0
# More than this is no configuration, and no message of the bus.
LARGEST = 4_000_000


class Saver:
    """Copies what has a platform and an entry with `ssh` in the file of credentials. `tell` sends a copy, or why there is none."""

    def __init__(self, tell: Callable[[Copied], None]) -> None:
        self.tell = tell
        self.due: dict[str, float] = {}
        self.devices: dict[str, tuple[PollDevice, Credentials]] = {}
        self.failing: set[str] = set()

    def follow(self, devices: Mapping[str, tuple[PollDevice, Credentials]]) -> None:
        """From now on these. New ones are copied at once."""
        self.devices = {code: pair for code, pair in devices.items() if pair[0].platform}
        self.due = {code: self.due.get(code, 0.0) for code in self.devices}

    def changed(self, address: str) -> None:
        """A device said that it was changed."""
        for code, (device, _known) in self.devices.items():
            if device.address == address:
                self.due[code] = min(self.due[code], time.monotonic() + SETTLE_S)

    async def run(self) -> None:
        """Copies what is due, a few at once, for ever."""
        while True:
            due = sorted((at, code) for code, at in self.due.items() if at <= time.monotonic())[:TOGETHER]
            await asyncio.gather(*(self._save(code) for _at, code in due))
            await asyncio.sleep(0 if due else LOOK_S)

    async def _save(self, code: str) -> None:
        device, known = self.devices[code]
        found = await copy(device, known)
        why = found.get("why", "")
        self.due[code] = time.monotonic() + (AGAIN_S if why else EVERY_S)
        if why and code not in self.failing:
            logger.warning("collect: the configuration of %s %s", code, why)
        (self.failing.add if why else self.failing.discard)(code)
        self.tell(Copied(device=code, text=settled(masked(found.get("text", ""))) if not why else "", why=why))


async def copy(device: PollDevice, known: Credentials) -> dict[str, str]:
    """`{"text": …}` as the device tells it, or `{"why": …}`."""
    if known.ssh is None:
        return {"why": f"is not copied: the credentials “{device.access}” have no `ssh`"}
    asked = {**known.ssh.as_words(), "address": device.address, "platform": device.platform}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pendopo.collect.copying",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            out, _err = await process.communicate(json.dumps(asked).encode())
        found: dict[str, str] = json.loads(out)
    except TimeoutError:
        return {"why": "does not come to an end by SSH"}
    except ValueError:
        return {"why": "cannot be read by SSH"}
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    return {"why": "is larger than 4 MB"} if len(found.get("text", "")) > LARGEST else found
