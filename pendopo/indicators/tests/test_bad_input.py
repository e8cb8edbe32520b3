"""Bad input at the open door: a clear error or a kept row with its reason; never a stack trace, a lost row or a stuck worker."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.indicators.models import Delivery, KeptRow
from pendopo.indicators.tests.yard import Reply, Yard, lay_out, post

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {"indicator": "free", "region": "35.16.01", "at": "2026-05-01T00:00:00Z", "value": 1}
HEADER = b"indicator,region,at,value,note\n"


@pytest.fixture
def yard() -> Yard:
    """Regions, a source with a key, indicators."""
    return lay_out()


def row(**change: Any) -> dict[str, Any]:
    """A good row with changes; `...` leaves a field out."""
    return {name: value for name, value in {**GOOD, **change}.items() if value is not ...}


def text_of(rows: list[Any]) -> bytes:
    """The JSON that a careless sender writes: NaN and Infinity included."""
    return json.dumps({"observations": rows}).encode()


def checked(reply: Reply, sent: int) -> Reply:
    """A 201 whose counts add up, whose problems are named, and whose refused rows are kept."""
    assert reply.status == 201, reply
    counts = [reply.body[name] for name in ("accepted", "flagged", "quarantined", "rejected", "duplicates")]
    assert sum(counts) == sent
    assert len(reply.body["problems"]) + reply.body.get("problems_omitted", 0) == sent - reply.body["accepted"]
    kept = KeptRow.objects.filter(delivery_id=reply.body["delivery"]).count()
    assert kept == reply.body["quarantined"] + reply.body["rejected"]
    return reply


BAD_ROWS: dict[str, tuple[Any, str]] = {
    "unknown indicator": (row(indicator="nothing"), "unknown-indicator"),
    "nul in the indicator": (row(indicator="fr\x00ee"), "unknown-indicator"),
    "surrogate in the indicator": (row(indicator="fr\ud800ee"), ""),
    "very long indicator": (row(indicator="x" * 100_000), "unknown-indicator"),
    "unknown region": (row(region="35.77"), "unknown-region"),
    "nul in the region": (row(region="35.16\x00"), "unknown-region"),
    "BPS code": (row(region="3516010"), "unknown-region"),
    "not a time": (row(at="yesterday"), "time-unreadable"),
    "no offset": (row(at="2026-05-01T00:00:00"), "time-without-zone"),
    "only a date": (row(at="2026-05-01"), "date-needs-time"),
    "year 0001": (row(at="0001-01-01T00:00:00+07:00"), "time-out-of-range"),
    "year 9999": (row(at="9999-12-31T23:59:59-07:00"), "time-out-of-range"),
    "offset of a day": (row(at="2026-05-01T00:00:00+24:00"), "time-unreadable"),
    "far future": (row(at="2100-01-01T00:00:00Z"), "future"),
    "text for a value": (row(value="much"), "not-a-number"),
    "true for a value": (row(value=True), "not-a-number"),
    "list for a value": (row(value=[1]), "not-a-number"),
    "nothing, and no reason": (row(value=None), "retraction-needs-reason"),
    "no value": (row(value=...), "missing-field"),
    "no region": (row(region=...), "missing-field"),
    "unknown field": (row(colour="red"), "unknown-field"),
    "unknown quality": (row(quality="good"), "unknown-quality"),
    "nul in the note": (row(note="a\x00b"), "nul-character"),
    "nul in a dimension": (row(dims={"pos": "a\x00b"}), "dims-too-long"),
    "endless dimensions": (row(dims={"pos": "x" * 400}), "dims-too-long"),
    "dims as a list": (row(dims=["pos"]), "unreadable-row"),
    "a number for a row": (7, "unreadable-row"),
    "null for a row": (None, "unreadable-row"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_never_refuses_its_neighbours(yard: Yard, name: str) -> None:
    """It is named with its number, a stable code and a sentence; the rows around it are stored."""
    bad, code = BAD_ROWS[name]
    reply = post(yard, text_of([GOOD, bad, row(region="35.16.02")]))
    if not code:  # the text itself is no JSON: a surrogate has no UTF-8
        assert reply.status in (201, 422)
        return
    checked(reply, 3)
    assert reply.body["accepted"] == 2
    assert [(problem["row"], problem["code"]) for problem in reply.body["problems"]] == [(2, code)]
    assert len(reply.body["problems"][0]["message"]) > 10


EDGES = {"NaN": 422, "Infinity": 422, "-Infinity": 422, "1e308": 201, "1e400": 201, "9" * 400: 201, "-0.0": 201, "1e-400": 201}


@pytest.mark.parametrize("value", EDGES)
def test_numbers_at_the_edge(yard: Yard, value: str) -> None:
    """NaN and Infinity are no JSON. What fits a double is a figure; what does not is a rejected row beside a stored one."""
    good = json.dumps(row(region="35.16.02"))
    edge = json.dumps(GOOD).replace('"value": 1', f'"value": {value}')
    reply = post(yard, f'{{"observations": [{edge}, {good}]}}'.encode())
    assert reply.status == EDGES[value], reply
    if reply.status == 422:
        assert not Delivery.objects.exists()
    else:
        fits = value in ("1e308", "-0.0", "1e-400")
        assert checked(reply, 2).body["accepted"] == (2 if fits else 1)


BAD_BODIES: dict[str, tuple[bytes, str, int]] = {
    "empty": (b"", "application/json", 422),
    "not json": (b"indicator,region", "application/json", 422),
    "cut off": (text_of([GOOD])[:-5], "application/json", 422),
    "a list": (json.dumps([GOOD]).encode(), "application/json", 422),
    "no rows": (b'{"observations": []}', "application/json", 422),
    "rows as an object": (b'{"observations": {}}', "application/json", 422),
    "another key": (b'{"observations": [], "more": 1}', "application/json", 422),
    "100,000 brackets": (b"[" * 100_000, "application/json", 422),
    "100,000 brackets in a row": (b'{"observations": [' + b"[" * 100_000, "application/json", 422),
    "100,000 objects": (b'{"observations":' * 100_000, "application/json", 422),
    "latin-1": ('{"observations": [{"indicator": "débit"}]}'.encode("latin-1"), "application/json", 201),
    "utf-16": (text_of([GOOD]).decode().encode("utf-16"), "application/json", 422),
    "BOM": (b"\xef\xbb\xbf" + text_of([GOOD]), "application/json", 201),
    "columns of different length": (
        b'{"series":[["free","35.16.01"]],"index":[0],"at":["2026-05-01T00:00:00Z"],"value":[]}',
        "application/json",
        422,
    ),
    "csv without a header": (b"free,35.16.01,2026-05-01T00:00:00Z,1\n", "text/csv", 422),
    "csv with a header only": (HEADER, "text/csv", 422),
    "csv in latin-1": (HEADER + "free,35.16.01,2026-05-01T00:00:00Z,1,débit\n".encode("latin-1"), "text/csv", 422),
    "csv in utf-16": ((HEADER + b"free,35.16.01,2026-05-01T00:00:00Z,1,\n").decode().encode("utf-16"), "text/csv", 422),
    "xml": (b"<a/>", "application/xml", 415),
    "no such type": (b"{}", "x" * 500, 415),
    "only empty lines": (b"\n\n\r\n", "application/x-ndjson", 422),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_is_not_what_it_says(yard: Yard, name: str) -> None:
    """A problem document with a sentence and a stable type, and nothing stored."""
    body, media, status = BAD_BODIES[name]
    reply = post(yard, body, media)
    assert reply.status == status, reply
    if status >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.body["type"] and reply.body["status"] == status and len(reply.body["detail"]) > 10
        assert not Delivery.objects.exists()


def test_twice_the_same_key_in_an_object(yard: Yard) -> None:
    """The last one counts, as everywhere in JSON; nothing breaks."""
    body = text_of([GOOD]).replace(b'"value": 1', b'"value": 1, "value": 2')
    assert checked(post(yard, body), 1).body["accepted"] == 1


def test_csv_as_people_save_it(yard: Yard) -> None:
    """A BOM, mixed line ends, the header again, ragged rows, a formula, a decimal comma, empty lines, a quoted line break."""
    body = (
        b"\xef\xbb\xbf"
        + HEADER
        + b"\r\n".join(
            [
                b"free,35.16.01,2026-05-01T00:00:00Z,1,plain",
                b"free,35.16.01,2026-05-01T01:00:00Z,2,line feed\n"
                b"free,35.16.01,2026-05-01T02:00:00Z,3,\rfree,35.16.01,2026-05-01T03:00:00Z,4,",
                HEADER.strip(),
                b"free,35.16.01,2026-05-01T04:00:00Z",
                b"",
                b"free,35.16.01,2026-05-01T05:00:00Z,=SUM(A1:A9),",
                b'free,35.16.01,2026-05-01T06:00:00Z,"1,5",',
                b'free,35.16.01,2026-05-01T07:00:00Z,8,"two\nlines"',
                b"free,35.16.01,2026-05-01T08:00:00Z,nan,",
                b"free,35.16.01,2026-05-01T09:00:00Z,1e999,",
                b"free,35.16.01,2026-05-01T10:00:00Z,1_000,",
                "free,35.16.01,2026-05-01T11:00:00Z,١٢,".encode(),
            ]
        )
    )
    reply = checked(post(yard, body, "text/csv"), 13)
    assert reply.body["accepted"] == 6
    codes = [problem["code"] for problem in reply.body["problems"]]
    assert codes == ["header-again", "wrong-columns", *["not-a-number"] * 5]


def test_a_very_long_cell_refuses_only_its_own_row(yard: Yard) -> None:
    """Python's csv gives up at 128 KB a cell; the neighbours must not."""
    body = HEADER + b"free,35.16.01,2026-05-01T00:00:00Z,1,\nfree,35.16.02,2026-05-01T00:00:00Z," + b"9" * 200_000 + b",\n"
    reply = checked(post(yard, body, "text/csv"), 2)
    assert reply.body["accepted"] == 1


