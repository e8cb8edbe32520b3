"""An empty database gets the whole schema at once, from `schema.sql`, instead of a hundred migrations one after the other.

Django rebuilds its picture of two hundred models after each step, which was most of a first start. The file is
what the migrations make: `python -m pendopo.supervise.fresh` (`make schema`) writes it, a test compares it, and whatever migration
it does not hold yet is applied after it. `python bench/start.py` measures a start.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from .account import service_account
from .child import environment
from .folder import DataFolder
from .postgres import Postgres, binaries, version

SCHEMA = Path(__file__).with_name("schema.sql")
# Rows that Django writes by itself after every migration.
WRITTEN_LATER = ("auth_permission", "django_content_type")
# The moments at which the migrations were applied when the file was written say nothing about an installation.
APPLIED = re.compile(r"(\(\d+, '\w+', '\w+', )'[^']+'\)")
READY_S = 60.0


def load(line: psycopg.Connection[object]) -> bool:
    """Gives an empty database the schema of the file, all or nothing; whether it did. A server of another major version gets migrations."""
    text = SCHEMA.read_text(encoding="utf-8")
    if not text.startswith(f"-- PostgreSQL {line.info.server_version // 10000}\n"):
        return False
    with line.transaction():
        line.execute("SET LOCAL check_function_bodies = off")
        line.execute(text.encode())
    return True


def dumped(url: str) -> str:
    """The schema of a database and its rows as SQL, without what differs from one writing to the next."""
    place = binaries()
    options = ["--no-owner", "--no-privileges", "--no-comments", "--rows-per-insert=500"]
    options += [f"--exclude-table-data={table}*" for table in WRITTEN_LATER]
    done = subprocess.run([place / "pg_dump", *options, f"--dbname={url}"], capture_output=True, text=True, check=True)
    text = APPLIED.sub(r"\1now())", done.stdout[done.stdout.index("CREATE EXTENSION") :])
    lines = [line for line in text.splitlines() if line and not line.startswith(("--", "\\")) and not line.endswith(", 1, false);")]
    return "\n".join([f"-- PostgreSQL {version(place).split('.')[0]}", "-- Written by `make schema`; see fresh.py.", *lines, ""])


def migrated() -> str:
    """What the migrations make of an empty database, on a server that lives as long as that takes."""
    with tempfile.TemporaryDirectory(prefix="pendopo-schema-") as place:
        Path(place).chmod(0o711)
        folder = DataFolder(Path(place) / "data", service_account())
        folder.prepare("real")
        postgres = Postgres(folder, overrides={"fsync": "off"})
        postgres.prepare()
        server = postgres.child()
        server.start()
        try:
            if not server.wait_ready(READY_S):
                raise RuntimeError(server.last_words())
            postgres.ensure_database()
            own = {"PENDOPO_DATABASE_URL": postgres.url, "PENDOPO_DATA": str(folder.path), "PENDOPO_SECRET_KEY": "x" * 50}
            migrate = [sys.executable, "-m", "django", "migrate", "--settings=pendopo.settings", "--verbosity=0"]
            subprocess.run(migrate, env={**environment({}), **own, "PATH": os.environ["PATH"]}, check=True)
            return dumped(postgres.url)
        finally:
            server.stop()


if __name__ == "__main__":
    SCHEMA.write_text(migrated(), encoding="utf-8")
