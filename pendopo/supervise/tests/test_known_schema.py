"""A start looks at the schema again as soon as anything that preparing depends on has changed."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from pendopo.supervise.account import service_account
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.known_schema import is_unchanged, remember


@pytest.fixture
def url() -> Iterator[str]:
    """A database of its own with two migrations."""
    house = os.environ["PENDOPO_DATABASE_URL"]
    name = f"known_schema_{os.getpid()}"
    parts = urlsplit(house)
    with psycopg.connect(house, autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}"')
    own = urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(own) as line:
        line.execute("CREATE TABLE django_migrations (app text, name text)")
        line.execute("INSERT INTO django_migrations VALUES ('regions', '0001_initial'), ('audit', '0001_initial')")
    yield own
    with psycopg.connect(house, autocommit=True) as line:
        line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder that was prepared."""
    made = DataFolder(tmp_path / "data", service_account())
    made.prepare("real")
    return made


def test_the_same_product_on_the_same_database_is_known(url: str, folder: DataFolder) -> None:
    assert not is_unchanged(folder, url, "35.16"), "a folder that was never prepared"
    remember(folder, url, "35.16")
    assert is_unchanged(folder, url, "35.16")


def test_another_region_a_migration_more_or_less_and_no_answer_are_looked_at(url: str, folder: DataFolder) -> None:
    remember(folder, url, "35.16")
    assert not is_unchanged(folder, url, "35.07")
    with psycopg.connect(url) as line:
        line.execute("INSERT INTO django_migrations VALUES ('wall', '0009_later')")
    assert not is_unchanged(folder, url, "35.16"), "what another version did"
    with psycopg.connect(url) as line:
        line.execute("DELETE FROM django_migrations")
    assert not is_unchanged(folder, url, "35.16"), "an empty database"
    assert not is_unchanged(folder, "postgresql:///nowhere?host=/nowhere", "35.16")


def test_a_damaged_note_is_looked_at(url: str, folder: DataFolder) -> None:
    (folder.path / "run/schema.json").write_text('{"mark": ')
    assert not is_unchanged(folder, url, "35.16")
