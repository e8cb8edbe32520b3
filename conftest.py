"""Fixtures for every room. The engines themselves are started by the plugin `tests.engines`."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from pendopo.agencies.tests.people import bpbd, budi, camat, dinkes, rani, regency, sari, tamu
from tests.engines import Engines, engines

__all__ = ["bpbd", "budi", "camat", "dinkes", "nats_url", "rani", "regency", "sari", "tamu", "test_engines"]

# How long an example takes says nothing on a machine that does other work, too: an example counts, a clock does not.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(scope="session")
def test_engines() -> Engines:
    """The engines of this run."""
    return engines[0]


@pytest.fixture(scope="session")
def nats_url() -> str:
    """Where this run's nats-server answers; user and password are in the environment, where `bus.client.connect` finds them."""
    return os.environ["PENDOPO_NATS_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Each worker's database is a copy of one that has the schema already."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("PENDOPO_TESTS_TEMPLATE")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the tests; at the end no session of a killed process is left that would keep it from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hashing a password well takes a third of a second on purpose; tests have hundreds of people."""
    request.getfixturevalue("settings").PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
