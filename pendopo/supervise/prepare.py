"""Brings the database to this version of the product; a child of the supervisor, run as the service account.

`python -m pendopo.supervise.prepare` writes one JSON object a line. First `{"schema": "empty" | "current" | "behind" | "newer", …}`;
when it is `behind` the program waits for a line on standard input, so that the supervisor can make a backup. Then it applies the
schema under a lock, seeds the region table and makes the first administrator, and says `{"done": true, "sign_in": [e-mail, password]}`.
"""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

import pendopo.ready  # noqa: F401
from pendopo.agencies import actions as agencies
from pendopo.regions import actions as regions

from .state import schema_state

# One number that every Pendopo process agrees on, so that two never apply the schema at once.
SCHEMA_LOCK = 0x70656E64


def tell(**fact: Any) -> None:
    """One line to the supervisor."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


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
        try:
            regions.seed(settings.REGION)
        except regions.Refused as refused:
            tell(refused=f"PENDOPO_REGION: {refused}")
            sys.exit(1)
        tell(done=True, sign_in=agencies.first_administrator())


if __name__ == "__main__":
    main()
