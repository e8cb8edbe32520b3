"""The loop itself, with a real database and mail server: nothing is sent twice, nothing is lost across stops, kills and lost databases."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.notify import actions, deliver
from pendopo.notify.models import Dispatch, State

from .servers import MailServer, deliver_due, gateway, mail_server
from .test_sending import SILENT

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
LOOP = "import django; django.setup(); import asyncio; from pendopo.notify import deliver; asyncio.run(deliver.run(None, asyncio.Event()))"


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
async def tidy() -> AsyncIterator[None]:
    """Gives back the connection of the thread in which an async test asked the database."""
    yield
    await sync_to_async(lambda: connection.close())()


def tell(sari: Person, count: int) -> None:
    for number in range(count):
        actions.send(to=[sari], **SILENT, key=f"n{number}")


def ids(server: MailServer) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in server.got)


async def until(ready: Callable[[], bool], seconds: float = 20) -> None:
    for _turn in range(int(seconds / 0.02)):
        if await sync_to_async(ready)():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the condition did not come true in time")


def all_sent() -> bool:
    return not Dispatch.objects.exclude(state=State.SENT).exists()


async def test_two_loops_send_each_letter_once(smtp: MailServer, tidy: None, sari: Person) -> None:
    await sync_to_async(tell)(sari, 24)
    closing = asyncio.Event()
    loops = [asyncio.create_task(deliver.run(None, closing)) for _loop in range(2)]
    await until(all_sent)
    closing.set()
    await asyncio.wait_for(asyncio.gather(*loops), 10)
    assert len(smtp.got) == 24 and set(ids(smtp).values()) == {1}


async def test_a_notice_leaves_at_its_commit(smtp: MailServer, tidy: None, sari: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Woken by the database, not by looking now and then."""
    monkeypatch.setattr(deliver, "POLL_S", 60.0)
    closing = asyncio.Event()
    loop = asyncio.create_task(deliver.run(None, closing))
    await asyncio.sleep(0.5)
    await sync_to_async(tell)(sari, 1)
    await until(lambda: len(smtp.got) == 1, 10)
    closing.set()
    await asyncio.wait_for(loop, 10)


async def test_what_is_on_the_way_arrives_before_the_loop_ends_and_the_rest_after_the_next_start(
    smtp: MailServer, tidy: None, sari: Person
) -> None:
    smtp.answers = [0.5] * 10
    await sync_to_async(tell)(sari, 10)
    for _start in range(3):
        closing = asyncio.Event()
        loop = asyncio.create_task(deliver.run(None, closing))
        await until(lambda: Dispatch.objects.filter(state=State.SENDING).exists())
        closing.set()
        await asyncio.wait_for(loop, 10)
        assert not await Dispatch.objects.filter(state=State.SENDING).aexists()
    assert all(count == 1 for count in ids(smtp).values()) and len(smtp.got) > 0
    assert await Dispatch.objects.filter(state=State.SENT).acount() == len(smtp.got)


async def test_a_channel_that_hangs_holds_up_no_other(smtp: MailServer, tidy: None, sari: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pendopo.notify.transports.webhook.DEADLINE_S", 3.0)
    with gateway() as web:
        web.answers = [5.0] * 20
        for number in range(8):
            await sync_to_async(actions.add_endpoint)(name=str(number), url=f"{web.url}/{number}", kinds=[], person=None, by=sari)
        await sync_to_async(tell)(sari, 3)
        closing = asyncio.Event()
        loop = asyncio.create_task(deliver.run(None, closing))
        await until(lambda: len(smtp.got) == 3, 2.5)
        assert not await Dispatch.objects.filter(channel="webhook", state=State.SENT).aexists()
        closing.set()
        await asyncio.wait_for(loop, 10)


@contextmanager
def work_process(server: MailServer) -> Iterator[subprocess.Popen[bytes]]:
    """The loop in a process of its own, on this test's database and mail server."""
    url = f"{settings.DATABASE_URL}"
    head, _slash, tail = url.partition("?")
    head = head.rsplit("/", 1)[0]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "pendopo.settings",
        "PENDOPO_DATABASE_URL": f"{head}/{connection.settings_dict['NAME']}" + (f"?{tail}" if tail else ""),
        "PENDOPO_SMTP_HOST": "127.0.0.1",
        "PENDOPO_SMTP_PORT": str(server.port),
    }
    process = subprocess.Popen([sys.executable, "-c", LOOP], env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait(ready: Callable[[], Any], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)


@pytest.mark.alone
def test_kill_9_loses_nothing_and_repeats_only_what_was_on_the_way(smtp: MailServer, sari: Person) -> None:
    smtp.answers = [0.3] * 60
    tell(sari, 24)
    with work_process(smtp):
        wait(lambda: len(smtp.got) >= 5)
    open_ones = {f"<{mark}@localhost>" for mark in Dispatch.objects.filter(state=State.SENDING).values_list("mark", flat=True)}
    assert 0 < len(open_ones) <= deliver.PLACES
    time.sleep(1)
    Dispatch.objects.filter(state=State.SENDING).update(due=timezone.now())  # their lease ends
    with work_process(smtp):
        wait(all_sent)
    got = ids(smtp)
    assert set(got) == {f"<{mark}@localhost>" for mark in Dispatch.objects.values_list("mark", flat=True)} and len(got) == 24
    assert {mark for mark, count in got.items() if count > 1} <= open_ones


def test_one_faulty_letter_does_not_stop_the_others(smtp: MailServer, sari: Person) -> None:
    tell(sari, 2)
    Dispatch.objects.filter(pk=Dispatch.objects.earliest("pk").pk).update(target="a\nb@x.test")
    deliver_due()
    assert len(smtp.got) == 1
    assert sorted(Dispatch.objects.values_list("state", flat=True)) == ["given_up", "sent"]