def test_ndjson_line_by_line(yard: Yard) -> None:
    """A broken line is one rejected row; mixed line ends are no rows."""
    lines = [json.dumps(GOOD).encode(), b'{"indicator": "free"', b"\xff\xfe", b"", json.dumps(row(region="35.16.02")).encode()]
    reply = checked(post(yard, b"\r\n".join(lines) + b"\n", "application/x-ndjson"), 4)
    assert reply.body["accepted"] == 2 and [problem["row"] for problem in reply.body["problems"]] == [2, 3]


def test_32_mib_and_a_byte(yard: Yard) -> None:
    """Refused with 413, whether the length is told or not; 32 MiB less a little is read."""
    limit = 32 * 1024 * 1024
    body = text_of([GOOD])
    padded = body + b" " * (limit - len(body))
    assert post(yard, padded).status == 201
    assert post(yard, padded + b" ").status == 413
    assert post(yard, padded + b" ", content_length="0").status == 413
    assert post(yard, body, content_length=str(limit + 1)).status == 413


def test_many_problems_are_named_up_to_a_thousand(yard: Yard) -> None:
    """The rest is counted and kept."""
    reply = checked(post(yard, {"observations": [row(region=f"{number:05d}") for number in range(1500)]}), 1500)
    assert len(reply.body["problems"]) == 1000 and reply.body["problems_omitted"] == 500


