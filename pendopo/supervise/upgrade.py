"""`pendopo upgrade`: a backup, the schema of this version, a check that the product runs on it, and the way back when it does not."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from .environment import product_environment
from .folder import DataFolder, FolderLock
from .nats import Nats
from .postgres import Postgres, own_server
from .refusal import Refusal
from .schema import prepare_schema
from .web import Address, Web

READY_S = 60.0


@dataclass
class Upgrade:
    """One upgrade of an installation that does not run meanwhile. `say` gets a line for each step."""

    folder: DataFolder
    say: Callable[[str], None]

    def run(self) -> None:
        """Does all of it; refuses with the reason, and everything as it was, when a step fails."""
        if self.folder.kind() is None:
            raise Refusal(f"No installation in {self.folder.path}. Name its folder with --data.")
        if os.environ.get("PENDOPO_DATABASE_URL"):
            raise Refusal("The database runs elsewhere: make a backup, then `pendopo up` of this version changes its schema.")
        lock = FolderLock(self.folder)
        lock.take_or_refuse()
        try:
            with own_server(self.folder) as postgres:
                self._change(postgres)
        finally:
            lock.release()

    def _change(self, postgres: Postgres) -> None:
        env = product_environment(self.folder, database_url=postgres.url, nats={})
        prepared = prepare_schema(self.folder, env, postgres, keep_copy=True)
        if prepared.backup is None:
            self.say("The schema is that of this version already.")
        else:
            self.say(f"Backup: {prepared.backup}")
            self.say(f"Schema changed: {', '.join(prepared.migrations)}")
        try:
            self._check(env)
        except Refusal as refusal:
            if not postgres.undo_change():
                raise
            raise Refusal(f"This version does not run on the changed database, so the change was undone. {refusal}") from None
        postgres.forget_copy()
        self.say("Checked: the product runs on it. Start it with `pendopo up`.")

    def _check(self, env: dict[str, str]) -> None:
        """Starts the web application beside a bus of its own for a moment and asks for pages that need the database."""
        nats = Nats(self.folder, mqtt=False)
        nats.prepare()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = Address(port=probe.getsockname()[1])
        web = Web(self.folder, address, {**env, "PENDOPO_NATS_URL": nats.url, **nats.credentials})
        children = [nats.child(), web.child()]
        try:
            for child in children:
                child.start()
                if not child.wait_ready(READY_S):
                    raise Refusal(f"{child.name} did not start:\n{child.last_words()}")
            for path in ("/healthz", "/", "/accounts/login/"):
                status = _patiently(web, path)
                if not 0 < status < 500:
                    raise Refusal(f"{path} answered {status}; see {children[1].log}.")
        finally:
            for child in reversed(children):
                child.stop()


def _patiently(web: Web, path: str) -> int:
    """The status of a page; parts that have only just started get a few seconds."""
    until, status = time.monotonic() + 10, 0
    while time.monotonic() < until:
        status = web.status_of(path)
        if 0 < status < 500:
            break
        time.sleep(0.2)
    return status
