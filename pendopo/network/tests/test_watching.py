"""What collectors are told, and what is taken from them."""

from typing import Any

import msgspec
import pytest
from nats.aio.msg import Msg

from pendopo.bus.messages import Presence
from pendopo.network.models import Device
from pendopo.network.watching import MARK, Judge, Listener, look
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
        assert listener.together() is None
    await listener.take(Msg(_client=None, data=msgspec.json.encode(Presence(at="2026-11-29T10:00:00Z", devices={"core": True}))))  # type: ignore[arg-type]
    assert listener.together() is not None


def said(name: str, at: str, devices: dict[str, bool]) -> Msg:
    """A word of presence of a collector."""
    return Msg(_client=None, data=msgspec.json.encode(Presence(at=at, devices=devices, collector=name)))  # type: ignore[arg-type]


async def test_collectors_speak_together_and_a_silent_one_says_nothing_any_more() -> None:
    listener = Listener()
    await listener.take(said("", "2026-11-29T10:00:05Z", {"core": True}))
    await listener.take(said("gudang", "2026-11-29T10:00:00Z", {"r-gudang": False}))
    both = listener.together()
    assert both is not None and both.devices == {"core": True, "r-gudang": False} and both.at == "2026-11-29T10:00:05Z"
    heard, word = listener.words["gudang"]
    listener.words["gudang"] = (heard - 60, word)
    alone = listener.together()
    assert alone is not None and alone.devices == {"core": True}


@pytest.mark.django_db
def test_the_same_word_is_judged_once(regency: Region, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    lay_network()
    judge, word = Judge(), Presence(at="2026-11-29T10:00:00Z", devices={"core": True, "r-dinkes": True})
    picture = look()[1]
    assert picture is not None
    assert [judge.take(picture, word) for _turn in range(2)] == [True, False]
    later = Presence(at="2026-11-29T10:00:05Z", devices=word.devices)
    again = look()[1]
    assert again is not None and not judge.take(again, later), "the network as it was, read again"
    assert judge.take(again, Presence(at=later.at, devices={"core": True, "r-dinkes": False}))