def test_many_unknown_indicators_in_one_body(yard: Yard) -> None:
    """A hostile body full of different codes is answered in time."""
    start = time.process_time()
    checked(post(yard, {"observations": [row(indicator=f"no-{number}") for number in range(50_000)]}), 50_000)
    assert time.process_time() - start < 12


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer pds_wrong"},
        {"authorization": "Bearer pdt_" + "x" * 10_000},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"authorization": "Bearer pds_\xe9\xff"},
    ],
)
def test_a_wrong_credential_is_401(yard: Yard, headers: dict[str, str]) -> None:
    """With the challenge that HTTP asks for."""
    reply = post(yard, text_of([GOOD]), **headers)
    assert reply.status == 401 and "bearer" in reply.headers["www-authenticate"].lower()


def test_odd_headers(yard: Yard) -> None:
    """None of them is a 5xx."""
    body = text_of([GOOD])
    assert post(yard, body, content_encoding="br").status == 415
    assert post(yard, body, content_encoding="gzip").status == 422
    assert post(yard, body, content_length="-5").status in (201, 400)
    assert post(yard, body, content_length="many").status in (201, 400)
    assert post(yard, body, content_type="application/json; charset=utf-8; x=\xe9").status == 201
    assert post(yard, body, accept_language="\xff" * 2000).status == 201
    assert post(yard, body, idempotency_key="k" * 5000).status in (201, 400)


def test_one_idempotency_key_twice(yard: Yard) -> None:
    """The first answer again, also for another body, and nothing changes."""
    first = post(yard, text_of([GOOD]), idempotency_key="a-1")
    again = post(yard, text_of([row(value=9), row(indicator="nothing")]), idempotency_key="a-1")
    assert first.body == again.body and Delivery.objects.count() == 1


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.text(alphabet=st.characters(), max_size=5)
)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4))
fields = st.sampled_from(["indicator", "region", "at", "value", "quality", "note", "dims", "colour"])
odd_rows = st.dictionaries(fields, st.one_of(anything, st.sampled_from(list(GOOD.values()))), max_size=8)


@given(st.lists(st.one_of(odd_rows, st.just(GOOD), anything), min_size=1, max_size=6), st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_body_is_a_server_error(yard: Yard, rows: list[Any], data: st.DataObject) -> None:
    """Whatever is sent, in any of the formats: 201 with counts that add up, or 422 with a sentence."""
    lines = [",".join(map(str, sent.values())) if isinstance(sent, dict) else str(sent) for sent in rows]
    bodies = {
        "application/json": text_of(rows),
        "application/x-ndjson": b"\n".join(json.dumps(sent).encode() for sent in rows),
        "text/csv": HEADER + "\n".join(lines).encode("utf-8", "replace"),
    }
    media = data.draw(st.sampled_from(sorted(bodies)))
    reply = post(yard, bodies[media], media)
    assert reply.status in (201, 422), reply
    if reply.status == 201:
        counts = [reply.body[name] for name in ("accepted", "flagged", "quarantined", "rejected", "duplicates")]
        assert sum(counts) == Delivery.objects.get(pk=reply.body["delivery"]).rows


@given(st.binary(max_size=200), st.sampled_from(["application/json", "application/x-ndjson", "text/csv"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_bytes_are_a_server_error(yard: Yard, body: bytes, media: str) -> None:
    """Noise is refused or kept, never a stack trace."""
    assert post(yard, body, media).status in (201, 422)
    assert post(yard, HEADER + body, media).status in (201, 422)
