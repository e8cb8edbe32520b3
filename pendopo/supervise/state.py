"""How a database's schema relates to this version of the product. Needs Django to be set up by the caller."""

from typing import Literal

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

State = Literal["empty", "current", "behind", "newer"]


def schema_state() -> tuple[State, list[str]]:
    """The state, and the migrations that make the difference: those missing, or those that only a newer version knows."""
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
