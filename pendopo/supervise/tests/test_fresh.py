"""The schema that an empty database gets at once is what the migrations make, one after the other."""

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from pendopo.supervise import fresh


def test_the_file_holds_every_migration():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    text = fresh.SCHEMA.read_text(encoding="utf-8")
    missing = [f"{app}.{name}" for app, name in loader.disk_migrations if f"'{app}', '{name}'" not in text]
    assert not missing, "run make schema"


@pytest.mark.slow
def test_the_file_is_what_the_migrations_make():
    assert fresh.migrated() == fresh.SCHEMA.read_text(encoding="utf-8"), "run make schema"


@pytest.mark.django_db
def test_a_server_of_another_major_version_gets_migrations(tmp_path, monkeypatch):
    (tmp_path / "schema.sql").write_text("-- PostgreSQL 17\nCREATE TABLE never (id int);\n")
    monkeypatch.setattr(fresh, "SCHEMA", tmp_path / "schema.sql")
    connection.ensure_connection()
    assert not fresh.load(connection.connection)
    assert "never" not in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_breaks_leaves_nothing(tmp_path, monkeypatch):
    connection.ensure_connection()
    major = connection.connection.info.server_version // 10000
    (tmp_path / "schema.sql").write_text(f"-- PostgreSQL {major}\nCREATE TABLE half (id int);\nCREATE TABLE half (id int);\n")
    monkeypatch.setattr(fresh, "SCHEMA", tmp_path / "schema.sql")
    with pytest.raises(psycopg.errors.DuplicateTable):
        fresh.load(connection.connection)
    assert "half" not in connection.introspection.table_names()
