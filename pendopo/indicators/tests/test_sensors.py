"""Sensors by MQTT: a real client signs in with a source's key, publishes, and the value is in the history."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from asgiref.sync import sync_to_async
from nats.aio.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from pendopo.indicators import intake, sensors
from pendopo.indicators.intake import read_message
from pendopo.indicators.models import KeptRow
from tests.engines import Engines

from .test_loops import nc, running, until, yard  # noqa: F401 – fixtures
from .test_river import known
from .yard import Yard

STORED = datetime(2026, 5, 9, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payload", "value", "at"),
    [(b"1.25", 1.25, "2026-05-09T05:00:00Z"), (b'{"at":"2026-05-09T04:00:00Z","value":3}', 3.0, "2026-05-09T04:00:00Z")],
)
def test_a_sensors_word_is_a_number_or_an_object(payload: bytes, value: float, at: str) -> None:
    read = read_message("pendopo.psda.level.35//16//13", payload, STORED)
    assert read is not None
    source, found = read
    assert source == "psda"
    assert [(row.indicator, row.region, row.value, row.at) for row in found.rows] == [("level", "35.16.13", value, at)]


@pytest.mark.parametrize("payload", [b"high", b"", b"NaN", b'{"at":"2026-05-09T04:00:00Z"}', b"\xff"])
def test_a_word_that_is_no_number_is_kept_with_its_reason(payload: bytes) -> None:
    read = read_message("pendopo.psda.level.35//16//13", payload, STORED)
    assert read is not None
    assert [no.code for no in read[1].refused] == ["not-a-number"]


def test_a_subject_of_another_shape_is_no_sensor() -> None:
    assert read_message("pendopo.psda.level", b"1", STORED) is None


class Sensor:
    """One MQTT client."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{user}", protocol=mqtt.MQTTv311)
        self.client.username_pw_set(user, password)
        self.answer: Any = None
        self.client.on_connect = lambda _client, _data, _flags, reason, _properties: setattr(self, "answer", reason)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def publish(self, topic: str, payload: Any) -> None:
        """QoS 1: returns when the server has it."""
        self.client.publish(topic, payload if isinstance(payload, str) else json.dumps(payload), qos=1).wait_for_publish(5)

    def close(self) -> None:
        """Ends the connection and its thread."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def port(nc: Client, running: Any, test_engines: Engines) -> AsyncIterator[int]:  # noqa: F811
    await running(sensors.run)
    await running(intake.run)
    await asyncio.sleep(0.2)
    yield test_engines.nats.ports["mqtt"]


@pytest.mark.django_db(transaction=True)
async def test_a_sensor_signs_in_with_its_key_and_its_value_is_known(yard: Yard, port: int) -> None:  # noqa: F811
    sensor = await asyncio.to_thread(Sensor, port, "psda", yard.key)
    try:
        await asyncio.to_thread(sensor.publish, "pendopo/psda/level/35.16.01", {"at": "2026-05-09T04:00:00Z", "value": 1.5})
        await asyncio.to_thread(sensor.publish, "pendopo/psda/nothing/35.16.01", 2)

        async def stored() -> bool:
            return await sync_to_async(known)("level") == [("09 04", 1.5)] and await KeptRow.objects.acount() == 1

        await until(stored)
    finally:
        await asyncio.to_thread(sensor.close)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("user", "right_key"), [("psda", False), ("other", True)])
async def test_a_wrong_key_and_another_sources_name_are_refused(yard: Yard, port: int, user: str, right_key: bool) -> None:  # noqa: F811
    sensor = await asyncio.to_thread(Sensor, port, user, yard.key if right_key else "pds_wrong")
    try:

        async def answered() -> bool:
            return sensor.answer is not None

        await until(answered)
        assert sensor.answer.is_failure
    finally:
        await asyncio.to_thread(sensor.close)


@pytest.mark.django_db(transaction=True)
async def test_a_sensor_cannot_speak_for_another_source(yard: Yard, port: int, nc: Client) -> None:  # noqa: F811
    sensor = await asyncio.to_thread(Sensor, port, "psda", yard.key)
    try:
        with contextlib.suppress(RuntimeError, ValueError):  # the server hangs up on it
            await asyncio.to_thread(sensor.publish, "pendopo/another/level/35.16.01", 9)
        await asyncio.sleep(0.5)
        info = await nc.jetstream().stream_info("READING")
        assert info.state.messages == 0
    finally:
        await asyncio.to_thread(sensor.close)
