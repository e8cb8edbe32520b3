"""Brings the database to this version of the product; a child of the supervisor, run as the service account.

`python -m pendopo.supervise.prepare` writes one JSON object a line. First `{"schema": "empty" | "current" | "behind" | "newer", …}`;
when it is `behind` the program waits for a line on standard input, so that the supervisor can make a backup. Then it applies the
schema under a lock and says `{"done": true, "sign_in": [e-mail, password]}`.
"""

import json
import sys
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import pendopo.ready  # noqa: F401

# One number that every Pendopo process agrees on, so that two never apply the schema at once.
SCHEMA_LOCK = 0x70656E64


def tell(**fact: Any) -> None:
    """One line to the supervisor."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def schema_state() -> tuple[str, list[str]]:
    """How the database's schema relates to this code, and the migrations that make the difference."""
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations)
    ours = {app for app, _ in executor.loader.disk_migrations}
    unknown = sorted(f"{app}.{name}" for app, name in applied - set(executor.loader.disk_migrations) if app in ours)
    if unknown:
        return "newer", unknown
    missing = [f"{migration.app_label}.{migration.name}" for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if not missing:
        return "current", []
    return ("behind" if applied else "empty"), missing


def main() -> None:
    """Follows the protocol above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SCHEMA_LOCK])
        state, migrations = schema_state()
        tell(schema=state, migrations=migrations)
        if state == "newer":
            sys.exit(1)
        if state == "behind" and not sys.stdin.readline():
            sys.exit(1)
        if state in {"behind", "empty"}:
            call_command("migrate", interactive=False, verbosity=0)
        tell(done=True, sign_in=None)


if __name__ == "__main__":
    main()
