"""Keeps parts running: restarts what died or stopped answering, with back-off, and tells what happened."""

import asyncio
import contextlib
import ctypes
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .child import POLL_S, Child
from .progress import Progress
from .refusal import Refusal

BACK_OFF_S = (0.1, 0.2, 0.5, 1.0)
STEADY_S = 30.0
ASK_EVERY_S = 2.0
# So many unanswered questions in a row make a hung part; with 3 s a question it is found within about 12 s.
HUNG_AFTER = 3
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Makes this process the parent of what its children leave behind, so that it can end and reap it."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass
class Kept:
    """A part and its history."""

    child: Child
    restarts: int = 0
    ready: bool = False
    since: float = 0.0
    create_time: float = 0.0

    def facts(self) -> dict[str, Any]:
        """For `run/status.json`."""
        return {
            "pid": self.child.pid,
            "create_time": self.create_time,
            "ready": self.ready,
            "restarts": self.restarts,
            "version": self.child.version,
        }


@dataclass
class Keeper:
    """The parts of one installation in the order of their start. `changed` is told whenever a fact about one changes."""

    progress: Progress
    changed: Callable[[], None]
    kept: list[Kept] = field(default_factory=list)
    watchers: list["asyncio.Task[None]"] = field(default_factory=list)
    groups: set[int | None] = field(default_factory=set)

    async def start(self, *children: Child) -> None:
        """Starts parts at once, waits until all answer, and keeps them from then on. Refuses when one does not come up."""
        fresh = [Kept(child) for child in children]
        for kept in fresh:
            self.progress.begins(kept.child.name)
            self.kept.append(kept)
            await self._launch(kept)
        for kept in fresh:
            if not await self._until_ready(kept):
                self.progress.failed(kept.child.name, "did not start")
                raise Refusal(f"{kept.child.name} did not start. Its last words ({kept.child.log}):\n{kept.child.last_words()}")
            self.progress.ready(kept.child.name, kept.child.version)
            self.watchers.append(asyncio.create_task(self._keep(kept)))

    def let_go(self, name: str) -> None:
        """Ends a part that did not come up and forgets it, so that it may be started anew."""
        for kept in [kept for kept in self.kept if kept.child.name == name]:
            kept.child.kill()
            self.kept.remove(kept)
        self.changed()

    async def _launch(self, kept: Kept) -> None:
        await asyncio.to_thread(kept.child.before)
        kept.child.spawn()
        self.groups.add(kept.child.pid)
        kept.since = time.monotonic()
        with contextlib.suppress(psutil.Error):
            kept.create_time = psutil.Process(kept.child.pid).create_time()
        self.changed()

    async def _until_ready(self, kept: Kept) -> bool:
        until = time.monotonic() + kept.child.start_s
        while time.monotonic() < until and not kept.child.ended():
            if await asyncio.to_thread(kept.child.ready):
                kept.ready = True
                self.changed()
                return True
            await asyncio.sleep(POLL_S)
        return False

    async def _keep(self, kept: Kept) -> None:
        """Watches one part for ever."""
        failures = 0
        while True:
            why = await self._until_lost(kept)
            kept.ready = False
            kept.restarts += 1
            failures = 0 if time.monotonic() - kept.since > STEADY_S else failures + 1
            pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
            self.progress.failed(kept.child.name, f"{why}; starting it again in {pause} s")
            self.changed()
            await asyncio.to_thread(kept.child.kill)
            await asyncio.sleep(pause)
            self.progress.begins(kept.child.name)
            try:
                await self._launch(kept)
            except (OSError, Refusal) as problem:
                self.progress.failed(kept.child.name, str(problem))
                continue
            if await self._until_ready(kept):
                self.progress.ready(kept.child.name, "again,")

    async def _until_lost(self, kept: Kept) -> str:
        """Waits until the part ended or hangs, and says which."""
        unanswered, next_question = 0, time.monotonic() + ASK_EVERY_S
        while not kept.child.ended():
            await asyncio.sleep(POLL_S)
            if time.monotonic() < next_question:
                continue
            unanswered = 0 if await asyncio.to_thread(kept.child.ready) else unanswered + 1
            next_question = time.monotonic() + ASK_EVERY_S
            if unanswered >= HUNG_AFTER:
                return "does not answer any more"
        code = kept.child.process.returncode if kept.child.process else None
        return f"ended by signal {-code}" if code and code < 0 else f"ended with status {code}"

    async def stop(self) -> None:
        """Stops the parts in groups, the last started first: everything within ten seconds."""
        for watcher in self.watchers:
            watcher.cancel()
        await asyncio.gather(*self.watchers, return_exceptions=True)
        product = [kept.child for kept in self.kept if kept.child.name in {"Web", "Work", "Collect"}]
        engines = [kept.child for kept in self.kept if kept.child not in product]
        for group in (product, engines):
            for child in group:
                child.ask_to_stop()
            until = time.monotonic() + max((child.stop_s for child in group), default=0)
            while time.monotonic() < until and not all(child.ended() for child in group):
                await asyncio.sleep(POLL_S)
            for child in group:
                child.kill()

    def reap(self) -> None:
        """Buries the dead that a killed part left behind and the kernel gave to us."""
        known = {kept.child.pid for kept in self.kept}
        for process in psutil.Process().children():
            with contextlib.suppress(psutil.Error, ProcessLookupError, ChildProcessError):
                orphan = process.name() == "postgres" or os.getpgid(process.pid) in self.groups
                if orphan and process.pid not in known and process.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(process.pid, os.WNOHANG)


def boot_id() -> str:
    """Names this run of the machine: process ids mean nothing after the next boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _is_ours(process: psutil.Process) -> bool:
    words = " ".join(process.cmdline())
    return any(name in words for name in ("granian", "pendopo", "postgres", "nats-server", "janus"))


def end_leftovers(status: dict[str, Any], seconds: float = 5.0) -> None:
    """Ends what a killed supervisor left running, as its last status names it: each part with the group it leads.

    Never anything else: not after another boot, not a process that is older than the part or does not look like one of ours.
    """
    left = []
    if status.get("boot") != boot_id():
        return
    for part in status.get("parts", {}).values():
        if not isinstance(part, dict) or not part.get("pid"):
            continue
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                late = process.create_time() >= part["create_time"] - 1
                if os.getpgid(process.pid) == part["pid"] and late and _is_ours(process):
                    process.terminate()
                    left.append(process)
    _, living = psutil.wait_procs(left, timeout=seconds)
    for process in living:
        with contextlib.suppress(psutil.Error):
            process.kill()
