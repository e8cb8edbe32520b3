"""`pendopo up`: prepares a data folder, starts the parts in order, keeps them running, and stops them all."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .account import service_account
from .child import Child, environment, launched
from .collecting import Collecting
from .environment import external_nats, product_environment, reach
from .external import check_database, check_nats
from .folder import DataFolder, FolderLock, Kind
from .janus import Janus
from .keeper import Keeper, adopt_orphans, boot_id, end_leftovers
from .nats import Nats
from .postgres import Postgres
from .progress import Progress
from .refusal import Refusal
from .rounds import Rounds
from .schema import prepare_schema
from .tls import given_certificate, own_certificate, own_names
from .web import Address, Web, Work

LOOK_ROUND_S = 5.0
COLLECT_AGAIN_S = 60.0


@dataclass(frozen=True)
class Step:
    """A program of the product that runs to its end before the web application starts. `reach` are paths it must be able to read."""

    label: str
    program: tuple[str, ...]
    reach: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """What the operator asked for."""

    data: Path
    kind: Kind = "real"
    host: str = "127.0.0.1"
    port: int = 8000
    tls: bool = False
    certificate: Path | None = None
    key: Path | None = None
    steps: tuple[Step, ...] = ()


@dataclass
class Installation:
    """One running installation."""

    options: Options
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.folder = DataFolder(self.options.data.absolute(), service_account())
        self.lock = FolderLock(self.folder)
        self.keeper = Keeper(self.progress, self.write_status)
        self.rounds = Rounds(self.folder, self.progress)
        self.address = Address(self.options.host, self.options.port)
        self.env: dict[str, str] = {}
        self.ports: dict[str, int] = {}
        self.postgres: Postgres | None = None
        self.complete = False
        self.collect_at: float | None = 0.0
        self.sign_in: tuple[str, str] | None = None

    def write_status(self) -> None:
        """What runs now, for people, `/readyz`, `doctor` and the next start."""
        parts = {kept.child.name: kept.facts() for kept in self.keeper.kept}
        status = {
            "pid": os.getpid(),
            "boot": boot_id(),
            "address": self.address.url,
            "complete": self.complete,
            "ports": self.ports,
            "parts": parts,
        }
        with contextlib.suppress(OSError):  # a full disk must not stop the supervisor
            self.folder.write(self.folder.path / "run/status.json", json.dumps(status, indent=1))

    async def start(self) -> None:
        """Brings everything up in order and prints the address and the first sign-in."""
        self.folder.prepare(self.options.kind)
        self.lock.take_or_refuse()
        await asyncio.to_thread(end_leftovers, self.folder.status())
        self._certificate()
        self.address.check_free()
        self.write_status()
        self.folder.give_tree(self.folder.path / "files")
        await self._engines()
        await self._schema()
        for step in self.options.steps:
            await self._step(step)
        web, work = Web(self.folder, self.address, self.env), Work(self.folder, self.env)
        await self.keeper.start(web.child(), work.child())
        self.complete = True
        self.write_status()
        self._say_address()

    def _certificate(self) -> None:
        options = self.options
        if not options.tls:
            return
        if options.certificate and options.key:
            certificate, key = given_certificate(self.folder, options.certificate, options.key)
        else:
            certificate, key, authority = own_certificate(self.folder, options.host)
            self.env["PENDOPO_CA_FILE"] = str(authority)
        self.env["PENDOPO_TLS"] = "1"
        self.env["PENDOPO_HOSTS"] = ",".join(f"[{name}]" if name.count(":") > 1 else name for name in own_names(options.host))
        self.address = Address(options.host, options.port, certificate, key)

    async def _engines(self) -> None:
        """PostgreSQL and NATS at once; those that run elsewhere are only asked."""
        children: list[Child] = []
        database_url = os.environ.get("PENDOPO_DATABASE_URL", "")
        bus = external_nats()
        if database_url:
            self.progress.ready("PostgreSQL", await asyncio.to_thread(check_database, database_url) + " (external)")
        else:
            self.postgres = Postgres(self.folder)
            self.progress.begins("PostgreSQL")
            await asyncio.to_thread(self.postgres.prepare)
            children.append(self.postgres.child())
            database_url = self.postgres.url
        if bus is not None:
            self.progress.ready("NATS", await asyncio.to_thread(check_nats, bus["PENDOPO_NATS_URL"]) + " (external)")
        else:
            nats = Nats(self.folder, leaf=os.environ.get("PENDOPO_LEAF", ""))
            await asyncio.to_thread(nats.prepare)
            self.ports = nats.ports
            bus = {"PENDOPO_NATS_URL": nats.url, **nats.credentials}
            children.append(nats.child())
        await self.keeper.start(*children)
        if self.postgres:
            await asyncio.to_thread(self.postgres.ensure_database)
        self.env.update(product_environment(self.folder, database_url=database_url, nats=bus))
        await self._media()
        if not (os.environ.get("PENDOPO_SITE_URL") or os.environ.get("PENDOPO_HOSTS")):
            self.env["PENDOPO_SITE_URL"] = self.address.url.rstrip("/")

    async def _media(self) -> None:
        """The media server of meetings. Without it all else works, so what is wrong is said and the start goes on."""
        if os.environ.get("PENDOPO_JANUS_URL"):
            return
        try:
            janus = Janus(self.folder)
            await asyncio.to_thread(janus.prepare)
            self.env.update(janus.credentials)
            await self.keeper.start(janus.child())
        except Refusal as refusal:
            self.progress.say(f"⚠ Meetings have no media: {refusal}")

    async def _schema(self) -> None:
        self.progress.begins("Database schema")
        prepared = await asyncio.to_thread(prepare_schema, self.folder, self.env, self.postgres)
        self.progress.ready("Database schema", f"{len(prepared.migrations)} changes," if prepared.migrations else "")
        if prepared.backup:
            self.progress.say(f"  A backup from before the change is in {prepared.backup}")
        self.sign_in = prepared.sign_in

    async def _step(self, step: Step) -> None:
        """Runs one program of the product to its end."""
        self.progress.begins(step.label)
        command = launched([sys.executable, *step.program], self.folder.account, [*reach(self.folder), *step.reach], signal.SIGTERM)
        log = self.folder.path / "log/steps.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(*command, env=environment(self.env), stdout=output, stderr=output)
            try:
                code = await process.wait()
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
        if code != 0:
            raise Refusal(f"{step.label} failed. See {log}.")
        self.progress.ready(step.label)

    def _say_sign_in(self) -> None:
        if self.sign_in:
            email, password = self.sign_in
            self.progress.say(f"First sign-in (shown once): {email}  {password}")
        self.sign_in = None

    def _say_address(self) -> None:
        self.progress.say(f"\nPendopo is ready: {self.address.url}")
        self._say_sign_in()
        if self.env.get("PENDOPO_CA_FILE"):
            self.progress.say(f"Own certificate: install {self.address.url}ca.crt once on every device.")
        self.progress.say("Stop with Ctrl-C.")

    async def watch(self) -> None:
        """Looks round every few seconds, as long as the installation runs."""
        while True:
            await asyncio.sleep(LOOK_ROUND_S)
            self.keeper.reap()
            with contextlib.suppress(OSError):  # a full disk or a lost mount: the next round tries again
                self.rounds.look(self.env.get("PENDOPO_DATABASE_URL", "") if self.complete else "")
            if self.complete:
                await self._collector()

    async def _collector(self) -> None:
        """Starts the collector once there is something to watch. What is wrong is said, and tried again; everything else goes on."""
        collecting = Collecting(self.folder, self.env)
        if self.collect_at is None:
            with contextlib.suppress(OSError):
                collecting.hand_over()
            return
        if not collecting.wanted or time.monotonic() < self.collect_at:
            return
        self.collect_at = time.monotonic() + COLLECT_AGAIN_S
        try:
            await self.keeper.start(collecting.child())
            self.collect_at = None
        except Refusal as refusal:
            self.keeper.let_go("Collect")
            self.progress.say(f"⚠ The network is not watched: {refusal}")

    async def stop(self) -> None:
        """Stops every part and lets go of the folder."""
        self.complete = False
        begun = time.monotonic()
        self._say_sign_in()  # when it was made, but something else kept the product from coming up
        if self.keeper.kept:
            self.progress.say("Stopping …")
        self.rounds.stop()
        await self.keeper.stop()
        self.write_status()
        if self.keeper.kept:
            self.progress.say(f"Stopped in {time.monotonic() - begun:.1f} s.")
        self.lock.release()


async def run(options: Options) -> None:
    """Runs an installation until SIGTERM or SIGINT. Raises Refusal when it cannot be started."""
    adopt_orphans()
    installation = Installation(options)
    closing = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, closing.set)
    starting = asyncio.create_task(installation.start())
    closed = asyncio.create_task(closing.wait())
    watching = asyncio.create_task(installation.watch())
    try:
        await asyncio.wait({starting, closed}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await closed
    finally:
        for task in (starting, closed, watching):
            task.cancel()
        await asyncio.gather(starting, closed, watching, return_exceptions=True)
        if installation.lock.held:
            await installation.stop()
