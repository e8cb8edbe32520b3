"""Fixtures for every room. The engines themselves are started by the plugin `tests.engines`."""

import os

import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> None:
    """Hashing a password well takes a third of a second on purpose; tests have hundreds of people."""
    request.getfixturevalue("settings").PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
