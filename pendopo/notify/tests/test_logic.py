"""Decisions about notices: values in, verdict out."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pendopo.notify import logic

WIB = ZoneInfo("Asia/Jakarta")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-09T{clock}").replace(tzinfo=WIB)


def test_pauses_double_up_to_an_hour() -> None:
    assert [logic.pause(n).total_seconds() for n in (1, 2, 3, 7, 8, 60)] == [30, 60, 120, 1920, 3600, 3600]
    assert logic.pause(1, urgent=True).total_seconds() == 5
    assert logic.pause(1, asked_s=90).total_seconds() == 90
    assert logic.pause(3, asked_s=1).total_seconds() == 120, "a receiver cannot make us hurry"
    assert logic.pause(1, asked_s=999_999) == logic.LONGEST_PAUSE


def test_old_news_is_given_up() -> None:
    begun = datetime(2026, 5, 9, tzinfo=UTC)
    assert not logic.is_too_late(begun, begun + timedelta(hours=23, minutes=59))
    assert logic.is_too_late(begun, begun + timedelta(hours=24))


@pytest.mark.parametrize(
    ("now", "begins", "ends", "leaves"),
    [
        ("12:00", "22:00", "06:00", "2026-05-09T12:00"),
        ("22:00", "22:00", "06:00", "2026-05-10T06:00"),
        ("23:59", "22:00", "06:00", "2026-05-10T06:00"),
        ("05:59", "22:00", "06:00", "2026-05-09T06:00"),
        ("06:00", "22:00", "06:00", "2026-05-09T06:00"),
        ("13:30", "13:00", "14:00", "2026-05-09T14:00"),
        ("14:00", "13:00", "14:00", "2026-05-09T14:00"),
        ("03:00", "00:00", "00:00", "2026-05-09T03:00"),
    ],
)
def test_quiet_hours(now: str, begins: str, ends: str, leaves: str) -> None:
    got = logic.release(at(now), time.fromisoformat(begins), time.fromisoformat(ends))
    assert got.strftime("%Y-%m-%dT%H:%M") == leaves


def test_no_quiet_hours() -> None:
    assert logic.release(at("03:00"), None, None) == at("03:00")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("00441632960961", "+441632960961"),
        ("(0321) 321 123", "+62321321123"),
        ("112", None),
        ("0812x", None),
        ("+62812;rm", None),
        ("", None),
    ],
)
def test_phone_numbers(typed: str, kept: str | None) -> None:
    assert logic.normal_phone(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [("@sari", "sari"), (" -100123456 ", "-100123456"), ("123456", "123456"), ("a/b", None), ("a?x=y", None), ("", None)]
)
def test_handles_cannot_carry_an_address(typed: str, kept: str | None) -> None:
    assert logic.normal_handle(typed) == kept


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_addresses_inside(address: str) -> None:
    assert not logic.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "103.10.64.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_addresses_outside(address: str) -> None:
    assert logic.is_public(address)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    got = logic.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert got == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_masked() -> None:
    assert logic.masked("sms", "+6281234567890") == "+62•••90"
    assert logic.masked("email", "sari@mojokerto.test") == "s•••@mojokerto.test"
    assert logic.masked("webhook", "https://x.test/secret/path?k=1") == "https://x.test"
    assert logic.masked("chat", "sari") == "•••"


def test_retry_after() -> None:
    assert [logic.retry_after(text) for text in ("", "120", "Fri, 08 May 2026 10:00:00 GMT", "-1")] == [None, 120.0, None, None]
