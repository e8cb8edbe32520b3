"""Brings the database to this version of the product; a child of the supervisor, run as the service account.

`python -m pendopo.supervise.prepare [--apply]` writes one JSON object a line. First `{"schema": "empty" | "current" | "behind" |
"newer", "migrations": […]}`; when an existing schema is behind and `--apply` is not given, that is all, so that the supervisor can
make a backup first. Then the schema is applied under a lock (`fresh.py` gives it to an empty database at once) and every table read
once, the region table is seeded, the procedures that come with the product are loaded and the first administrator made:
`{"done": true, "sign_in": [e-mail, password] | null}`.
"""

import json
import sys
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

import pendopo.ready  # noqa: F401
from pendopo.agencies import actions as agencies
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.regions import actions as regions

from . import fresh
from .state import schema_state

# One number that every Pendopo process agrees on, so that two never apply the schema at once.
SCHEMA_LOCK = 0x70656E64


def tell(**fact: Any) -> None:
    """One line to the supervisor."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def check_tables() -> None:
    """Reads a row of every model: a schema that does not fit the code fails here, not in front of people."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            list(model._default_manager.all()[:1])


def main() -> None:
    """Follows the protocol above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SCHEMA_LOCK])
        state, migrations = schema_state()
        tell(schema=state, migrations=migrations)
        if state == "newer" or (state == "behind" and "--apply" not in sys.argv[1:]):
            return
        if state == "empty":
            fresh.load(connection.connection)
        if state != "current":
            call_command("migrate", interactive=False, verbosity=0)
            check_tables()
        try:
            regions.seed(settings.REGION)
        except regions.Refused as refused:
            tell(refused=f"PENDOPO_REGION: {refused}")
            return
        load_shipped()
        tell(done=True, sign_in=agencies.first_administrator())


if __name__ == "__main__":
    main()
