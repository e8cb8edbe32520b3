"""A start on a folder that nothing has changed since its last start needs no look at the schema: two seconds of every restart.

What preparing found is kept in `run/schema.json`: a mark of everything that preparing depends on, and the migrations that the database
said it has. When both are the same again, so is the answer. Anything else, and any doubt, is prepared anew.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import psycopg

from .folder import DataFolder

PACKAGE = Path(__file__).parent.parent
# The libraries that bring tables of their own.
WITH_TABLES = ("django", "django-allauth")


def mark(region: str) -> str:
    """One hash over our migrations and shipped procedures, the versions of the libraries with tables, and the region that is seeded."""
    digest = hashlib.sha256()
    for name in WITH_TABLES:
        digest.update(f"{name} {version(name)}\n".encode())
    digest.update(f"region {region}\n".encode())
    for path in sorted([*PACKAGE.glob("**/migrations/*.py"), *PACKAGE.glob("incidents/procedures/**/*.yaml")]):
        digest.update(f"{path.relative_to(PACKAGE)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def applied(url: str) -> list[str]:
    """The migrations that the database at `url` says it has, as `app.name`, in order; empty when it has none or does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=5) as line:
            return [row[0] for row in line.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")]
    except psycopg.Error:
        return []


def is_unchanged(folder: DataFolder, url: str, region: str) -> bool:
    """Whether this product has prepared this database, and nothing happened to either since."""
    try:
        kept = json.loads((folder.path / "run/schema.json").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    found = applied(url)
    return bool(found) and kept == {"mark": mark(region), "applied": found}


def remember(folder: DataFolder, url: str, region: str) -> None:
    """Keeps what the next start compares with."""
    folder.write(folder.path / "run/schema.json", json.dumps({"mark": mark(region), "applied": applied(url)}))
