"""Private engines for a test run: a real PostgreSQL and a real nats-server, started by the supervisor's own code.

A pytest plugin (named in pyproject.toml as `-p tests.engines`), because Django's settings are read before any conftest. PostgreSQL
is shared by the workers of `-n` (pytest-django gives each its own database); every worker has a nats-server of its own, so that
streams do not mix. Set PENDOPO_DATABASE_URL or PENDOPO_NATS_URL to test against services that run elsewhere.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from pendopo.supervise import fresh
from pendopo.supervise.account import service_account
from pendopo.supervise.child import Child
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.nats import Nats
from pendopo.supervise.postgres import Postgres, socket_url
from pendopo.ui.messages import compile_all

# Nothing in a unit test survives the machine, so nothing needs to reach the disk. The kill and backup tests use real settings.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200", "max_wal_size": "512MB"}
READY_S = 30.0
TEMPLATE = "pendopo_template"


class Engines:
    """The engines of one test process and the folder below them."""

    def __init__(self) -> None:
        place = Path(tempfile.mkdtemp(prefix="pendopo-tests-"))
        self.folder = DataFolder(place / "data", service_account())
        self.folder.prepare("real")
        self.children: list[Child] = []

    def start(self) -> None:
        """Starts what the environment does not name yet, and names it there for Django."""
        os.environ["PENDOPO_DATA"] = str(self.folder.path)
        os.environ.setdefault("PENDOPO_SECRET_KEY", "only-for-tests-" + "x" * 40)
        if "PENDOPO_DATABASE_URL" not in os.environ:
            postgres = Postgres(self.folder, overrides=FAST)
            postgres.prepare()
            self._start(postgres.child())
            postgres.ensure_database()
            os.environ["PENDOPO_DATABASE_URL"] = postgres.url
            self._template(postgres)
        if "PENDOPO_NATS_URL" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
            self.nats = Nats(self.folder)
            self.nats.prepare()
            self._start(self.nats.child())
            os.environ.update(PENDOPO_NATS_URL=self.nats.url, **self.nats.credentials)

    def _template(self, postgres: Postgres) -> None:
        """A database with the schema, of which each worker's is a copy."""
        with psycopg.connect(postgres.url, autocommit=True) as line:
            line.execute(f"CREATE DATABASE {TEMPLATE}")
        with psycopg.connect(socket_url(postgres.socket, TEMPLATE)) as line:
            if fresh.load(line):
                os.environ["PENDOPO_TESTS_TEMPLATE"] = TEMPLATE

    def _start(self, child: Child) -> None:
        child.start()
        self.children.append(child)
        if not child.wait_ready(READY_S):
            raise RuntimeError(f"{child.name} did not start: {child.last_words()}")

    def stop(self) -> None:
        """Stops everything and removes the folder."""
        for child in reversed(self.children):
            child.stop()
        shutil.rmtree(self.folder.path.parent, ignore_errors=True)


engines: list[Engines] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Runs before every plugin's own hook, pytest-django's reading of the settings included."""
    compile_all()
    engines.append(Engines())
    try:
        engines[0].start()
    except BaseException:
        pytest_unconfigure()
        raise
    return (yield)


def pytest_unconfigure() -> None:
    """Stops the engines at the end of the run."""
    while engines:
        engines.pop().stop()
