"""What collectors are told, and what is taken from them."""

from typing import Any

import msgspec
import pytest
from nats.aio.msg import Msg

from pendopo.bus.messages import Presence
from pendopo.network.models import Device
from pendopo.network.watching import MARK, Listener, look
from pendopo.regions.models import Region

from .yard import lay_network


@pytest.mark.django_db
def test_what_was_taken_out_of_use_is_told_as_an_empty_plan(
    regency: Region, settings: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    mark = settings.DATA_DIR / MARK
    mark.parent.mkdir()
    lay_network()
    assert len(look()[0].devices) == 4 and mark.exists()
    Device.objects.update(active=False)
    plan, picture = look()
    assert plan.source and plan.devices == [] and picture is None and not mark.exists()


async def test_a_word_without_a_moment_is_no_word() -> None:
    listener = Listener()
    for at in ("kemarin", "2026-11-29T10:00:00", ""):
        await listener.take(Msg(_client=None, data=msgspec.json.encode(Presence(at=at, devices={"core": True}))))  # type: ignore[arg-type]
        assert listener.word is None
    await listener.take(Msg(_client=None, data=msgspec.json.encode(Presence(at="2026-11-29T10:00:00Z", devices={"core": True}))))  # type: ignore[arg-type]
    assert listener.word is not None
