"""The engines of a test run answer, belong to the service account, and are reached by Django and by the bus."""

import os

import psutil
import pytest
from django.db import connection
from nats.js.api import StorageType

from pendopo.bus import client as bus
from pendopo.bus import subjects


@pytest.mark.django_db
def test_django_speaks_to_the_private_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("pendopo", "UTF8")


async def test_the_bus_keeps_a_message(nats_url):
    nc = await bus.connect(nats_url, name="test")
    await bus.prepare_streams(nc.jetstream())
    ack = await nc.jetstream().publish("did.test.engines", b"{}")
    assert ack.stream == "DID"
    await nc.close()


@pytest.mark.skipif("PYTEST_XDIST_WORKER" in os.environ, reason="the server belongs to the controlling process")
def test_no_engine_runs_as_root(test_engines):
    for child in test_engines.children:
        assert psutil.Process(child.pid).uids().real != 0 or os.geteuid() != 0


async def test_a_stream_that_an_earlier_version_kept_on_disk_is_made_anew_in_memory(nats_url: str) -> None:
    nc = await bus.connect(nats_url, name="test")
    js = nc.jetstream()
    await bus.prepare_streams(js)
    await js.delete_stream(subjects.OBSERVED.name)
    await js.add_stream(name=subjects.OBSERVED.name, subjects=list(subjects.OBSERVED.subjects), storage=StorageType.FILE)
    await bus.prepare_streams(js)
    found = {stream.name: (await js.stream_info(stream.name)).config.storage for stream in subjects.STREAMS}
    assert found.pop("OBSERVED") == StorageType.MEMORY
    assert {"DID", "READING", "SYSLOG", "COPIED"} <= set(found) and set(found.values()) == {StorageType.FILE}
    await nc.close()
