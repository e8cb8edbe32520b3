"""Bad input in line protocol and in gzip: a clear error or a kept row, never a stack trace, a lost row or an endless body."""

import gzip
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.indicators.models import Delivery, KeptRow
from pendopo.indicators.tests.yard import Reply, Yard, lay_out, post

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = b"free,region=35.16.01 value=1.5 1777593600000000000"
ROW = {"indicator": "free", "region": "35.16.01", "at": "2026-05-01T00:00:00Z", "value": 1}
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def yard() -> Yard:
    """Regions, a source with a key, indicators."""
    return lay_out()


def write(yard: Yard, body: bytes, query: str = "") -> Reply:
    """POST /api/v1/write."""
    return post(yard, body, "text/plain", path=f"/api/v1/write{query}")


@pytest.mark.parametrize(
    "line",
    [
        b"free",
        b"free,region=35.16.01",
        b"free,region=35.16.01 value",
        b"free,region=35.16.01 value=",
        b"free,region=35.16.01 value=much",
        b'free,region=35.16.01 value="12"',
        b"free,region=35.16.01 value=NaN",
        b"free,region=35.16.01 value=1e999",
        b"free,region=35.16.01 value=1 99999999999999999999",
        b"free,region=35.16.01 value=1 -9223372036854775808",
        b"free,region=35.16.01 value=1 9223372036854775807",
        b"free,region=nowhere value=1",
        b"fr\x00ee,region=35.16.01 value=1",
        b"free,region=35.16.01,pos=a\x00b value=1",
        b",,,=== ===,,,",
        b"free,region=35.16.01 " + b"f=1," * 5000 + b"value=1",
        b"\\" * 20_000,
        b"free,region=35.16.01" + b"".join(b",a%d=b" % n for n in range(2000)) + b" value=1",
    ],
)
def test_a_bad_line_never_refuses_its_neighbours(yard: Yard, line: bytes) -> None:
    """The lines around it are stored, and it is kept with its reason."""
    begun = time.monotonic()
    reply = write(yard, GOOD + b"\n" + line + b"\n" + GOOD.replace(b"35.16.01", b"35.16.02"))
    assert reply.status in (204, 400), reply
    assert time.monotonic() - begun < 10
    delivery = Delivery.objects.get()
    assert delivery.accepted >= 2
    assert delivery.rejected + delivery.quarantined == KeptRow.objects.filter(delivery=delivery).count() >= 1


@given(st.binary(max_size=200), st.sampled_from(["", "?precision=s", "?precision=fortnight", "?precision="]))
@quick
def test_no_bytes_are_a_server_error(yard: Yard, noise: bytes, query: str) -> None:
    """Noise alone, and noise after a good line."""
    for body in (noise, GOOD + b"\n" + noise, b"free,region=" + noise + b" value=1", b"free,region=35.16.01 value=" + noise):
        assert write(yard, body, query).status in (204, 400, 422)


def test_gzip(yard: Yard) -> None:
    """Read when it is whole and small enough; otherwise refused with a sentence before it fills the memory."""
    body = json.dumps({"observations": [ROW]}).encode()
    packed = gzip.compress(body)
    assert post(yard, packed, content_encoding="gzip").body["accepted"] == 1
    before = Delivery.objects.count()
    bomb = gzip.compress(b" " * (200 * 1024 * 1024), compresslevel=1)
    refused = {
        413: [bomb],
        422: [body, packed[:-4], packed[:-1], packed + packed, packed + b"more", b"", b"\x1f\x8b"],
    }
    for status, bodies in refused.items():
        for sent in bodies:
            reply = post(yard, sent, content_encoding="gzip")
            assert reply.status == status, (reply, sent[:50])
            assert len(reply.body["detail"]) > 10
    assert post(yard, body, content_encoding="br").status == 415
    assert Delivery.objects.count() == before
