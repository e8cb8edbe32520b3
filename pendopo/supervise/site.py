"""`pendopo network collector`: a collector alone at a site, with a leaf node that keeps its readings on disk while the line is cut."""

import asyncio
import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from .account import service_account
from .collecting import Collecting
from .folder import DataFolder, FolderLock
from .keeper import Keeper, adopt_orphans
from .nats import COLLECTOR, Nats
from .progress import Progress
from .refusal import Refusal

# What a site may keep: two weeks of a large one.
SITE_STORE = "16GB"
ROUND_S = 5.0


@dataclass(frozen=True)
class SiteOptions:
    """What the operator asked for. `hub` is `tls://host:port` of the house's PENDOPO_LEAF; `authority` its /ca.crt; `password` that of
    `secrets/collector` there."""

    data: Path
    name: str
    hub: str
    password: str
    authority: Path | None = None


class LeafNode(Nats):
    """The site's nats-server: clients only from this machine, JetStream of its own, and one line to the house."""

    def __init__(self, folder: DataFolder, options: SiteOptions) -> None:
        super().__init__(folder, mqtt=False)
        self.options = options

    def _configuration(self) -> str:
        store = json.dumps(str(self.folder.path.absolute() / "nats"))
        trust = f", tls {{ ca_file: {json.dumps(str(self._authority()))} }}" if self.options.authority else ""
        return (
            "# Written by pendopo at every start.\n"
            f"server_name: {json.dumps(f'site-{self.options.name}')}\n"
            f'host: "127.0.0.1"\nport: {self.ports["client"]}\nhttp: "127.0.0.1:{self.ports["monitor"]}"\n'
            f"jetstream {{ store_dir: {store}, sync_interval: always, max_file_store: {SITE_STORE}, "
            f"domain: {json.dumps(self.options.name)} }}\n"
            f"authorization {{ users: [ {self._house()} ] }}\n"
            f'leafnodes {{ remotes: [ {{ url: {json.dumps(hub_address(self.options))}{trust} }} ], reconnect: "2s" }}\n'
        )

    def _authority(self) -> Path:
        """The house's authority, copied to where the server may read it whoever it runs as."""
        assert self.options.authority is not None
        copy = self.folder.path.absolute() / "run/hub.crt"
        self.folder.write(copy, self.options.authority.read_text(encoding="ascii"))
        return copy


def hub_address(options: SiteOptions) -> str:
    """The house's address with the collector's sign-in. Raises Refusal for what is none."""
    parts = urlsplit(options.hub)
    if parts.scheme not in ("tls", "nats") or not parts.hostname or not parts.port:
        raise Refusal(f"{options.hub} is no address of a house: write tls://HOST:7422, as its PENDOPO_LEAF says.")
    return f"{parts.scheme}://{COLLECTOR}:{quote(options.password, safe='')}@{parts.netloc}"


async def run(options: SiteOptions) -> None:
    """Runs until SIGTERM or SIGINT. Raises Refusal when it cannot be started."""
    adopt_orphans()
    folder = DataFolder(options.data.absolute(), service_account())
    folder.prepare("site")
    lock, progress = FolderLock(folder), Progress()
    lock.take_or_refuse()
    closing = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, closing.set)
    keeper = Keeper(progress, lambda: None)
    try:
        nats = LeafNode(folder, options)
        await asyncio.to_thread(nats.prepare)
        await keeper.start(nats.child())
        environment = {**os.environ, "PENDOPO_NATS_URL": nats.url, **nats.credentials, "PYTHONUNBUFFERED": "1"}
        collecting = Collecting(folder, environment, ["--name", options.name, "--keep"])
        await keeper.start(collecting.child())
        progress.say(f"The collector “{options.name}” watches what the house tells it to. Stop with Ctrl-C.")
        while not closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), ROUND_S)
            keeper.reap()
            with contextlib.suppress(OSError):
                collecting.hand_over()
    finally:
        await keeper.stop()
        lock.release()
