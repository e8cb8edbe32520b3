"""Whose limits count: people behind proxies each on their own, and nobody by what they write themselves."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory, override_settings

from pendopo.ui.strangers import Limits, Weight, address_of, household, sender, sender_of, weigh

PROXIES = [ip_network("127.0.0.1"), ip_network("10.20.0.0/16"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.20.3.4", "203.0.113.9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, unknown, 10.20.3.4", "10.20.3.4"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(peer: str, forwarded: str, found: str) -> None:
    assert sender(peer, forwarded, PROXIES) == found


def test_without_named_proxies_the_header_says_nothing() -> None:
    forged = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1")
    plain = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    assert address_of(forged) == address_of(plain)
    with override_settings(PROXIES=PROXIES):
        assert address_of(forged) == address_of(plain), "It comes from nobody's proxy."
        behind = [RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in (9, 10)]
        assert address_of(behind[0]) == address_of(plain) != address_of(behind[1])
        assert sender_of(behind[1]) == "203.0.113.10"


def test_a_line_with_many_addresses_counts_once() -> None:
    assert household("2001:db8::7") == household("2001:db8::ffff:1") != household("2001:db8:0:1::7")
    assert household("203.0.113.9") == "203.0.113.9" and household("") == ""


@pytest.mark.django_db
def test_a_flood_is_kept_aside_within_what_the_house_can_look_through() -> None:
    limits = Limits(many=1, flood=2, house=2)
    usual, many, much = Weight.USUAL, Weight.MANY, Weight.TOO_MUCH
    assert [weigh("test", "one", limits) for _ in range(4)] == [usual, many, many, many]
    assert [weigh("test", "two", limits) for _ in range(3)] == [usual, many, much]
    assert weigh("test", "three", limits) == usual
